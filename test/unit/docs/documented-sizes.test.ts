import assert from "node:assert/strict";
import { test } from "node:test";
import { parseZone } from "../../../src/api/parse/parse-object.ts";
import { readConfig } from "../../../src/cli/config/config.ts";
import { EMPTY_QUERY } from "../../../src/dns/message/message.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import { budgetPlaceOf } from "../../../src/providers/budget/budget-target.ts";
import { pieces } from "../../../src/providers/coredns-etcd/transaction.ts";
import { messagesOf } from "../../../src/providers/rfc2136/apply-changes.ts";
import { readZone } from "../../../src/providers/rfc2136/read-zone.ts";
import { appendVersion, type History, versionOf } from "../../../src/providers/transfer/zone/journal.ts";
import { oversizedRecord } from "../../../src/providers/transfer/zone/next-version.ts";
import { serialWait } from "../../../src/providers/transfer/zone/serials.ts";
import { wireRRset } from "../../../src/providers/transfer/zone/wire-rrset.ts";
import { documentedFigure } from "../../support/documented-figure.ts";

/** A figure of a page, and the most that the program takes, measured far beyond the figure. */
interface Size {
  readonly page: string;
  /** Has the figure as its only group. */
  readonly text: RegExp;
  readonly measure: () => number | Promise<number>;
}

const TRANSFER = "src/providers/transfer/README.md";
const RFC2136 = "src/providers/rfc2136/README.md";
const ETCD = "src/providers/coredns-etcd/README.md";
const OWNERSHIP = "docs/concepts/ownership.md";
const CLI = "docs/cli.md";
const KIB = 1_024;
const MIB = KIB * KIB;
const NOW_S = 1_800_000_000;
const ORIGIN = parseName("example.com");
const SERVER = { protocol: "tcp", address: "192.0.2.53", port: 53 } as const;

