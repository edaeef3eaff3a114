import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { readBaseZone } from "../../../../src/providers/base-zone.ts";
import { createZoneFileProvider } from "../../../../src/providers/coredns/zone-file.ts";
import { readZoneText, zoneRenderer } from "../../../../src/providers/coredns/zone-text.ts";
import { memoryTextStore, type MemoryTextStore } from "../../../support/memory-text-store.ts";
import {
  converge,
  labZone,
  NEVER,
  readZone,
  setLines,
  wantedSets,
  zoneFileSpec,
} from "../../../support/provider-lab.ts";

const NOW = 1_795_000_000;
const BASE = `$TTL 3600
@   IN SOA ns1 hostmaster 7 7200 900 1209600 300
    NS  ns1
    MX  10 mail
    TXT "v=spf1 mx -all"
ns1 A   192.0.2.53
mail A  192.0.2.25
www CNAME cdn.example.net.
sub NS  ns.other.net.
`;

interface Lab {
  readonly base: MemoryTextStore;
  readonly store: MemoryTextStore;
  seconds: number;
}

function lab(base: string | undefined = BASE, stored?: string, owner?: string): Lab {
  const options = owner === undefined ? {} : { owner };
  return {
    base: memoryTextStore(base, { location: "the base" }),
    store: memoryTextStore(stored, { location: "the zone", ...options }),
    seconds: NOW,
  };
}

function providerOf(at: Lab, ownerId = "me", spec = zoneFileSpec()) {
  const zone = labZone("example.com", spec);
  return createZoneFileProvider({ zone, base: at.base, store: at.store, ownerId, now: () => at.seconds * 1000 });
}

function lines(at: Lab): readonly string[] {
  return (at.store.text ?? "").replaceAll("\t", " ").trimEnd().split("\n").slice(2);
}

test("a text that is as it should be isn't written again", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7");
  const { text } = at.store;
  const again = await converge(provider, "example.com 60 203.0.113.7");
  assert.deepEqual({ ...again, revision: "" }, { kind: "applied", revision: "", serial: NOW, wrote: false });
  assert.equal(at.store.text, text);
});

test("the first write holds the base zone and ours between markers", async () => {
  const at = lab();
  const provider = providerOf(at);
  assert.equal((await readZone(provider)).needsWrite?.kind, "first");
  const result = await converge(
    provider,
    "example.com 60 203.0.113.9 203.0.113.7 2001:db8::7",
    "*.apps.example.com 60 203.0.113.7",
  );
  assert.deepEqual({ ...result, revision: "" }, { kind: "applied", revision: "", serial: NOW, wrote: true });
  assert.deepEqual(lines(at), [
    `example.com. 3600 IN SOA ns1.example.com. hostmaster.example.com. ${NOW} 7200 900 1209600 300`,
    "example.com. 3600 IN MX 10 mail.example.com.",
    "example.com. 3600 IN NS ns1.example.com.",
    'example.com. 3600 IN TXT "v=spf1 mx -all"',
    "mail.example.com. 3600 IN A 192.0.2.25",
    "ns1.example.com. 3600 IN A 192.0.2.53",
    "sub.example.com. 3600 IN NS ns.other.net.",
    "www.example.com. 3600 IN CNAME cdn.example.net.",
    "; BEGIN dnsalias owner=me",
    "example.com. 60 IN A 203.0.113.7",
    "example.com. 60 IN A 203.0.113.9",
    "example.com. 60 IN AAAA 2001:db8::7",
    "*.apps.example.com. 60 IN A 203.0.113.7",
    "; END dnsalias",
  ]);
  const zone = await readZone(provider);
  assert.equal(zone.needsWrite, undefined);
  assert.equal(zone.serial, NOW);
  assert.deepEqual(setLines(zone.sets), [
    "me *.apps.example.com. A 60 203.0.113.7",
    "me example.com. A 60 203.0.113.7 203.0.113.9",
    "me example.com. AAAA 60 2001:db8::7",
  ]);
});

test("equal content is never written twice, and every change raises the serial", async () => {
  const at = lab();
  const [one, two] = [providerOf(at), providerOf(at)];
  await converge(one, "example.com 60 203.0.113.7");
  at.seconds += 100;
  assert.equal((await converge(two, "example.com 60 203.0.113.7")).kind, "applied");
  assert.equal(at.store.writes, 1);
  const serials = [];
  for (const seconds of [100, 0, -50]) {
    at.seconds = NOW + seconds;
    await converge(two, `example.com 60 203.0.113.${100 + seconds}`);
    serials.push((await readZone(two)).serial);
  }
  assert.deepEqual(serials, [NOW + 100, NOW + 101, NOW + 102]);
});

