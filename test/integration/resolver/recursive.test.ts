import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import type { AliasType } from "../../../src/dns/record.ts";
import { createQueryServer } from "../../../src/resolver/authoritative-query.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { startBind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { dig } from "../../support/dig.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { freePort } from "../../support/free-port.ts";
import { type Knot, startKnot } from "../../support/knot.ts";
import { startNsd } from "../../support/nsd.ts";
import { startUnbound, type Unbound } from "../../support/unbound.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { lookupScene, over } from "./lookup-scene.ts";

const HEAD = "$TTL 300\n@ 900 SOA ns h 1 3600 600 86400 60\n@ NS ns\nns A 9.9.9.9\n";
const ZONE_A = `${HEAD}
www 120 CNAME h1.b.test.
h3 120 CNAME h4.b.test.
h6 20 CNAME end.b.test.
apex 40 A 8.8.8.8
apex 40 AAAA 2606:4700::1
four 40 A 8.8.4.4
gone CNAME nothing.b.test.
half CNAME four
loop CNAME loop.b.test.
self CNAME self
inner A 10.0.0.1
https 50 HTTPS 0 CDN.b.test.
mixed A 8.8.8.8
mixed A 192.168.1.1
tree DNAME a.b.test.
${lines(60, (index) => `many AAAA 2606:4700::${(index + 1).toString(16)}`)}
${lines(65, (index) => `crowd A 8.8.8.${index + 1}`)}
${lines(16, (index) => `deep${index} CNAME deep${index + 1}`)}
deep16 A 8.8.8.8
${lines(17, (index) => `deeper${index} CNAME deeper${index + 1}`)}
deeper17 A 8.8.8.8
`;
const ZONE_B = `${HEAD}
h1 120 CNAME h2.c.test.
h4 120 CNAME h5.c.test.
end 60 A 8.8.8.8
end 60 A 1.1.1.1
loop CNAME loop.c.test.
a.a 30 A 8.8.8.8
`;
const ZONE_C = `${HEAD}
h2 120 CNAME h3.a.test.
h5 120 CNAME h6.a.test.
loop CNAME loop.a.test.
`;

const missing = skipWithout(
  "unbound",
  "unbound-control",
  "knotd",
  "knotc",
  "nsd",
  "nsd-control",
  "named",
  "openssl",
  "dig",
);

/** The text of a lookup. Unbound counts TTLs down in whole seconds, so a second can have passed since it had the first record. */
function assertTold(told: string, want: string): void {
  const later = want.replace(/\b(\d+) s\b/, (_, ttl: string) => `${Number(ttl) - 1} s`);
  assert.equal(told === later ? want : told, want);
}

