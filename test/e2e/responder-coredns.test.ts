import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer, type NameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { locateComponent, skipWithout } from "../support/component.ts";
import { startCoreDns, type CoreDns } from "../support/coredns.ts";
import { dig } from "../support/dig.ts";
import { run, runOrThrow } from "../support/run.ts";
import { addressesOf, ask, inlineZone, responderGives, startResponderLab, type ResponderLab } from "./responder-lab.ts";
import { addressesBecome } from "./served.ts";

const ZONE = "front.example";

/** The Corefiles of docs/operations.md, with a port and an address of the test's own. */
const FORWARD = (to: string) => `
${ZONE} {
  bind {$DNS_HOST}
  cache 300
  forward . ${to}
  errors
}
`;

const SIGNED = (to: string, key: string) => `
${ZONE} {
  bind {$DNS_HOST}
  cache 300
  dnssec {
    key file ${key}
  }
  forward . ${to}
  errors
}
`;

describe("CoreDNS in front of the responder", { skip: skipWithout("coredns", "delv", "dig", "dnssec-keygen") }, () => {
  let authority: NameServer;
  let lab: ResponderLab;
  const owned = new AsyncDisposableStack();
  before(async () => {
    authority = owned.use(
      await startNameServer({
        zones: { "lb.test": ["web 8 A 11.9.0.1", "web 8 A 11.9.0.2", "web 8 AAAA 2a01:db8:9::1"] },
      }),
    );
    const hostnames = [ZONE, `shop.${ZONE}`, `*.apps.${ZONE}`];
    lab = owned.use(
      await startResponderLab({
        resolvers: [authority],
        manifests: [inlineZone(ZONE), aliasManifest({ name: "front", hostnames, targets: ["web.lb.test"] })],
      }),
    );
    await responderGives(lab.dns, ZONE, ["11.9.0.1", "11.9.0.2"]);
  });
  after(() => owned.disposeAsync());

  test("forward and cache: every type is as at the responder, a change is seen after the TTL, and the cache answers between", async () => {
    await using coredns = await startCoreDns({ corefile: FORWARD(textOf(lab)) });
    assert.deepEqual(addressesOf(await ask(coredns, ZONE)), ["11.9.0.1", "11.9.0.2"]);
    for (const [name, type] of [
      [`any.apps.${ZONE}`, "A"],
      [`shop.${ZONE}`, "AAAA"],
      [`none.${ZONE}`, "A"],
      [`apps.${ZONE}`, "A"],
      ...["SRV", "SOA", "NS", "MX", "TXT", "CAA", "HTTPS"].map((of) => [ZONE, of] as const),
    ] as const) {
      // The TTLs may differ: CoreDNS gives a whole message the least TTL in it.
      const [through, direct] = [await ask(coredns, name, type), await ask(lab.dns, name, type)];
      assert.equal(through.status, direct.status, through.text);
      const data = [through, direct].map(({ answer }) => answer.map((record) => record.data).toSorted());
      assert.deepEqual(data[0], data[1], through.text);
    }
    const counted = (): Promise<number> => lab.metric('dnsalias_responder_query_types_total{type="A"}');
    // A busy worker tells its count of a second ago.
    let before = await counted();
    await waitFor(
      "a count that stays",
      async () => {
        const last = before;
        before = await counted();
        assert.equal(before, last);
      },
      { everyMs: 1_500 },
    );
    for (let count = 0; count < 20; count += 1) {
      await ask(coredns, `shop.${ZONE}`);
    }
    assert.ok((await counted()) - before <= 3);

    authority.set("web.lb.test", "A", 8, ["11.9.0.1", "11.9.0.3"]);
    await addressesBecome(coredns, ZONE, "A", ["11.9.0.1", "11.9.0.3"], 25_000);
  });

  test("with dnssec on the way delv validates addresses, other types and denials, before and after a change", async () => {
    const keys = owned.adopt(await mkdtemp(join(tmpdir(), "dnsalias-keys-")), (path) =>
      rm(path, { recursive: true, force: true }),
    );
    await runOrThrow(locateComponent("dnssec-keygen"), ["-K", keys, "-a", "ECDSAP256SHA256", "-f", "KSK", ZONE]);
    const key = (await readdir(keys)).find((name) => name.endsWith(".key")) ?? assert.fail("no key");
    await using coredns = await startCoreDns({ corefile: SIGNED(textOf(lab), join(keys, key)) });
    const anchor = join(keys, "anchor");
    await writeFile(anchor, anchorOf(await readFile(join(keys, key), "utf8")));

    for (const step of [3, 4]) {
      authority.set("web.lb.test", "A", 8, ["11.9.0.1", `11.9.0.${step}`]);
      await addressesBecome(coredns, ZONE, "A", ["11.9.0.1", `11.9.0.${step}`], 25_000);
      for (const [name, type] of [
        [ZONE, "A"],
        [`shop.${ZONE}`, "AAAA"],
        [ZONE, "MX"],
        [ZONE, "SOA"],
        [`any.apps.${ZONE}`, "A"],
      ] as const) {
        const text = await delv(coredns, anchor, name, type);
        assert.match(text, /^; fully validated$/m, text);
      }
      for (const [name, type] of [
        [ZONE, "SRV"],
        [`none.${ZONE}`, "A"],
      ] as const) {
        assert.match(await delv(coredns, anchor, name, type), /^; negative response, fully validated$/m);
      }
      await delay(1_000);
    }
    const signed = await dig(coredns, ZONE, "A", ["+dnssec"]);
    assert.ok(
      signed.answer.some(({ type }) => type === "RRSIG"),
      signed.text,
    );
  });

  test("a responder that is away: what CoreDNS has in its cache is still given with serve_stale", async () => {
    const corefile = FORWARD(textOf(lab)).replace("cache 300", "cache 300 {\n    serve_stale 1h\n  }");
    await using coredns = await startCoreDns({ corefile });
    const had = addressesOf(await ask(coredns, ZONE));
    await lab.process.stop();
    await delay(10_000);
    assert.deepEqual(addressesOf(await ask(coredns, ZONE)), had);
  });
});

function textOf({ dns }: ResponderLab): string {
  return `${dns.host}:${dns.port}`;
}

async function delv(at: CoreDns, anchor: string, name: string, type: string): Promise<string> {
  const args = [`@${at.host}`, "-p", String(at.port), "-a", anchor, `+root=${ZONE}`, name, type];
  const { stdout, stderr } = await run(locateComponent("delv"), args, { env: { HOME: "/nonexistent" } });
  return stdout + stderr;
}

/** A DNSKEY record as BIND's configuration has a trust anchor. */
function anchorOf(keyFile: string): string {
  const [, flags, protocol, algorithm, key] = /\sDNSKEY\s+(\d+)\s+(\d+)\s+(\d+)\s+(.+)$/m.exec(keyFile) ?? [];
  return `trust-anchors { "${ZONE}." static-key ${flags} ${protocol} ${algorithm} "${(key ?? "").replaceAll(" ", "")}"; };\n`;
}
