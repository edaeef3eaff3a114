import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { OverlaySpec } from "../../../../src/api/dns-zone.ts";
import { createOverlayProvider } from "../../../../src/providers/coredns/overlay.ts";
import type { ZoneProvider } from "../../../../src/providers/provider.ts";
import { memoryTextStore, type MemoryTextStore } from "../../../support/memory-text-store.ts";
import {
  converge,
  labZone,
  NEVER,
  overlaySpec,
  readZone,
  setLines,
  wantedSets,
} from "../../../support/provider-lab.ts";

const COREFILE = readFileSync("test/fixtures/corefiles/kubeadm.original.Corefile", "utf8");
const SERVER_KEY = { namespace: "kube-system", name: "coredns-custom", key: "dnsalias.server" };

interface Options extends Partial<OverlaySpec> {
  readonly ownerId?: string;
  readonly name?: string;
}

function providerOf(store: MemoryTextStore, { ownerId = "me", name = "zone", ...spec }: Options = {}): ZoneProvider {
  return createOverlayProvider({ zone: labZone("example.com", overlaySpec(spec), name), store, ownerId });
}

test("a name becomes one server block in front of the Corefile, which stays as it is", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  const result = await converge(provider, "example.com 60 203.0.113.9 203.0.113.7");
  assert.deepEqual(result, { kind: "applied", revision: "2", wrote: true });
  const part = `# BEGIN dnsalias zone=dns-system/zone owner=me
# Changes here are undone. sum=SUM
example.com.:53 {
  view dnsalias/example.com. {
    expr type() in ['A', 'AAAA'] && name() == 'example.com.'
  }
  template IN A {
    answer "{{ .Question.Name }} 60 IN A 203.0.113.7"
    answer "{{ .Question.Name }} 60 IN A 203.0.113.9"
  }
  template IN AAAA {
    rcode NOERROR
    authority "example.com. 60 IN SOA example.com. hostmaster.example.com. 1 3600 600 86400 60"
  }
  errors
}
# END dnsalias zone=dns-system/zone
`;
  assert.equal(store.text?.replace(/sum=[0-9a-f]+/, "sum=SUM"), part + COREFILE);
  const zone = await readZone(provider);
  assert.equal(zone.needsWrite, undefined);
  assert.deepEqual(setLines(zone.sets), ["me example.com. A 60 203.0.113.7 203.0.113.9"]);
});

test("what was written reads back the same, and the same sets write nothing again", async () => {
  const store = memoryTextStore(COREFILE);
  const sets = [
    "example.com 60 203.0.113.7 2001:db8::7",
    "*.apps.example.com 30 203.0.113.8",
    "x.apps.example.com 90 2001:db8::9",
  ];
  await converge(providerOf(store), ...sets);
  const zone = await readZone(providerOf(store));
  assert.deepEqual(setLines(zone.sets), [
    "me *.apps.example.com. A 30 203.0.113.8",
    "me example.com. A 60 203.0.113.7",
    "me example.com. AAAA 60 2001:db8::7",
    "me x.apps.example.com. AAAA 90 2001:db8::9",
  ]);
  assert.deepEqual(await converge(providerOf(store), ...sets.reverse()), {
    kind: "applied",
    revision: "2",
    wrote: false,
  });
  assert.equal(store.writes, 1);
});