test("a text that was deleted right after quick writes comes back with a higher serial", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7");
  await converge(provider, "example.com 60 203.0.113.8");
  assert.equal((await readZone(provider)).serial, NOW + 1);
  at.store.edit(undefined);
  await converge(provider, "example.com 60 203.0.113.8");
  assert.equal((await readZone(provider)).serial, NOW + 2);
});

test("a serial of the base zone that is ahead of the time is passed, never fallen behind", async () => {
  const at = lab(BASE.replace(" 7 ", " 2026112401 "));
  await converge(providerOf(at), "example.com 60 203.0.113.7");
  assert.equal((await readZone(providerOf(at))).serial, 2_026_112_402);
});

test("a changed base zone is taken over with our sets; comments and its serial change nothing", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7");
  at.base.edit(`; a comment\n${BASE.replace(" 7 ", " 8 ")}`);
  assert.equal((await readZone(provider)).needsWrite, undefined);
  at.base.edit(`${BASE}@ CAA 0 issue "ca.example"\n`);
  assert.equal((await readZone(provider)).needsWrite?.kind, "base");
  assert.equal((await converge(provider, "example.com 60 203.0.113.7")).kind, "applied");
  assert.match(at.store.text ?? "", /CAA\t0 issue "ca.example"[^]*203\.0\.113\.7/);
  assert.equal((await readZone(provider)).needsWrite, undefined);
});

const EDITS: readonly (readonly [name: string, edit: (text: string) => string])[] = [
  ["an address of ours changed", (text) => text.replace("203.0.113.7", "203.0.113.66")],
  ["a record of the base removed", (text) => text.replace(/^.*\tMX\t.*\n/m, "")],
  ["a comment added", (text) => `${text}; hello\n`],
  ["the END marker removed", (text) => text.replace("; END dnsalias\n", "")],
  ["the BEGIN marker removed", (text) => text.replace(/; BEGIN.*\n/, "")],
  ["the first line removed", (text) => text.replace(/^.*\n/, "")],
  ["the SOA removed", (text) => text.replace(/^.*\tSOA\t.*\n/m, "")],
  ["all of it replaced", () => "nothing of a zone\n"],
];
for (const [name, edit] of EDITS) {
  test(`a foreign edit is seen and undone: ${name}`, async () => {
    const at = lab();
    const provider = providerOf(at);
    await converge(provider, "example.com 60 203.0.113.7");
    const before = at.store.text ?? "";
    at.store.edit(edit(before));
    assert.notEqual((await readZone(provider)).needsWrite, undefined);
    assert.equal((await converge(provider, "example.com 60 203.0.113.7")).kind, "applied");
    assert.equal(withoutSerial(at.store.text ?? ""), withoutSerial(before));
    assert.equal((await readZone(provider)).needsWrite, undefined);
  });
}

test("the comment of an earlier version is not a change by another writer, and the next write replaces it", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7");
  const now = at.store.text ?? "";
  const former = now.replace(/; Do not edit: .*/, "; Do not edit: a former wording.");
  at.store.edit(former);
  assert.equal((await readZone(providerOf(at))).needsWrite, undefined);
  await converge(provider, "example.com 60 203.0.113.7");
  assert.equal(at.store.text, former);
  await converge(provider, "example.com 60 203.0.113.8");
  assert.equal(at.store.text?.split("\n")[1], now.split("\n")[1]);
  assert.match(at.store.text ?? "", /203\.0\.113\.8/);
});

test("a text of ours that was read once is repaired, whoever replaced it and whichever process wrote it", async () => {
  const at = lab();
  await converge(providerOf(at), "example.com 60 203.0.113.7");
  const before = at.store.text ?? "";
  const restarted = providerOf(at);
  await readZone(restarted);
  at.store.edit("nothing of a zone\n");
  assert.notEqual((await readZone(restarted)).needsWrite, undefined);
  assert.equal((await converge(restarted, "example.com 60 203.0.113.7")).kind, "applied");
  assert.equal(withoutSerial(at.store.text ?? ""), withoutSerial(before));
});

test("a text of somebody else at a place that was blank is not overwritten", async () => {
  for (const blank of [undefined, "", " \n"]) {
    const at = lab(BASE, blank);
    const provider = providerOf(at);
    const zone = await readZone(provider);
    at.store.edit("somebody's notes\n");
    const results = [await provider.apply({ zone, writes: [] }, NEVER), await provider.read([], NEVER)];
    assert.deepEqual(
      results.map((result) => (result.kind === "refused" ? result.reason : result.kind)),
      ["ForeignOwner", "ForeignOwner"],
    );
    assert.equal(at.store.text, "somebody's notes\n");
  }
});