describe("look-ups through real servers", { skip: missing }, () => {
  const stack = new AsyncDisposableStack();
  let knot: Knot;
  let unbound: Unbound;
  let certificate: Certificate;
  let tlsPort: number;
  let httpsPort: number;

  before(async () => {
    certificate = stack.use(await makeCertificate("DNS:resolver.test", "IP:127.0.0.1"));
    knot = stack.use(
      await startKnot({
        zones: { "a.test": ZONE_A, "signed.test": `${HEAD}www A 8.8.8.8\n`, "bogus.test": `${HEAD}www A 8.8.8.8\n` },
        moreZone:
          "  dnssec-signing: on\n  zonefile-sync: -1\n  zonefile-load: difference-no-serial\n  journal-content: all",
      }),
    );
    const nsd = stack.use(await startNsd({ zones: { "b.test": ZONE_B } }));
    const bind = stack.use(await startBind({ zones: { "c.test": ZONE_C } }));
    [tlsPort, httpsPort] = [await freePort(), await freePort()];
    unbound = stack.use(
      await startUnbound({
        stubs: [
          { zone: "a.test", servers: [knot] },
          { zone: "b.test", servers: [nsd] },
          { zone: "c.test", servers: [bind] },
          { zone: "signed.test", servers: [knot] },
          { zone: "bogus.test", servers: [knot] },
        ],
        trustAnchors: [await keyOf(knot, "signed.test"), (await keyOf(knot, "signed.test")).replace("signed", "bogus")],
        moreServer: [
          "ede: yes",
          `interface: 127.0.0.1@${tlsPort}`,
          `interface: 127.0.0.1@${httpsPort}`,
          `tls-port: ${tlsPort}`,
          `https-port: ${httpsPort}`,
          `tls-service-key: "${certificate.keyFile}"`,
          `tls-service-pem: "${certificate.certificateFile}"`,
        ].join("\n  "),
      }),
    );
  });
  after(() => stack.disposeAsync());

  const CHAIN_OF_7 =
    "positive www.a.test. h1.b.test. h2.c.test. h3.a.test. h4.b.test. h5.c.test. h6.a.test. end.b.test.: 1.1.1.1 8.8.8.8, 20 s";

  const cases = [
    { name: "www.a.test", want: CHAIN_OF_7, title: "a chain of 7 over 3 zones, with its least TTL" },
    { name: "apex.a.test", want: "positive apex.a.test.: 8.8.8.8, 40 s" },
    { name: "apex.a.test", family: "AAAA", want: "positive apex.a.test.: 2606:4700::1, 40 s" },
    { name: "four.a.test", family: "AAAA", want: "nodata four.a.test.: 60 s", title: "no address of one family" },
    {
      name: "half.a.test",
      family: "AAAA",
      want: "nodata half.a.test. four.a.test.: 60 s",
      title: "the same behind a CNAME",
    },
    { name: "nothing.a.test", want: "nxdomain nothing.a.test.: 60 s" },
    { name: "gone.a.test", want: "nxdomain gone.a.test. nothing.b.test.: 60 s", title: "no such name behind a CNAME" },
    { name: "a.tree.a.test", want: "positive a.tree.a.test. a.a.b.test.: 8.8.8.8, 30 s", title: "a DNAME" },
    {
      name: "loop.a.test",
      want: "failure loop at loop.a.test. loop.b.test. loop.c.test. loop.a.test.",
      title: "a loop over 3 zones",
    },
    { name: "self.a.test", want: "failure loop at self.a.test. self.a.test.", title: "a CNAME to itself" },
    {
      name: "deep0.a.test",
      want: `positive ${names(16, "deep")}: 8.8.8.8, 300 s`,
      title: "16 hops, more than Unbound follows",
    },
    { name: "deeper0.a.test", want: `failure too-deep at ${names(17, "deeper")}`, title: "17 hops" },
    { name: "inner.a.test", want: "failure special-use at inner.a.test.", title: "an address of a private network" },
    { name: "mixed.a.test", want: "failure special-use at mixed.a.test.", title: "one such address among others" },
    { name: "crowd.a.test", want: "positive crowd.a.test.: 64 of more addresses", title: "65 addresses" },
    {
      name: "elsewhere.example",
      want: "failure refused at elsewhere.example.",
      title: "a name that the server refuses",
    },
    {
      name: "www.signed.test",
      want: "positive www.signed.test.: 8.8.8.8, 300 s, authenticated",
      title: "a validated answer",
    },
    {
      name: "www.bogus.test",
      want: "failure bogus at www.bogus.test.",
      title: "a zone whose key is not the one that is trusted",
    },
  ] as const;

  for (const { name, want, ...more } of cases) {
    test("title" in more ? `${more.title}: ${name}` : name, async () => {
      await unbound.flush();
      await using scene = lookupScene({ servers: [over("udp", unbound)] });
      assertTold(tell(await scene.look(name, "family" in more ? more.family : "A")), want);
    });
  }

  test("an answer too large for UDP comes over TCP", async () => {
    await using scene = lookupScene({ servers: [over("udp", unbound)] });
    const reading = await scene.look("many.a.test", "AAAA");
    assert.equal(reading.kind === "positive" && reading.addresses.length, 60);
  });

  test("TCP alone", async () => {
    await using scene = lookupScene({ servers: [over("tcp", unbound)] });
    assert.match(tell(await scene.look("www.a.test")), /^positive www\.a\.test\. .*: 1\.1\.1\.1 8\.8\.8\.8, \d+ s$/);
  });

  for (const protocol of ["tls", "https"] as const) {
    const port = () => (protocol === "tls" ? tlsPort : httpsPort);
    const server = (serverName?: string) => ({
      ...over(protocol, { host: "127.0.0.1", port: port() }),
      ...(serverName !== undefined && { serverName }),
    });

    for (const serverName of ["resolver.test", undefined]) {
      test(`${protocol} to Unbound, whose certificate carries ${serverName ?? "its address"}`, async () => {
        await unbound.flush();
        await using scene = lookupScene({ servers: [server(serverName)], ca: certificate.pem });
        assertTold(tell(await scene.look("www.a.test")), CHAIN_OF_7);
        const many = await scene.look("many.a.test", "AAAA");
        assert.equal(many.kind === "positive" && many.addresses.length, 60);
      });
    }

    test(`${protocol} to a server whose certificate carries another name is not used`, async () => {
      await using scene = lookupScene({ servers: [server("other.test")], ca: certificate.pem });
      assert.equal(tell(await scene.look("apex.a.test")), "failure unreachable at apex.a.test.");
    });

    test(`${protocol} to a server whose certificate nobody trusts is not used`, async () => {
      await using scene = lookupScene({ servers: [server("resolver.test")] });
      assert.equal(tell(await scene.look("apex.a.test")), "failure unreachable at apex.a.test.");
    });
  }

  test("BIND over UDP, where it insists on its cookie (BADCOOKIE), over TLS and over HTTPS", async () => {
    const ports = { tls: await freePort(), https: await freePort() };
    await using bind = await startBind({
      zones: { "a.test": ZONE_A.replace(/^tree.*$/m, "") },
      moreOptions: `
        require-server-cookie yes;
        listen-on port ${ports.tls} tls local { 127.0.0.1; };
        listen-on port ${ports.https} tls local http local { 127.0.0.1; };`,
      moreConfig: `
        tls local { key-file "${certificate.keyFile}"; cert-file "${certificate.certificateFile}"; };
        http local { endpoints { "/other-path"; }; };`,
    });
    const servers = [
      over("udp", bind),
      { ...over("tls", { host: "127.0.0.1", port: ports.tls }), serverName: "resolver.test" },
      { ...over("https", { host: "127.0.0.1", port: ports.https }), serverName: "resolver.test", path: "/other-path" },
    ];
    for (const server of servers) {
      await using scene = lookupScene({ servers: [server], ca: certificate.pem });
      for (const time of [1, 2, 3]) {
        assert.equal(tell(await scene.look("apex.a.test")), "positive apex.a.test.: 8.8.8.8, 40 s", `time ${time}`);
      }
      assert.equal(tell(await scene.look("self.a.test")), "failure loop at self.a.test. self.a.test.");
    }
  });

  test(
    "CoreDNS with its cache, as clusters have it, before servers with and without cookies",
    { skip: skipWithout("coredns") },
    async () => {
      await using bind = await startBind({ recursion: [{ zone: "a.test", servers: [knot] }] });
      await using coreDns = await startCoreDns({
        corefile: ({ host, port }) =>
          `.:${port} {\n bind ${host}\n cache 30\n forward . ${addressOf(bind)} ${addressOf(unbound)} {\n policy round_robin\n }\n}\n`,
      });
      await using scene = lookupScene({ servers: [over("udp", coreDns)] });
      const names = ["apex", "four", "mixed", "inner", "nothing", "self"].map((label) => `${label}.a.test`);
      const want = ["positive", "positive", "failure", "failure", "nxdomain", "failure"];
      for (const time of [1, 2, 3, 4]) {
        const readings = await Promise.all(names.map((name) => scene.look(name)));
        assert.deepEqual(
          readings.map(({ kind }) => kind),
          want,
          `time ${time}`,
        );
        const reasons = readings.map((reading) => (reading.kind === "failure" ? reading.reason : ""));
        assert.deepEqual(reasons, ["", "", "special-use", "special-use", "", "loop"], `time ${time}`);
      }
    },
  );

  test("a server that is killed and comes back", async () => {
    await using other = await startUnbound({ stubs: [{ zone: "a.test", servers: [knot] }] });
    await using scene = lookupScene({ servers: [over("udp", other)] });
    assert.match(tell(await scene.look("apex.a.test")), /^positive/);
    await other.kill();
    const failed = await scene.look("apex.a.test");
    assert.ok(failed.kind === "failure" && failed.reason === "unreachable", tell(failed));
    await other.start();
    assert.match(tell(await scene.look("apex.a.test")), /^positive/);
  });

  test("one server is asked for what it serves itself", async () => {
    await using client = createExchange();
    const ask = createQueryServer({ exchange: client.exchange, clock: systemClock, randomBytes });
    const asked = (name: string, type: AliasType = "A") =>
      ask({ address: knot.host, port: knot.port }, parseName(name), type, AbortSignal.timeout(5_000));
    const answer = { kind: "answer", rcode: 0, authoritative: true, cname: false };
    assert.deepEqual(await asked("mixed.a.test"), { ...answer, data: ["192.168.1.1", "8.8.8.8"], ttl: 300 });
    assert.deepEqual(await asked("apex.a.test", "AAAA"), { ...answer, data: ["2606:4700::1"], ttl: 40 });
    assert.deepEqual(await asked("https.a.test", "HTTPS"), { ...answer, data: ["0 cdn.b.test."], ttl: 50 });
    assert.deepEqual(await asked("www.a.test"), { ...answer, data: [], ttl: 0, cname: true });
    assert.deepEqual(await asked("nothing.a.test"), { ...answer, data: [], ttl: 0, rcode: 3 });
    const crowd = await asked("crowd.a.test");
    assert.equal(crowd.kind === "answer" && crowd.data.length, 65);
    assert.deepEqual(await asked("elsewhere.example"), {
      kind: "failed",
      message: "answered REFUSED (Not Authoritative)",
    });
    const nobody = await ask(
      { address: "127.0.0.1", port: await freePort() },
      parseName("a.test"),
      "A",
      AbortSignal.timeout(5_000),
    );
    assert.match(nobody.kind === "failed" ? nobody.message : "", /^cannot be reached/);
  });
});

