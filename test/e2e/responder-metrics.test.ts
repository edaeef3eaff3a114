import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { openRawClient, rawQuery, type RawClient, type RawQuery, type RawResponse } from "../support/raw-client.ts";
import { scrape, type MetricsPage } from "./metrics-page.ts";
import { ask, inlineZone, responderGives, startResponderLab } from "./responder-lab.ts";

const skip = skipWithout("dig");
const DOMAIN = "counted.example";
const ROUNDS = 7;
const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
const TYPES = { A: 1, SOA: 6, MX: 15, AAAA: 28, TYPE65280: 65_280 };

interface Asked extends RawQuery {
  readonly typeName: keyof typeof TYPES;
  readonly protocol: "udp" | "tcp";
  /** The responder has the whole response in its cache after the first queries. */
  readonly isCached: boolean;
}

function query(name: string, typeName: keyof typeof TYPES, more: Partial<Asked> = {}): Asked {
  return { name, typeName, type: TYPES[typeName], protocol: "udp", isCached: true, ...more };
}

const queries: readonly Asked[] = [
  query(DOMAIN, "A"),
  query(DOMAIN, "MX", { protocol: "tcp" }),
  query(DOMAIN, "SOA"),
  query(DOMAIN, "TYPE65280"),
  query(`many.${DOMAIN}`, "A"),
  query(`none.${DOMAIN}`, "AAAA"),
  query("elsewhere.example", "A", { isCached: false }),
];

/** P18: each count of the responder is the one that a client has made with packets of its own. */
test(
  "P18: queries, types, responses, cache hits, truncated and dropped packets are what a client has sent and got",
  {
    skip,
  },
  async () => {
    const many = Array.from({ length: 60 }, (_, index) => `many 300 A 11.8.1.${index}`);
    await using authority = await startNameServer({ zones: { "lb.test": ["one 300 A 11.8.0.1", ...many] } });
    await using lab = await startResponderLab({
      resolvers: [authority],
      manifests: [
        inlineZone(DOMAIN),
        aliasManifest({ name: "one", hostnames: [DOMAIN], targets: ["one.lb.test"] }),
        aliasManifest({ name: "many", hostnames: [`many.${DOMAIN}`], targets: ["many.lb.test"] }),
      ],
      // The cache is each worker's own.
      moreArgs: ["--responder-workers=1"],
    });
    await using client = await openRawClient(lab.dns);
    await responderGives(lab.dns, DOMAIN, ["11.8.0.1"]);
    await waitFor("all addresses", async () =>
      assert.equal((await client.tcp(query(`many.${DOMAIN}`, "A"))).answers, many.length),
    );
    // A response is cached when its query comes the second time.
    await askAll(client, 2);
    const before = await settledPage(lab.opsUrl);
    const responses = await askAll(client, ROUNDS);
    const junk = [Buffer.alloc(0), Buffer.alloc(11), Buffer.from("junk"), responsePacket(), responsePacket()];
    junk.forEach((packet) => client.send(packet));

    const count = (is: (asked: Asked) => boolean): number => ROUNDS * queries.filter(is).length;
    const wanted: Readonly<Record<string, number>> = {
      'dnsalias_responder_queries_total{protocol="udp"}': count(({ protocol }) => protocol === "udp"),
      'dnsalias_responder_queries_total{protocol="tcp"}': count(({ protocol }) => protocol === "tcp"),
      ...Object.fromEntries(
        Object.keys(TYPES).map((type) => [
          `dnsalias_responder_query_types_total{type="${type}"}`,
          count(({ typeName }) => typeName === type),
        ]),
      ),
      dnsalias_responder_query_types_total: responses.length,
      ...Object.fromEntries(
        RCODES.map((name, rcode) => [
          `dnsalias_responder_responses_total{rcode="${name}"}`,
          responses.filter((response) => response.rcode === rcode).length,
        ]),
      ),
      dnsalias_responder_responses_total: responses.length,
      dnsalias_responder_cache_hits_total: count(({ isCached }) => isCached),
      dnsalias_responder_truncated_total: responses.filter(({ isTruncated }) => isTruncated).length,
      dnsalias_responder_dropped_total: junk.length,
      dnsalias_responder_limited_total: 0,
      dnsalias_responder_waited_total: 0,
      dnsalias_responder_stale_total: 0,
      dnsalias_responder_errors_total: 0,
      dnsalias_responder_worker_restarts_total: 0,
    };
    assert.equal(wanted["dnsalias_responder_truncated_total"], ROUNDS, "the long answer over UDP");
    assert.ok(
      RCODES.filter((name) => wanted[`dnsalias_responder_responses_total{rcode="${name}"}`] === ROUNDS).length >= 2,
    );
    assert.deepEqual(grown(before, await settledPage(lab.opsUrl), wanted), wanted);
    const cached = queries.filter(({ isCached }) => isCached).length;
    assert.equal((await scrape(lab.opsUrl)).value("dnsalias_responder_prepared_packets"), cached);
  },
);