function withoutSerial(text: string): string {
  return text.replace(/(\tSOA\t\S+ \S+) \d+/, "$1");
}

test("records of the base zone come before ours: they are reported as nobody's, and go on being served", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "new.example.com 60 203.0.113.7", "example.com 60 203.0.113.7");
  at.base.edit(`${BASE}new CNAME other.example.net.\n`);
  const zone = await readZone(provider, [
    "mail.example.com",
    "www.example.com",
    "a.sub.example.com",
    "new.example.com",
    "a.example.org",
  ]);
  assert.deepEqual(setLines(zone.sets), [
    "- a.example.org. A 0",
    "- a.example.org. AAAA 0",
    "- a.example.org. HTTPS 0",
    "- a.sub.example.com. A 0",
    "- a.sub.example.com. AAAA 0",
    "- a.sub.example.com. HTTPS 0",
    "- mail.example.com. A 3600 192.0.2.25",
    "- mail.example.com. AAAA 0",
    "- mail.example.com. HTTPS 0",
    "- new.example.com. A 0",
    "- new.example.com. AAAA 0",
    "- new.example.com. HTTPS 0",
    "- www.example.com. A 0",
    "- www.example.com. AAAA 0",
    "- www.example.com. HTTPS 0",
    "me example.com. A 60 203.0.113.7",
  ]);
  const notes = new Map(zone.sets.map(({ name, note }) => [name.toString(), note]));
  assert.match(notes.get("www.example.com.") ?? "", /^the base zone has a CNAME at www.example.com/);
  assert.match(notes.get("a.sub.example.com.") ?? "", /inside sub.example.com, which the base zone delegates/);
  assert.match(notes.get("mail.example.com.") ?? "", /already has A records/);
  assert.equal((await provider.apply({ zone, writes: [] }, NEVER)).kind, "applied");
  assert.match(at.store.text ?? "", /new\.example\.com\.\t3600\tIN\tCNAME/);
  assert.doesNotMatch(at.store.text ?? "", /new\.example\.com\.\t60/);
});

test("an HTTPS record in alias mode is written and read back, and another of the base zone comes before it", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(
    provider,
    "example.com 60 203.0.113.7 https=lb.example.net",
    "*.apps.example.com 60 203.0.113.7 https=x.test",
  );
  assert.match(at.store.text ?? "", /^example\.com\.\t60\tIN\tHTTPS\t0 lb\.example\.net\.$/m);
  assert.deepEqual(setLines((await readZone(providerOf(at))).sets), [
    "me *.apps.example.com. A 60 203.0.113.7",
    "me *.apps.example.com. HTTPS 60 0 x.test.",
    "me example.com. A 60 203.0.113.7",
    "me example.com. HTTPS 60 0 lb.example.net.",
  ]);
  at.base.edit(`${BASE}@ HTTPS 1 . alpn=h2\n`);
  const zone = await readZone(provider, ["example.com"]);
  assert.deepEqual(
    setLines(zone.sets).filter((line) => line.includes(" example.com. ")),
    ["- example.com. HTTPS 3600 1 . alpn=h2", "me example.com. A 60 203.0.113.7"],
  );
  assert.equal((await provider.apply({ zone, writes: [] }, NEVER)).kind, "applied");
  assert.doesNotMatch(at.store.text ?? "", /HTTPS\t0 lb/);
});

test("a set at a name that the base zone has meanwhile is a conflict, so that the zone is read again and other names continue", async () => {
  const provider = providerOf(lab());
  const zone = await readZone(provider);
  const [after] = wantedSets("www.example.com 60 203.0.113.7");
  assert.ok(after !== undefined);
  const result = await provider.apply({ zone, writes: [{ kind: "create", after }] }, NEVER);
  assert.equal(result.kind, "conflict");
});

test("records that an earlier release wrote in the other family of a host of the base zone are removed, and nobody is accused of an edit", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7");
  const text = at.store.text ?? "";
  const before = readBaseZone(BASE, parseName("example.com"), "base");
  assert.ok(before.kind === "ok");
  const six = wantedSets("example.com 60 203.0.113.7", "mail.example.com 60 2001:db8::25");
  at.store.edit(zoneRenderer(before.base, six, "me")(readZoneText(text, parseName("example.com")).serial ?? 0));
  const zone = await readZone(provider);
  assert.equal(zone.needsWrite?.kind, "base");
  assert.equal((await provider.apply({ zone, writes: [] }, NEVER)).kind, "applied");
  assert.equal(at.store.text?.replace(/ \d+ 7200 /, ""), text.replace(/ \d+ 7200 /, ""));
});

