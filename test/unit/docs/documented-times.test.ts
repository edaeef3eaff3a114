import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { claimedLease, toLeaseRecord } from "../../../src/kube/lease/lease-object.ts";
import {
  holdsLease,
  LEASE_START,
  LEASE_TIMES,
  leaseMove,
  leaseObserved,
  leaseWritten,
} from "../../../src/kube/lease/lease-state.ts";
import { stuckLoops } from "../../../src/ops/stuck-loops.ts";
import { nextWaitMs, RETRY } from "../../../src/plan/hold/next-lookup.ts";
import { backoffMs } from "../../../src/base/backoff.ts";
import { admit, afterFailure, CLOSED, type Breaker } from "../../../src/providers/budget/circuit-breaker.ts";
import { createRfc2136Backend } from "../../../src/providers/rfc2136/rfc2136.ts";
import { createNotifier } from "../../../src/providers/transfer/notify/notifier.ts";
import { documentedFigure } from "../../support/documented-figure.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { wireRRset } from "../../../src/providers/transfer/zone/wire-rrset.ts";

/** A time of a page, and the program's, in the page's unit. */
interface Time {
  readonly page: string;
  /** Has the figure as its only group. */
  readonly text: RegExp;
  readonly measure: () => number | Promise<number>;
}

const RFC2136 = "src/providers/rfc2136/README.md";
const TRANSFER = "src/providers/transfer/README.md";
const OWNERSHIP = "docs/concepts/ownership.md";
const FRESHNESS = "docs/concepts/freshness.md";
const OPERATIONS = "docs/operations.md";
const ORIGIN = parseName("example.com");
const SIGNAL = new AbortController().signal;
const HOUR_MS = 3_600_000;
const middle = (): number => 0.5;

const times: readonly Time[] = [
  {
    page: RFC2136,
    text: /Time limits: (\d+) s for an update/,
    measure: async () => (await callsOf("apply")).update ?? 0,
  },
  {
    page: RFC2136,
    text: /for an update, (\d+) s for a query/,
    measure: async () => (await callsOf("read")).question ?? 0,
  },
  {
    page: RFC2136,
    text: /and (\d+) s for a pause in a transfer/,
    measure: async () => (await callsOf("read")).silence ?? 0,
  },
  {
    page: RFC2136,
    text: /128 MiB, and takes at most (\d+) s/,
    measure: async () => (await callsOf("read")).transfer ?? 0,
  },
  {
    page: TRANSFER,
    text: /until the secondary answers, at most (twelve)\s+times/,
    measure: async () => (await notifications()).length,
  },
  {
    page: TRANSFER,
    text: /repeats the NOTIFY after (0\.5), 1, 2, 4/,
    measure: async () => (await notifications())[1] ?? 0,
  },
  {
    page: TRANSFER,
    text: /1, 2, 4, … (\d+) s until/,
    measure: async () => {
      const [last = 0, before = 0] = (await notifications()).toReversed();
      return last - before;
    },
  },
  { page: OWNERSHIP, text: /\| circuit breaker \| after (five) consecutive failures/, measure: failuresUntilOpen },
  { page: OWNERSHIP, text: /pauses calls for the zone for (\d+) s, then/, measure: () => (pauses(1)[0] ?? 0) / 1_000 },
  {
    page: OWNERSHIP,
    text: /the pause doubles up to (\d+) minutes/,
    measure: () => Math.max(...pauses(20)) / 60_000,
  },
  { page: FRESHNESS, text: /never under (\d+) s, never over/, measure: () => nextWaitMs(0, middle) / 1_000 },
  { page: FRESHNESS, text: /never under \d+ s, never over (\d+) s/, measure: () => nextWaitMs(86_400, middle) / 1_000 },
  { page: FRESHNESS, text: /retries after (\d+), 10, 20/, measure: () => backoffMs(RETRY, 0, middle) / 1_000 },
  { page: FRESHNESS, text: /±20 %,\s+at most (\d+) s/, measure: () => backoffMs(RETRY, 20, middle) / 1_000 },
  { page: OPERATIONS, text: /names a loop without a sign of life for (\d+) s/, measure: secondsUntilStuck },
  { page: OPERATIONS, text: /a holder stops writing (\d+) s after its last renewal/, measure: secondsOfHolder },
  { page: OPERATIONS, text: /No other\s+replica can have the Lease before (\d+) s/, measure: secondsOfOthers },
];

for (const { page, text, measure } of times) {
  test(`${page} has the time ${text.source} as it is`, async () => {
    assert.equal(await measure(), documentedFigure(page, text));
  });
}

test(`${RFC2136}: for an hour after a zone that is too large, its names are asked one by one`, async () => {
  const clock = { at: 0, now: () => clock.at };
  const { backend, seen } = rfc2136(clock, { kind: "too-large", message: "x" });
  const transfers = async (at: number): Promise<number> => {
    clock.at = at;
    await backend.read([], SIGNAL);
    return seen.transfers;
  };
  assert.deepEqual([await transfers(0), await transfers(HOUR_MS - 1), await transfers(HOUR_MS)], [1, 1, 2]);
});