test(
  "P18: waiting queries, lookups, and stale responses are what clients, the name server, and the responses show",
  {
    skip,
  },
  async () => {
    const CLIENTS = 20;
    let lookedUpAt = 0;
    await using authority = await startNameServer({
      zones: { "lb.test": ["wait 2 A 11.8.2.1"] },
      onQuestion: () => (lookedUpAt = performance.now()),
    });
    await using lab = await startResponderLab({
      resolvers: [authority],
      manifests: [
        inlineZone("wait.example"),
        aliasManifest({
          name: "wait",
          hostnames: ["wait.example"],
          targets: ["wait.lb.test"],
          spec: { ipFamilies: ["IPv4"] },
        }),
      ],
    });
    await using client = await openRawClient(lab.dns);
    await responderGives(lab.dns, "wait.example", ["11.8.2.1"]);
    /** After a lookup that no query caused, its 2 s are over, and the next such lookup is 3 s away. */
    const expired = async (): Promise<void> => {
      const last = lookedUpAt;
      await waitFor("a lookup", () => assert.ok(lookedUpAt > last), { everyMs: 10 });
      await delay(lookedUpAt + 2_400 - performance.now());
    };
    const askMany = () => Promise.all(Array.from({ length: CLIENTS }, () => client.udp(query("wait.example", "A"))));

    await expired();
    authority.fault({ kind: "delay", ms: 150 });
    const before = await settledPage(lab.opsUrl);
    const asked = authority.asked("wait.lb.test", "A");
    const fresh = await askMany();
    const lookups = authority.asked("wait.lb.test", "A") - asked;
    authority.heal();
    assert.deepEqual([lookups, fresh.filter(({ answers }) => answers === 1).length], [1, CLIENTS]);
    const wanted = {
      dnsalias_responder_waited_total: CLIENTS,
      dnsalias_responder_lookups_total: lookups,
      dnsalias_responder_stale_total: 0,
    };
    assert.deepEqual(grown(before, await settledPage(lab.opsUrl), wanted), wanted);
    assert.equal((await scrape(lab.opsUrl)).value("dnsalias_responder_waiting"), 0);

    await expired();
    authority.fault({ kind: "silence" });
    const silent = await settledPage(lab.opsUrl);
    const DIGS = 5;
    const replies = Promise.all(
      // Each has an address of its own: the kernel may give one port to two of them.
      Array.from({ length: DIGS }, (_, index) => ask(lab.dns, "wait.example", "A", ["-b", `127.0.0.${index + 2}`])),
    );
    await waitFor("all to wait", async () =>
      assert.equal((await scrape(lab.opsUrl)).value("dnsalias_responder_waiting"), DIGS),
    );
    const stale = (await replies).filter(({ text }) => /EDE: 3 /.test(text)).length;
    assert.equal(stale, DIGS);
    const waited = { dnsalias_responder_waited_total: DIGS, dnsalias_responder_stale_total: stale };
    assert.deepEqual(grown(silent, await settledPage(lab.opsUrl), waited), waited);
    assert.equal((await scrape(lab.opsUrl)).value("dnsalias_responder_waiting"), 0);
  },
);

async function askAll(client: RawClient, rounds: number): Promise<readonly RawResponse[]> {
  const responses: RawResponse[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const asked of queries) {
      responses.push(await client[asked.protocol](asked));
    }
  }
  return responses;
}

/** A response, which a server doesn't answer. */
function responsePacket(): Buffer {
  const packet = rawQuery(7, { name: DOMAIN, type: 1 });
  packet.writeUInt8(0x80, 2);
  return packet;
}

/** Counts may be a second old. */
async function settledPage(opsUrl: string): Promise<MetricsPage> {
  const queriesIn = (page: MetricsPage): number => page.value("dnsalias_responder_queries_total");
  let last = await scrape(opsUrl);
  return waitFor("counts that stay", async () => {
    const was = last;
    last = await scrape(opsUrl);
    assert.equal(queriesIn(last), queriesIn(was));
    return last;
  });
}

function grown(
  before: MetricsPage,
  after: MetricsPage,
  wanted: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(wanted).map((series) => [series, after.value(series) - before.value(series)] as const),
  );
}