const BROKEN = `${BASE}@ MX ten mail\n`;

for (const [title, restarts] of [
  ["", false],
  [", after a restart too", true],
] as const) {
  test(`with a mistake in the base zone names are written beside the last good one${title}`, async () => {
    const at = lab();
    const first = providerOf(at);
    await converge(first, "example.com 60 203.0.113.7");
    at.base.edit(BROKEN);
    const provider = restarts ? providerOf(at) : first;
    const zone = await readZone(provider);
    assert.equal(zone.inputProblem?.reason, "BaseZoneInvalid");
    assert.match(zone.inputProblem.message, /^the base: line 10, column \d+: MX/);
    assert.equal(zone.needsWrite, undefined);
    at.seconds += 60;
    await converge(provider, "example.com 60 203.0.113.8", "new.example.com 60 203.0.113.8");
    assert.match(at.store.text ?? "", /^example\.com\.\t60\tIN\tA\t203\.0\.113\.8$/m);
    assert.match(at.store.text ?? "", /^example\.com\.\t3600\tIN\tMX\t10 mail\.example\.com\.$/m);
    at.base.edit(`${BASE}@ MX 20 mail2\nmail2 A 192.0.2.26\n`);
    const mended = await readZone(provider);
    assert.deepEqual([mended.inputProblem, mended.needsWrite?.kind], [undefined, "base"]);
    await converge(provider, "example.com 60 203.0.113.8", "new.example.com 60 203.0.113.8");
    at.base.edit(BROKEN);
    const again = await readZone(provider);
    assert.deepEqual([again.inputProblem?.reason, again.needsWrite], ["BaseZoneInvalid", undefined]);
    assert.match(at.store.text ?? "", /\tMX\t20 mail2\.example\.com\.$/m);
  });
}

test("the base zone of a rendered text that someone changed is not believed", async () => {
  for (const damage of [
    (text: string) => text.replace("192.0.2.25", "192.0.2.66"),
    (text: string) => text.replace(/^; END dnsalias$/m, ""),
    (text: string) => text.replace(/base=\S+/, ""),
  ]) {
    const at = lab();
    await converge(providerOf(at), "example.com 60 203.0.113.7");
    at.store.edit(damage(at.store.text ?? ""));
    at.base.edit(BROKEN);
    const read = await providerOf(at).read([], NEVER);
    assert.equal(read.kind === "refused" && read.reason, "BaseZoneInvalid");
  }
});

test("the room for our records is what the place holds without the base zone, to the byte", async () => {
  const at = lab();
  const sets = wantedSets("example.com 60 203.0.113.7 203.0.113.8 2001:db8::7", "*.apps.example.com 300 203.0.113.9");
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7 203.0.113.8 2001:db8::7", "*.apps.example.com 300 203.0.113.9");
  const { capacity } = await readZone(provider);
  assert.ok(capacity !== undefined);
  const free = 1_048_576 - "example.com.zone".length - Buffer.byteLength(at.store.text ?? "");
  assert.equal(capacity.maxBytes - capacity.sizeOf(sets), free);
});

test("what else the place holds takes room", async () => {
  const at = lab();
  const maxOf = async (otherBytes?: number): Promise<number | undefined> => {
    const read = async () => ({
      kind: "ok" as const,
      text: undefined,
      revision: "",
      owner: undefined,
      ...(otherBytes === undefined ? {} : { otherBytes }),
    });
    const zone = labZone("example.com", zoneFileSpec());
    const store = { location: "the zone", read, write: () => assert.fail("nothing is written") };
    return (await readZone(createZoneFileProvider({ zone, base: at.base, store, ownerId: "me", now: () => 0 })))
      .capacity?.maxBytes;
  };
  assert.equal((await maxOf(1_000)) ?? 0, ((await maxOf()) ?? 0) - 1_000);
});