test("a wildcard takes names below it, but not those below a closer name of ours", async () => {
  const store = memoryTextStore(COREFILE);
  await converge(providerOf(store), "*.apps.example.com 30 203.0.113.8", "x.apps.example.com 30 203.0.113.9");
  assert.match(store.text ?? "", /^apps\.example\.com\.:53 \{$/m);
  const expression =
    "expr type() in ['A', 'AAAA'] && name() matches '^([a-z0-9_*-]+[.])+apps[.]example[.]com[.]$'" +
    " && !(name() == 'x.apps.example.com.' || name() endsWith '.x.apps.example.com.')";
  assert.ok((store.text ?? "").includes(expression));
});

test("withdrawing the last name gives the Corefile back byte for byte, with and without a final line end or BOM", async () => {
  for (const corefile of [
    COREFILE,
    COREFILE.trimEnd(),
    `\uFEFF${COREFILE}`,
    ".:53\nforward . 1.1.1.1",
    COREFILE.replaceAll("\n", "\r\n"),
  ]) {
    const store = memoryTextStore(corefile);
    const provider = providerOf(store);
    await converge(provider, "example.com 60 203.0.113.7");
    assert.notEqual(store.text, corefile);
    assert.equal((await readZone(provider)).needsWrite, undefined);
    await converge(provider, "example.com 60 203.0.113.8");
    await converge(provider);
    assert.equal(store.text, corefile);
    assert.equal((await readZone(provider)).needsWrite, undefined);
  }
});

test("several zones share one Corefile, each with its own part", async () => {
  const store = memoryTextStore(COREFILE);
  const [one, two] = [providerOf(store, { name: "one" }), providerOf(store, { name: "two" })];
  await converge(one, "a.example.com 60 203.0.113.1");
  await converge(two, "b.example.com 60 203.0.113.2");
  await converge(one, "a.example.com 60 203.0.113.3");
  assert.deepEqual(setLines((await readZone(two)).sets), ["me b.example.com. A 60 203.0.113.2"]);
  const taken = await readZone(one, ["b.example.com"]);
  assert.match(
    taken.sets.find(({ owner }) => owner === undefined)?.note ?? "",
    /in the section of the DnsZone dns-system\/two/,
  );
  await converge(one);
  await converge(two);
  assert.equal(store.text, COREFILE);
});

test("a name with an HTTPS record of ours takes that question too, and reads it back", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  const wanted = ["example.com 60 203.0.113.7 https=lb.example.net", "www.example.com 60 203.0.113.7"] as const;
  await converge(provider, ...wanted);
  const text = store.text ?? "";
  assert.match(text, /expr type\(\) in \['A', 'AAAA', 'HTTPS'\] && name\(\) == 'example\.com\.'/);
  assert.match(text, /expr type\(\) in \['A', 'AAAA'\] && name\(\) == 'www\.example\.com\.'/);
  assert.match(text, /answer "\{\{ \.Question\.Name \}\} 60 IN HTTPS 0 lb\.example\.net\."/);
  assert.deepEqual(setLines((await readZone(providerOf(store))).sets), [
    "me example.com. A 60 203.0.113.7",
    "me example.com. HTTPS 60 0 lb.example.net.",
    "me www.example.com. A 60 203.0.113.7",
  ]);
});

test("a name that has a server block of its own is nobody's of ours, on the port of the root block", async () => {
  const cases: readonly (readonly [block: string, name: string, taken: boolean])[] = [
    ["example.com:53 {\n errors\n}\n", "example.com", true],
    ["EXAMPLE.com. {\n errors\n}\n", "example.com", true],
    ["other.org, dns://example.com {\n errors\n}\n", "example.com", true],
    ["example.com:{$PORT} {\n errors\n}\n", "example.com", true],
    ["example.com:5353 {\n errors\n}\n", "example.com", false],
    ["example.com {\n errors\n}\n", "www.example.com", false],
    ["www.example.com {\n errors\n}\n", "example.com", false],
    ["apps.example.com {\n errors\n}\n", "*.apps.example.com", true],
  ];
  for (const [block, name, taken] of cases) {
    const store = memoryTextStore(COREFILE + block);
    const provider = providerOf(store);
    const zone = await readZone(provider, [name]);
    assert.deepEqual(
      setLines(zone.sets),
      taken ? [`- ${name}. A 0`, `- ${name}. AAAA 0`, `- ${name}. HTTPS 0`] : [],
      block,
    );
    const [after] = wantedSets(`${name} 60 203.0.113.7`);
    assert.ok(after !== undefined);
    const result = await provider.apply({ zone, writes: [{ kind: "create", after }] }, NEVER);
    assert.equal(result.kind, taken ? "refused" : "applied");
    assert.equal("reason" in result ? result.reason : undefined, taken ? "ForeignRecord" : undefined);
  }
});