function addressOf({ host, port }: DnsEndpoint): string {
  return `${host}:${port}`;
}

/** The zone's key-signing key, as a trust anchor. */
async function keyOf(knot: Knot, zone: string): Promise<string> {
  const reply = await dig(knot, zone, "DNSKEY", ["+nosplit"]);
  const key = reply.answer.find(({ type, data }) => type === "DNSKEY" && data.startsWith("257 "));
  assert.ok(key, reply.text);
  return `${zone}. DNSKEY ${key.data}`;
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

function names(hops: number, prefix: string): string {
  return Array.from({ length: hops + 1 }, (_, index) => `${prefix}${index}.a.test.`).join(" ");
}

function tell(reading: LookupResult): string {
  const chain = reading.chain.join(" ");
  switch (reading.kind) {
    case "positive":
      if (reading.isSubset === true) {
        return `positive ${chain}: ${reading.addresses.length} of more addresses`;
      }
      return `positive ${chain}: ${reading.addresses.join(" ")}, ${reading.ttl} s${reading.authenticated ? ", authenticated" : ""}`;
    case "nodata":
    case "nxdomain":
      return `${reading.kind} ${chain}: ${reading.negativeTtl} s`;
    case "failure":
      return `failure ${reading.reason} at ${chain}`;
    default:
      return reading satisfies never;
  }
}
