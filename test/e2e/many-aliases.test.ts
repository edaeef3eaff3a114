import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import type { KubeRequests } from "../lab/kube-requests.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startKnot } from "../support/knot.ts";
import { startUnbound } from "../support/unbound.ts";
import { zoneText } from "../support/zone-text.ts";
import { dnsClient } from "./dns-client.ts";
import { aliasShows, readAlias, renderedZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";

const COUNT = 1_000;
const WATCHED_MS = 20_000;

/** What the resolver of the zone has counted so far. */
interface QueryCounts {
  readonly a: number;
  readonly aaaa: number;
  /** For the prefixes of NAT64 (RFC 7050), where they aren't among those for AAAA. */
  readonly prefixes: number;
  /** Of all names and types. */
  readonly total: number;
}

/** A resolver that knows www.p13.test, with TTL 5 s and one address in each family. */
interface TargetSource {
  readonly resolver: DnsEndpoint;
  readonly queries: () => Promise<QueryCounts>;
  /** Replaces the A record. */
  readonly setAddress: (address: string) => Promise<void>;
}

describe("1,000 aliases on one target", { skip: REAL_SERVERS }, () => {
  test("P13: one look-up stream a type; one change of the target updates all within the bound", async () => {
    await using server = await startNameServer({
      zones: { "p13.test": ["www 5 A 11.12.0.1", "www 5 AAAA 2a01:db8:12::1"] },
    });
    await checkOneStream({
      resolver: { host: server.host, port: server.port },
      queries: async () => ({
        a: server.asked("www.p13.test", "A"),
        aaaa: server.asked("www.p13.test", "AAAA"),
        prefixes: server.asked("ipv4only.arpa", "AAAA"),
        total: server.asked(),
      }),
      setAddress: async (address) => server.set("www.p13.test", "A", 5, [address]),
    });
  });

  test("P13: the same over Unbound and Knot, which share no code with dnsalias", async () => {
    const zone = (serial: number, address: string): string =>
      zoneText([`www 5 A ${address}`, "www 5 AAAA 2a01:db8:12::1"], { serial });
    await using knot = await startKnot({ zones: { "p13.test": zone(1, "11.12.0.1") } });
    await using unbound = await startUnbound({
      stubs: [{ zone: "p13.test", servers: [knot] }],
      moreServer: "extended-statistics: yes",
    });
    await checkOneStream({
      resolver: unbound,
      queries: async () => {
        const statistics = await unbound.control("stats_noreset");
        const value = (name: string): number =>
          Number(new RegExp(`^${name.replaceAll(".", "\\.")}=(\\d+)$`, "m").exec(statistics)?.[1] ?? 0);
        return {
          a: value("num.query.type.A"),
          aaaa: value("num.query.type.AAAA"),
          prefixes: 0,
          total: value("total.num.queries"),
        };
      },
      setAddress: (address) => knot.setZone("p13.test", zone(2, address)),
    });
  });
});

async function checkOneStream({ resolver: { host, port }, queries, setAddress }: TargetSource): Promise<void> {
  await using lab = await startClusterLab({ audit: true });
  await lab.addZone("p13.example", { spec: { resolvers: [{ address: host, port }] } });
  const numbers = Array.from({ length: COUNT }, (_, index) => index);
  const aliases = numbers
    .values()
    .map((index) =>
      aliasManifest({ name: `n${index}`, hostnames: [`n${index}.p13.example`], targets: ["www.p13.test"] }),
    );
  // kubectl holds itself to few requests a second.
  const path = "/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases";
  await Promise.all(Array.from({ length: 16 }, () => createAll(lab.requests, path, aliases)));

  const client = dnsClient(lab.dns);
  const allShow = async (address: string): Promise<void> => {
    for (const index of numbers) {
      assert.deepEqual(await client.addresses(`n${index}.p13.example`, "A"), [address], `n${index}`);
    }
  };
  await waitFor("all to be served", () => allShow("11.12.0.1"), { withinMs: 60_000, everyMs: 500 });
  await Promise.all([0, 500, 999].map((n) => aliasShows(lab, `web/n${n}`, "Ready", /^True/, { withinMs: 60_000 })));
  await waitFor(
    "the last statuses and Events",
    async () => {
      const before = await writes(lab);
      await delay(5_000);
      assert.equal(await writes(lab), before);
    },
    { withinMs: 90_000 },
  );

  const before = await queries();
  const writesBefore = await writes(lab);
  await delay(WATCHED_MS);
  const after = await queries();
  const [a, aaaa] = [after.a - before.a, after.aaaa - before.aaaa];
  // TTL 5 s and 1 s of slack: at most one query in 5 s, for each type.
  for (const count of [a, aaaa]) {
    assert.ok(count >= 2 && count <= WATCHED_MS / 5_000 + 1, `${a} queries for A, ${aaaa} for AAAA`);
  }
  const prefixes = after.prefixes - before.prefixes;
  assert.ok(prefixes <= 1, `${prefixes} queries for the prefixes, which are learned once a minute at most`);
  assert.equal(after.total - before.total, a + aaaa + prefixes, "queries for nothing else");
  assert.equal((await writes(lab)) - writesBefore, 0, "writes to the apiserver while nothing changes");

  const { boundMs } = await readAlias(lab, "web/n999");
  const serialBefore = (await renderedZone(lab, "p13.example")).serial;
  await setAddress("11.12.0.2");
  await waitFor("all to follow", () => allShow("11.12.0.2"), { withinMs: boundMs, everyMs: 500 });
  assert.ok((await renderedZone(lab, "p13.example")).serial > serialBefore);
}

/** How many objects the controller has written so far. */
async function writes({ api }: Pick<ClusterLab, "api">): Promise<number> {
  const events = await api.auditEvents();
  return events.filter(
    ({ user, verb, resource }) =>
      user === "system:serviceaccount:dns-system:dnsalias" &&
      ["create", "patch", "update", "delete"].includes(verb) &&
      resource !== "leases",
  ).length;
}

/** Several workers share one iterator. */
async function createAll(requests: KubeRequests, path: string, aliases: Iterable<string>): Promise<void> {
  for (const alias of aliases) {
    await requests.create(path, alias);
  }
}