test("a block that someone adds later for a name of ours takes ours out", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  await converge(provider, "example.com 60 203.0.113.7", "www.example.com 60 203.0.113.7");
  store.edit(`${store.text}example.com {\n    forward . 10.1.1.1\n}\n`);
  const zone = await readZone(provider, ["example.com", "www.example.com"]);
  assert.equal(zone.needsWrite?.kind, "base");
  await provider.apply({ zone, writes: [] }, NEVER);
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me www.example.com. A 60 203.0.113.7"]);
});

const DAMAGE: readonly (readonly [name: string, edit: (text: string) => string])[] = [
  ["an address changed", (text) => text.replace("203.0.113.7", "203.0.113.66")],
  ["a closing brace removed", (text) => text.replace("  errors\n}\n", "  errors\n")],
  ["a block emptied", (text) => text.replace(/example\.com\.:53 \{[^]*?\n\}\n/, "")],
  ["a quote opened", (text) => text.replace("rcode NOERROR", '"rcode NOERROR')],
  ["lines put in", (text) => text.replace("  errors\n}\n", "  errors\n  whoami\n}\nevil.org {\n    whoami\n}\n")],
];
for (const [name, edit] of DAMAGE) {
  test(`a damaged part is repaired, the rest untouched: ${name}`, async () => {
    const store = memoryTextStore(COREFILE);
    const provider = providerOf(store);
    await converge(provider, "example.com 60 203.0.113.7");
    const before = store.text;
    store.edit(edit(before ?? ""));
    assert.notEqual(store.text, before);
    assert.equal((await readZone(provider)).needsWrite?.kind, "foreign-edit");
    await converge(provider, "example.com 60 203.0.113.7");
    assert.equal(store.text, before);
  });
}

test("a root block that listens elsewhere moves our blocks with it", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  await converge(provider, "example.com 60 203.0.113.7");
  store.edit(store.text?.replace(/^\.:53 \{/m, ".:5353 .:53 {\n    bind 169.254.20.10"));
  assert.equal((await readZone(provider)).needsWrite?.kind, "base");
  await converge(provider, "example.com 60 203.0.113.7");
  assert.match(store.text ?? "", /^example\.com\.:5353 \{\n {2}view [^]*?\n {2}\}\n {2}bind 169\.254\.20\.10$/m);
  assert.match(store.text ?? "", /^example\.com\.:53 \{$/m);
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me example.com. A 60 203.0.113.7"]);
});

const PART = "# BEGIN dnsalias zone=dns-system/zone owner=me\n# END dnsalias zone=dns-system/zone\n";
const OTHERS = "# BEGIN dnsalias zone=x/y owner=me\n# END dnsalias zone=x/y\n";
const LEFT_ALONE: readonly (readonly [name: string, text: string | undefined, reason: string, message: RegExp])[] = [
  ["no Corefile", undefined, "CorefileInvalid", /memory does not exist/],
  [
    "an open brace",
    ".:53 {\n errors\n",
    "CorefileInvalid",
    /not modified: line 1: the block ".:53" is never closed.*CoreDNS cannot start/,
  ],
  [
    "BEGIN without END",
    `# BEGIN dnsalias zone=dns-system/zone owner=me\n${COREFILE}`,
    "CorefileInvalid",
    /line 1: .*no END/,
  ],
  [
    "END without BEGIN",
    `${COREFILE}# END dnsalias zone=dns-system/zone\n`,
    "CorefileInvalid",
    /line 24: an END marker/,
  ],
  [
    "another owner's part that is damaged",
    `${COREFILE}${OTHERS.replace("owner=me", "owner=you").replace("\n", "\n\n}\n")}`,
    "CorefileInvalid",
    /line 24: the section of the DnsZone x\/y is damaged.*owner "you".*remove lines 24 to 27/,
  ],
  [
    "END of another",
    `${PART.replace("END dnsalias zone=dns-system/zone", "END dnsalias zone=x/y")}${COREFILE}`,
    "CorefileInvalid",
    /line 1: .*no END/,
  ],
  ["a marker cut short", `${COREFILE}# BEGIN dnsalias\n`, "CorefileInvalid", /line 24: .*looks like a dnsalias marker/],
  ["an indented marker", `${COREFILE}  ${PART}`, "CorefileInvalid", /line 24: .*looks like/],
  [
    "a part inside a block",
    COREFILE.replace("    reload\n", `    reload\n${PART}`),
    "CorefileInvalid",
    /line 22: .*inside a server block/,
  ],
  [
    "a part inside a string",
    `${COREFILE}a {\n log "\n${PART}"\n}\n`,
    "CorefileInvalid",
    /line 26: .*inside a server block/,
  ],
  [
    "another owner's part",
    `${PART.replace("owner=me", "owner=you")}${COREFILE}`,
    "ForeignOwner",
    /belongs to the dnsalias owner "you"/,
  ],
];
for (const [name, text, reason, message] of LEFT_ALONE) {
  test(`left alone with a clear reason: ${name}`, async () => {
    const store = memoryTextStore(text);
    const read = await providerOf(store).read([], NEVER);
    assert.ok(read.kind === "refused", JSON.stringify(read));
    assert.equal(read.reason, reason);
    assert.match(read.message, message);
    assert.equal(store.writes, 0);
  });
}

test("a *.server key is created when the first name comes, and our blocks listen on port 53 there", async () => {
  const store = memoryTextStore(undefined);
  const provider = providerOf(store, { configMap: SERVER_KEY });
  assert.deepEqual(await converge(provider), { kind: "applied", revision: "", wrote: false });
  assert.equal((await converge(provider, "example.com 60 203.0.113.7")).kind, "applied");
  assert.match(store.text ?? "", /^example\.com\.:53 \{$/m);
  await converge(provider);
  assert.equal(store.text, "");
});

test("names beyond the limit are not written", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store, { maxNames: 2 });
  assert.equal(provider.maxNames, 2);
  const names = ["a.example.com 60 203.0.113.7", "b.example.com 60 203.0.113.7", "c.example.com 60 203.0.113.7"];
  assert.equal((await converge(provider, ...names.slice(1))).kind, "applied");
  const result = await converge(provider, ...names);
  assert.equal(result.kind === "refused" && result.reason, "OverlayFull");
  assert.equal(store.writes, 1);
});