const sizes: readonly Size[] = [
  { page: TRANSFER, text: /the last (\d+) versions/, measure: () => journalOf(1_500, 1_000).journal.length },
  {
    page: TRANSFER,
    text: /the last \d+ versions and at most (\d+) MiB/,
    measure: () => Math.round(journalOf(90, MIB / 5).journal.reduce((sum, { bytes }) => sum + bytes, 0) / MIB),
  },
  { page: TRANSFER, text: /A record has at most ([\d,]+) bytes/, measure: () => most(65_500, transfersRecordOf) },
  {
    page: TRANSFER,
    text: /never more than (\d+) s ahead/,
    measure: () => most(1_000, (seconds) => serialWait(NOW_S + seconds, NOW_S) === 0),
  },
  { page: ETCD, text: /up to ([\d,]+) keys/, measure: () => most(20_000, isOneTransaction) },
  { page: RFC2136, text: /An update has at most (\d+) KiB/, measure: () => Math.round(largestUpdate() / KIB) },
  { page: RFC2136, text: /A transfer has at most ([\d,]+) records/, measure: transferredRecords },
  {
    page: RFC2136,
    text: /records and (\d+) MiB, and takes/,
    measure: async () => (await transferRequest()).maxBytes / MIB,
  },
  {
    page: OWNERSHIP,
    text: /\| rate \| (\d+) reads and writes a second/,
    measure: () => callsPerSecond({ rfc2136: { servers: [{ address: "192.0.2.1" }] } }),
  },
  {
    page: OWNERSHIP,
    text: /\(RFC 2136, PowerDNS\), (\d+) for each webhook/,
    measure: () => callsPerSecond({ externalDNSWebhook: { url: "http://127.0.0.1:8888" } }),
  },
  {
    page: CLI,
    text: /`--concurrency N`.*1 to (\d+) \(default/,
    measure: () => most(20_000, (number) => takes(`--concurrency=${number}`)),
  },
  {
    page: CLI,
    text: /`--drain-timeout SECONDS`.*1 to (\d+) \(default/,
    measure: () => most(20_000, (number) => takes(`--drain-timeout=${number}`)),
  },
  {
    page: CLI,
    text: /`--responder-workers N`.*1 to (\d+) \(default/,
    measure: () => most(20_000, (number) => takes(`--responder --responder-workers=${number}`)),
  },
];

for (const { page, text, measure } of sizes) {
  test(`${page} has the size ${text.source} as it is`, async () => {
    assert.equal(await measure(), documentedFigure(page, text));
  });
}

/** The largest number below `limit` of which it is so, where it is so of each smaller one down to 1. */
function most(limit: number, isSo: (value: number) => boolean): number {
  let [yes, no] = [0, limit];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    [yes, no] = isSo(middle) ? [middle, no] : [yes, middle];
  }
  return yes;
}

/** What is kept of a large zone after so many versions, each of which replaces one record of that size. */
function journalOf(versions: number, recordBytes: number): History {
  const setOf = (name: string, bytes: number, fill: number) => {
    const record = { name: parseName(name), type: TYPE.TXT, class: CLASS.IN, ttl: 60 };
    const rdata = new Uint8Array(bytes).fill(fill);
    return { name: record.name, type: record.type, records: [{ ...record, rdata }], bytes };
  };
  const [soa] = wireRRset({ name: ORIGIN, type: "SOA", ttl: 60, data: ["a. b. 1 2 3 4 5"] }).records;
  assert.ok(soa !== undefined);
  const ballast = { ...setOf("ballast.example.com", 1, 0), bytes: 200 * MIB };
  const versionAt = (serial: number) => {
    const own = setOf("own.example.com", recordBytes, serial % 256);
    return versionOf(serial, soa, new Map([ballast, own].map((set) => [set.name, set])));
  };
  return Array.from({ length: versions }, (_, index) => versionAt(index + 2)).reduce<History>(
    (history, next) => appendVersion(history, next),
    { current: versionAt(1), journal: [] },
  );
}

/** Whether a zone with a record of so many bytes (name, head, and data) can be transferred. */
function transfersRecordOf(bytes: number): boolean {
  const name = parseName("big.example.com");
  const data = Math.max(0, bytes - (name.length + 1) - 10);
  const set = { name, type: "TYPE65280", ttl: 60, data: [`\\# ${data} ${"00".repeat(data)}`] };
  return oversizedRecord([set]) === undefined;
}

function isOneTransaction(keys: number): boolean {
  const names = Array.from({ length: keys }, (_, index) => ({
    ownerKey: `/${index}`,
    changes: [{ kind: "delete", key: `/${index}` } as const],
  }));
  return pieces(names).length === 1;
}

/** The bytes of the largest update that holds a batch of one name each. */
function largestUpdate(): number {
  const changes = Array.from({ length: 5_000 }, (_, index) => ({
    before: undefined,
    after: { name: parseName(`n${index}.example.com`), type: "A", ttl: 60, data: ["192.0.2.1"] },
  }));
  const messages = (count: number): readonly Uint8Array[] => {
    const made = messagesOf(changes.slice(0, count), { zone: ORIGIN, newId: () => 1, reserved: 0 });
    return made.kind === "ok" ? made.messages : [];
  };
  const [largest] = messages(most(changes.length, (count) => messages(count).length === 1));
  return largest?.length ?? 0;
}

/** How many records of a zone transfer that doesn't end are taken. */
async function transferredRecords(): Promise<number> {
  const [soa] = wireRRset({ name: ORIGIN, type: "SOA", ttl: 60, data: ["a. b. 1 2 3 4 5"] }).records;
  const [ns] = wireRRset({ name: ORIGIN, type: "NS", ttl: 60, data: ["a."] }).records;
  assert.ok(soa !== undefined && ns !== undefined);
  const message = { ...EMPTY_QUERY, id: 7, response: true, authoritative: true };
  const questions = [{ name: ORIGIN, type: TYPE.AXFR, class: CLASS.IN }];
  const one = { ...message, answers: [ns] };
  let taken = 0;
  await readZoneBy(({ take }) => {
    let next = take({ ...message, questions, answers: [soa] });
    while (next === "more") {
      taken += 1;
      next = take(one);
    }
    return { kind: "failed", message: "x" };
  });
  return taken;
}

type StreamRequest = Parameters<Parameters<typeof readZone>[0]["stream"]>[1];

async function transferRequest(): Promise<StreamRequest> {
  const seen: StreamRequest[] = [];
  await readZoneBy((request) => {
    seen.push(request);
    return { kind: "failed", message: "x" };
  });
  const [request] = seen;
  return request ?? assert.fail("nothing was asked");
}

async function readZoneBy(stream: (request: StreamRequest) => { kind: "failed"; message: string }): Promise<void> {
  const session = {
    reserved: 0,
    query: async () => assert.fail("no question"),
    stream: async (_server: unknown, request: StreamRequest) => stream(request),
  };
  await readZone(session, { server: SERVER, zone: ORIGIN, id: 7 }, new AbortController().signal);
}

function callsPerSecond(provider: object): number {
  const outcome = parseZone({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { namespace: "dns", name: "com" },
    spec: { domain: "example.com", allowedNamespaces: { from: "All" }, provider },
  });
  assert.ok(outcome.kind === "ok", JSON.stringify(outcome));
  return budgetPlaceOf(outcome.value)?.limit.perSecond ?? 0;
}

function takes(options: string): boolean {
  return readConfig(["run", ...options.split(" ")], {}, { out: false, err: false }).kind === "command";
}