interface Seen {
  question?: number;
  update?: number;
  silence?: number;
  transfer?: number;
  transfers: number;
}

/** How long each kind of call may take, in seconds, as the network is told. */
async function callsOf(method: "read" | "apply"): Promise<Seen> {
  const { backend, seen } = rfc2136({ now: () => 0 }, { kind: "cut", bytes: 0, message: "x" });
  const after = { name: ORIGIN, type: "A", ttl: 60, data: ["192.0.2.1"] };
  await (method === "read"
    ? backend.read([ORIGIN], SIGNAL)
    : backend.apply({ changes: [{ before: undefined, after }] }, SIGNAL));
  return seen;
}

type Transfer = Parameters<typeof createRfc2136Backend>[0]["transfer"];

/** A server that answers nothing, except transfers. */
function rfc2136(clock: { now(): number }, transferred: Awaited<ReturnType<Transfer>>) {
  const seen: Seen = { transfers: 0 };
  const backend = createRfc2136Backend({
    spec: { servers: [{ address: "192.0.2.53", port: 53 }], read: "AXFR" },
    domain: ORIGIN,
    secret: undefined,
    clock,
    randomBytes: (size) => new Uint8Array(size),
    transfer: async (_server, { silenceMs, timeoutMs }) => {
      Object.assign(seen, { silence: silenceMs / 1_000, transfer: timeoutMs / 1_000, transfers: seen.transfers + 1 });
      return transferred;
    },
    exchange: async (_server, { query, timeoutMs }) => {
      const isUpdate = (((query[2] ?? 0) >> 3) & 15) === 5;
      Object.assign(seen, { [isUpdate ? "update" : "question"]: timeoutMs / 1_000 });
      return { kind: "timeout" };
    },
  });
  return { backend, seen };
}

/** When a secondary that never answers is told, in seconds. */
async function notifications(): Promise<readonly number[]> {
  const clock = fakeClock();
  const sent: number[] = [];
  const send = (): void => void sent.push(clock.now() / 1_000);
  const notifier = createNotifier({ clock, random: middle, wallNow: () => 0, send, onEnd: () => undefined });
  const [soa] = wireRRset({ name: ORIGIN, type: "SOA", ttl: 60, data: ["a. b. 1 2 3 4 5"] }).records;
  assert.ok(soa !== undefined);
  notifier.sendNotify({ domain: ORIGIN, soa, key: undefined }, [{ address: "192.0.2.53", port: 53 }]);
  await clock.advance(HOUR_MS);
  return sent;
}

function failuresUntilOpen(): number {
  let breaker: Breaker = CLOSED;
  let failures = 0;
  for (; breaker.kind !== "open"; failures += 1) {
    breaker = afterFailure(breaker, "down", 0, middle);
  }
  return failures;
}

/** So many pauses of a backend whose probes fail too. */
function pauses(count: number): readonly number[] {
  let breaker: Breaker = CLOSED;
  while (breaker.kind !== "open") {
    breaker = afterFailure(breaker, "down", 0, middle);
  }
  const found = [breaker.until];
  while (found.length < count) {
    const { until } = breaker;
    const probe = admit(breaker, until);
    assert.ok(probe.kind === "go");
    const next = afterFailure(probe.breaker, "down", until, middle);
    assert.ok(next.kind === "open");
    found.push(next.until - until);
    breaker = next;
  }
  return found;
}

/** The last second at which a loop without a sign of life isn't named. */
function secondsUntilStuck(): number {
  return secondsWhile((now) => stuckLoops(new Map([["zones", 0]]), now).length === 0) - 1;
}

/** For how long after its last renewal a holder may write, in seconds. */
function secondsOfHolder(): number {
  const held = leaseWritten(toLeaseRecord({ spec: { holderIdentity: "me" } }), 0, 0);
  return secondsWhile((now) => holdsLease(held, LEASE_TIMES, now));
}

/** For how long after its last renewal nobody else may take the Lease that a holder writes, in seconds. */
function secondsOfOthers(): number {
  const claim = { namespace: "dns", name: "dnsalias", identity: "me", wallNow: 0 };
  const written = toLeaseRecord(claimedLease({ ...claim, durationMs: LEASE_TIMES.durationMs }, undefined, false));
  const seen = leaseObserved(LEASE_START, written, "other", 0);
  return secondsWhile((now) => leaseMove(seen, "other", now).kind === "wait");
}

/** The number of whole seconds, from 0 on, at which it is so. */
function secondsWhile(isSo: (now: number) => boolean): number {
  return Array.from({ length: 10_000 }, (_, second) => second).findIndex((second) => !isSo(second * 1_000));
}