test("a text that its place cannot hold is not written: OverlayFull, and the limit counts bytes", async () => {
  const written = memoryTextStore(COREFILE);
  await converge(providerOf(written), "example.com 60 203.0.113.7");
  const bytes = Buffer.byteLength(written.text ?? "");
  for (const [maxBytes, want] of [
    [bytes, "applied"],
    [bytes - 1, "OverlayFull"],
  ] as const) {
    const store = memoryTextStore(COREFILE);
    const zone = labZone("example.com", overlaySpec());
    const provider = createOverlayProvider({ zone, store, ownerId: "me", maxBytes });
    const result = await converge(provider, "example.com 60 203.0.113.7");
    assert.equal(result.kind === "refused" ? result.reason : result.kind, want);
    assert.equal(store.writes, want === "applied" ? 1 : 0);
    if (result.kind === "refused") {
      assert.match(result.message, new RegExp(`limit of ${maxBytes} bytes`));
    }
  }
});

test("a Corefile without reload is told of", async () => {
  assert.equal((await readZone(providerOf(memoryTextStore(COREFILE)))).warning, undefined);
  const without = memoryTextStore(COREFILE.replace("    reload\n", ""));
  assert.match((await readZone(providerOf(without))).warning ?? "", /no reload plugin/);
});

test("a write since the read is a conflict, a backend that fails is not an answer", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  const zone = await readZone(provider);
  store.edit(`# a comment\n${COREFILE}`);
  assert.equal((await provider.apply({ zone, writes: [] }, NEVER)).kind, "conflict");
  store.fail("no route");
  assert.deepEqual(await provider.read([], NEVER), { kind: "failed", message: "no route" });
});

test("a part of another zone that someone damaged does not stop ours", async () => {
  const store = memoryTextStore(COREFILE);
  const [one, two] = [providerOf(store, { name: "one" }), providerOf(store, { name: "two" })];
  await converge(one, "a.example.com 60 203.0.113.1");
  await converge(two, "b.example.com 60 203.0.113.2");
  const before = store.text ?? "";
  store.edit(before.replaceAll("  errors\n}\n# END", "  errors\n# END"));
  for (const [provider, line] of [
    [one, "a.example.com 60 203.0.113.1"],
    [two, "b.example.com 60 203.0.113.2"],
  ] as const) {
    assert.equal((await readZone(provider)).needsWrite?.kind, "foreign-edit");
    assert.equal((await converge(provider, line)).kind, "applied");
  }
  assert.equal(store.text, before);
});