test("what cannot be written is refused with a reason and what to do", async () => {
  const huge = `${BASE}${Array.from({ length: 20_000 }, (_, n) => `n${n} TXT some-text-that-takes-room-${n}\n`).join("")}`;
  const cases: readonly (readonly [at: Lab, reason: string, message: RegExp])[] = [
    [{ ...lab(), base: memoryTextStore(undefined, { location: "the base" }) }, "BaseZoneMissing", /create the base/],
    [
      lab("@ 60 A 192.0.2.1\n"),
      "BaseZoneInvalid",
      /^the base: line 1, column 1: no SOA record .*; line 1, column 1: no NS/,
    ],
    [lab(`${BASE}@ CNAME x.net.\n`), "BaseZoneInvalid", /line 10, column 1: a CNAME at the apex/],
    [
      lab(BASE, "; example.com. written by dnsalias owner=other base=00\n"),
      "ForeignOwner",
      /belongs to the dnsalias owner "other"/,
    ],
    [lab(BASE, undefined, "other"), "ForeignOwner", /belongs to the dnsalias owner "other"/],
    [lab(BASE, BASE), "ForeignOwner", /a text that dnsalias did not write/],
    [lab(huge), "ZoneTooLarge", /has 1\d{6} bytes, .*transfer/],
  ];
  for (const [at, reason, message] of cases) {
    const provider = providerOf(at);
    const read = await provider.read([], NEVER);
    const result = read.kind === "ok" ? await provider.apply({ zone: read.zone, writes: [] }, NEVER) : read;
    assert.ok(result.kind === "refused", JSON.stringify(result));
    assert.equal(result.reason, reason);
    assert.match(result.message, message);
    assert.equal(at.store.writes, 0);
  }
});

test("the limit of a ConfigMap counts its key and is met exactly", async () => {
  const fitting = (key: string) => zoneFileSpec({ configMap: { name: "zones", key } });
  const at = lab();
  await converge(providerOf(at));
  const header = (at.store.text ?? "").length;
  const line = 'x00000.example.com.\t3600\tIN\tTXT\t""\n'.length;
  const room = 1_048_576 - header - "key".length;
  const records = Math.ceil(room / (line + 255));
  const letters = room - records * line;
  const texts = Array.from({ length: records }, (_, index) => {
    const size = Math.floor(letters / records) + (index < letters % records ? 1 : 0);
    return `x${String(index).padStart(5, "0")} TXT "${"t".repeat(size)}"\n`;
  });
  const exact = `${BASE}${texts.join("")}`;
  const wrote = async (key: string, base: string) => {
    const provider = providerOf(lab(base), "me", fitting(key));
    return provider.apply({ zone: await readZone(provider), writes: [] }, NEVER);
  };
  const result = await wrote("key", exact);
  assert.equal(result.kind, "applied", JSON.stringify(result).slice(0, 200));
  assert.equal((await wrote("key".repeat(400), exact)).kind, "refused");
  const provider = providerOf(at, "me", fitting("key"));
  for (const [base, problem] of [
    [BASE, undefined],
    [exact, undefined],
    [exact.replace("x00000", "xx00000"), "ZoneTooLarge"],
  ] as const) {
    at.base.edit(base);
    assert.equal((await readZone(provider)).inputProblem?.reason, problem);
  }
});

test("a write since the read is a conflict, and a backend that fails is not an answer", async () => {
  const at = lab();
  const provider = providerOf(at);
  const zone = await readZone(provider);
  await converge(providerOf(at), "example.com 60 203.0.113.7");
  assert.equal((await provider.apply({ zone, writes: [] }, NEVER)).kind, "conflict");
  at.base.fail("no route");
  assert.deepEqual(await provider.read([], NEVER), { kind: "failed", message: "no route" });
});

test("withdrawing everything leaves the base zone", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 203.0.113.7");
  await converge(provider);
  assert.deepEqual(lines(at).slice(-2), ["; BEGIN dnsalias owner=me", "; END dnsalias"]);
});

test("the same base and sets give the same bytes in any order", async () => {
  const base = [
    "@ 300 IN SOA ns.other.net. h 7 7200 900 1209600 300",
    "@ 300 NS ns.other.net.",
    "a 300 A 192.0.2.1",
    "a 300 A 192.0.2.2",
    "b 300 TXT x",
  ];
  const sets = ["example.com 60 203.0.113.7 203.0.113.8", "c.example.com 60 203.0.113.7"];
  const texts = [];
  for (const order of [(list: string[]) => list, (list: string[]) => list.reverse()]) {
    const at = lab(`${order([...base]).join("\n")}\n`);
    await converge(providerOf(at), ...order([...sets]));
    texts.push(at.store.text);
  }
  assert.equal(texts[0], texts[1]);
});

test("an owner id that could break the marker is refused at once", () => {
  assert.throws(() => providerOf(lab(), "me\n; END dnsalias"), { code: "CONFIG_INVALID" });
});
