import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { answerData, dig } from "../../support/dig.ts";
import { skipWithoutDnspython } from "../../support/dnspython.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";
import { converge, labZone, readZone, zoneFileSpec } from "../../support/provider-lab.ts";
import { runOrThrow } from "../../support/run.ts";
import { watchZone } from "../../support/zone-watch.ts";
import { type Question, replaceFile, untilAnswer } from "./coredns-lab.ts";

const skip = skipWithout("coredns", "dig", "named", "named-checkconf", "named-checkzone") || skipWithoutDnspython();

const BASE = `$TTL 1h
@   IN SOA ns1 hostmaster 7 2h 15m 2w 5m ; the serial is ours to raise
    IN NS  ns1
       NS  ns2.example.net.
       MX  10 mail
       TXT "v=spf1 mx -all; not a comment" "second \\"string\\""
       CAA 0 issue "ca.example.net"
       HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.80
ns1    A   192.0.2.53
mail   60  IN AAAA 2001:db8::25
       A   192.0.2.25
www    CNAME shop.cdn.example.net.
_sip._tcp SRV 0 5 5060 mail
x      TYPE65280 \\# 4 0a000001
wild   MX 20 mail
*.wild TXT below
sub    NS ns.sub
ns.sub A 192.0.2.99
`;

/** Asked all the time, and answered as BIND answers out of {@link BASE}. */
const UNTOUCHED: readonly Question[] = [
  ["example.com", "SOA"],
  ["example.com", "NS"],
  ["example.com", "MX"],
  ["example.com", "TXT"],
  ["example.com", "CAA"],
  ["example.com", "HTTPS"],
  ["www.example.com", "CNAME"],
  ["mail.example.com", "A"],
  ["mail.example.com", "AAAA"],
  ["_sip._tcp.example.com", "SRV"],
  ["x.example.com", "TYPE65280"],
  ["a.wild.example.com", "TXT"],
  ["nothing.example.com", "A"],
];

function providerOf(store: MemoryTextStore, base = memoryTextStore(BASE, { location: "base" })): ZoneProvider {
  const zone = labZone("example.com", zoneFileSpec());
  return createZoneFileProvider({ zone, base, store, ownerId: "me", now: () => Date.now() });
}

/** BIND's own judgement of a zone file, kept off the network. */
async function checkZone(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-checkzone-"));
  try {
    const file = join(directory, "zone");
    await writeFile(file, text);
    return await runOrThrow(locateComponent("named-checkzone"), ["-i", "local", "example.com", file]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test(
  "zone file: CoreDNS serves the apex beside all that the base zone has, and the serial rises",
  { skip },
  async () => {
    const base = memoryTextStore(BASE, { location: "base" });
    const first = memoryTextStore();
    await converge(providerOf(first, base));
    const corefile =
      "example.com {\n  bind {$DNS_HOST}\n  auto {\n    directory . (.*)\\.zone {1}\n    reload 2s\n  }\n}\n";
    await using server = await startCoreDns({ corefile, files: { "example.com.zone": first.text ?? "" } });
    const store = memoryTextStore(first.text, {
      async onWrite(text) {
        await checkZone(text);
        await replaceFile(join(server.directory, "example.com.zone"), text);
      },
    });
    const provider = providerOf(store, base);
    await using watch = await watchZone({ at: server, zone: "example.com", text: BASE, questions: UNTOUCHED });
    const serials = [Number((await dig(server, "example.com", "SOA")).answer[0]?.data.split(" ")[2])];

    const steps: readonly (readonly [line: string, a: string, aaaa: string])[] = [
      ["example.com 60 203.0.113.7", "203.0.113.7", ""],
      ["example.com 60 203.0.113.8 203.0.113.7 2001:db8::7", "203.0.113.7,203.0.113.8", "2001:db8::7"],
      ["example.com 30 2001:db8::8", "", "2001:db8::8"],
    ];
    for (const [line, a, aaaa] of steps) {
      await converge(provider, line, "*.apps.example.com 60 203.0.113.9");
      await untilAnswer(server, ["example.com", "A"], (reply) => answerData(reply, "A").join() === a);
      const soa = (await dig(server, "example.com", "SOA")).answer[0]?.data.split(" ")[2];
      serials.push(Number(soa));
      assert.equal(answerData(await dig(server, "example.com", "AAAA"), "AAAA").join(), aaaa);
      assert.deepEqual(answerData(await dig(server, "x.y.apps.example.com", "A"), "A"), ["203.0.113.9"]);
      assert.equal((await readZone(provider)).serial, Number(soa));
    }
    await converge(provider);
    await untilAnswer(
      server,
      ["example.com", "AAAA"],
      (reply) => reply.status === "NOERROR" && reply.answer.length === 0,
    );
    await watch.assertUnchanged();
    assert.deepEqual(
      serials,
      [...new Set(serials)].sort((one, other) => one - other),
    );
  },
);

test("zone file: two controllers at once write the same, and stop writing", { skip }, async () => {
  const store = memoryTextStore();
  const providers = [providerOf(store), providerOf(store)];
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(providers.map((provider) => converge(provider, `example.com 60 203.0.113.${round}`)));
  }
  await Promise.all(providers.map((provider) => converge(provider, "example.com 60 203.0.113.19")));
  await delay(5);
  const writes = store.writes;
  await Promise.all(providers.map((provider) => converge(provider, "example.com 60 203.0.113.19")));
  assert.equal(store.writes, writes);
  assert.equal(writes, 20);
  await checkZone(store.text ?? "");
});

test("zone file: named-checkzone passes what is rendered from every kind of record", { skip }, async () => {
  const all = await readFile("test/fixtures/zones/every-type.zone", "utf8");
  const store = memoryTextStore();
  await converge(
    providerOf(store, memoryTextStore(all)),
    "example.com 60 203.0.113.7",
    "*.apps.example.com 60 2001:db8::7",
  );
  const said = await checkZone(store.text ?? "");
  assert.match(said, /loaded serial \d+[^]*OK/);
  assert.doesNotMatch(said, /warning|error|ignor/i);
});

test("zone file: what named-checkzone does not load is refused before, too", { skip }, async () => {
  const head = "$TTL 300\n@ SOA ns.other.net. h 1 7200 900 1209600 300\n@ NS ns.other.net.\n";
  const broken = [
    "@ CNAME x.net.",
    "a CNAME b\na A 192.0.2.1",
    "a CNAME b\na CNAME c",
    "@ NS ns1",
    "@ NS ns1\nns1 CNAME x.net.",
    "@ SOA ns.other.net. h 2 7200 900 1209600 300",
    "a A 192.0.2.300",
    "a MX ten mail",
    `a TXT "${"x".repeat(256)}"`,
    "a TXT ( x",
    `${"x".repeat(64)} A 192.0.2.1`,
    "a TYPE65280 \\# 4 0a0000",
    "a..b A 192.0.2.1",
    "d DNAME x.net.\nd DNAME y.net.",
  ];
  for (const lines of broken) {
    await assert.rejects(checkZone(`${head}${lines}\n`), `named-checkzone takes: ${lines}`);
    const store = memoryTextStore();
    const read = await providerOf(store, memoryTextStore(`${head}${lines}\n`)).read([], new AbortController().signal);
    assert.equal(read.kind === "refused" && read.reason, "BaseZoneInvalid", lines);
  }
});