const REPAIRED: readonly (readonly [name: string, part: string])[] = [
  ["a stray }", OTHERS.replace("\n", "\n\n}\n")],
  ["a key with a comma", OTHERS.replace("\n", "\na.org,\n")],
  ["an unclosed quote", OTHERS.replace("\n", '\n"\n')],
];
for (const [name, part] of REPAIRED) {
  test(`a damaged part of another zone of this installation is repaired with the next write: ${name}`, async () => {
    const store = memoryTextStore(part + COREFILE);
    const provider = providerOf(store);
    assert.match(
      (await readZone(provider)).needsWrite?.message ?? "",
      /the section of the DnsZone x\/y in lines 1 to \d is damaged/,
    );
    assert.equal((await converge(provider, "example.com 60 203.0.113.7")).kind, "applied");
    assert.equal((await readZone(provider)).needsWrite, undefined);
    await converge(provider);
    assert.equal(store.text, COREFILE);
  });
}

test("a damaged part of another zone keeps the records that can be read, and its zone notices the damage", async () => {
  const store = memoryTextStore(COREFILE);
  const [one, two] = [providerOf(store, { name: "one" }), providerOf(store, { name: "two" })];
  await converge(one, "a.example.com 60 203.0.113.1");
  await converge(two, "b.example.com 60 203.0.113.2", "*.example.com 30 2001:db8::2 https=lb.example.net");
  const before = store.text ?? "";
  store.edit(before.replace("# END dnsalias zone=dns-system/two", "evil.org {\n$&"));
  await converge(one, "a.example.com 60 203.0.113.1");
  assert.equal(
    store.text?.replace(/sum=0$/m, /sum=.*/.exec(before.slice(before.indexOf("zone=dns-system/two")))?.[0] ?? ""),
    before,
  );
  assert.equal((await readZone(two)).needsWrite?.kind, "foreign-edit");
  await converge(two, "b.example.com 60 203.0.113.2", "*.example.com 30 2001:db8::2 https=lb.example.net");
  assert.equal(store.text, before);
});

test("a part that is there twice becomes one, with the records of both until the plan decides", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  await converge(provider, "a.example.com 60 203.0.113.1");
  const first = (store.text ?? "").slice(0, -COREFILE.length);
  await converge(provider, "b.example.com 60 203.0.113.2");
  const good = store.text;
  store.edit(`${first}${good}`);
  const zone = await readZone(provider);
  assert.equal(zone.needsWrite?.kind, "foreign-edit");
  assert.deepEqual(setLines(zone.sets), ["me a.example.com. A 60 203.0.113.1", "me b.example.com. A 60 203.0.113.2"]);
  await converge(provider, "b.example.com 60 203.0.113.2");
  assert.equal(store.text, good);
});

test("an address in another spelling is written in the one that reads back", async () => {
  const store = memoryTextStore(COREFILE);
  const provider = providerOf(store);
  assert.equal((await converge(provider, "example.com 60 2001:DB8:0:0::7")).kind, "applied");
  assert.equal((await readZone(provider)).needsWrite, undefined);
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me example.com. AAAA 60 2001:db8::7"]);
});

test("the room for our blocks is what the Corefile leaves, to the byte, and names for which there is none are the plan's to refuse", async () => {
  const store = memoryTextStore(COREFILE);
  const texts = [
    "example.com 60 203.0.113.7 2001:db8::7",
    "a.apps.example.com 60 203.0.113.8",
    "*.apps.example.com 60 203.0.113.9",
  ];
  const provider = providerOf(store);
  await converge(provider, ...texts);
  const { capacity } = await readZone(provider);
  assert.ok(capacity !== undefined);
  assert.equal(
    capacity.maxBytes - capacity.sizeOf(wantedSets(...texts)),
    1_048_576 - Buffer.byteLength(store.text ?? ""),
  );
  assert.equal(capacity.reason, "OverlayFull");
  assert.match(capacity.message, /zoneFile/);
});
