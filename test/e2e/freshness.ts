import assert from "node:assert/strict";
import { promises as dns } from "node:dns";
import { setTimeout as delay } from "node:timers/promises";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import {
  documentedBoundMs,
  stalenessOf,
  type AddressSample,
  type BoundParts,
  type Staleness,
  type Truth,
} from "../support/staleness.ts";
import { codeOf } from "./dns-client.ts";

/** The `zoneFile` delivery for a target TTL of 5 s: 5 + 5 + 4, the kubelet's 90 and CoreDNS's 2.5, 5 in a cache: 112 s. */
export const ZONE_FILE_BOUND: BoundParts = { refreshMs: 14_000, deliveryMs: 92_500, ttlMs: 5_000 };

/** The same where the kubelet is nudged: 5 and CoreDNS's 2.5 s: 27 s. */
export const NUDGED_BOUND: BoundParts = { ...ZONE_FILE_BOUND, deliveryMs: 7_500 };

export interface Watched {
  /** Each serves the name; each is judged. */
  readonly servers: readonly DnsEndpoint[];
  readonly name: string;
  /** `status.stalenessBound` as it is now, in milliseconds. */
  readonly statedMs: () => Promise<number>;
  /** What docs/concepts/freshness.md says for this delivery and TTL. */
  readonly documented: BoundParts;
  /** The time from the first apply until the status was Ready, or {@link slowestMs}: a delivery that was slow then makes the stated bound longer. */
  readonly startedInMs: number;
  /** Makes the target have these A records. */
  readonly set: (addresses: readonly string[]) => Promise<void>;
  /** The sets that the target has one after the other; it has the first one already. */
  readonly sets: readonly (readonly string[])[];
}

interface Change {
  readonly statedMs: number;
  readonly documentedMs: number;
  /** The time until every server showed it, or until the watch of it ended. */
  readonly followedMs: number;
  /** By server. */
  readonly judged: readonly Staleness[];
}

/** Changes the target's addresses again and again, samples each server all the while, and judges the samples by the bound that was stated. */
export async function followChanges(watched: Watched): Promise<readonly Change[]> {
  const { servers, name, statedMs, documented, startedInMs, set, sets } = watched;
  const [first = [], ...others] = sets;
  const now = performance.now();
  const truth: Truth[] = [{ beganAt: now - 1, doneAt: now - 1, addresses: first }];
  const followedMs = [startedInMs];
  const changes: Change[] = [];
  for (const [index, addresses] of others.entries()) {
    const documentedMs = documentedBoundMs(documented, followedMs);
    const stated = await statedMs();
    await using samplers = startSamplers(servers, name);
    // At several moments of the TTL.
    await delay(500 + ((index * 1_700) % 5_000));
    const beganAt = performance.now();
    await set(addresses);
    truth.push({ beganAt, doneAt: performance.now(), addresses });
    const followed = await untilShown(samplers, addresses, stated);
    const tookMs = performance.now() - beganAt;
    followedMs.push(tookMs);
    // Addresses that come back count too.
    await delay(followed ? 1_000 : 0);
    const steps = truth.slice(-2);
    changes.push({
      statedMs: stated,
      documentedMs,
      followedMs: tookMs,
      judged: samplers.series.map((samples) => stalenessOf(samples, steps, stated)),
    });
    if (!followed) {
      break;
    }
  }
  return changes;
}

/** The slowest of the changes and of what came before them. */
export function slowestMs(startedInMs: number, changes: readonly Change[]): number {
  return Math.max(startedInMs, ...changes.map(({ followedMs }) => followedMs));
}

export interface HeldBack extends AsyncDisposable {
  readonly set: (addresses: readonly string[]) => Promise<void>;
}

/**
 * What a judge sees of a product that is late by `lateMs`: each change is taken for made at once, and is made that much later. Disposing drops what is
 * not made yet.
 */
export function heldBack(lateMs: number, set: (addresses: readonly string[]) => Promise<void>): HeldBack {
  const ending = new AbortController();
  const pending: Promise<void>[] = [];
  const later = async (addresses: readonly string[]): Promise<void> => {
    await delay(lateMs, undefined, { signal: ending.signal }).catch(() => undefined);
    if (!ending.signal.aborted) {
      await set(addresses);
    }
  };
  return {
    set: async (addresses) => void pending.push(later(addresses)),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.all(pending);
    },
  };
}

/** Throws for a bound that is larger than the documented one, and for an answer that is older than the bound, wrong, or empty. */
export function assertFresh(changes: readonly Change[]): void {
  assert.notDeepEqual(changes, []);
  for (const { statedMs, documentedMs, judged } of changes) {
    assert.ok(statedMs > 0, "a bound is stated");
    assert.ok(
      statedMs <= Math.ceil(documentedMs / 1_000) * 1_000,
      `stated: ${statedMs} ms, documented: at most ${documentedMs} ms`,
    );
    for (const { samples, over, wrong, missed } of judged) {
      assert.deepEqual({ over: over.slice(-3), wrong: wrong.slice(-3), missed }, { over: [], wrong: [], missed: [] });
      assert.ok(samples > 3, `${samples} samples`);
    }
  }
}

const SAMPLE_EVERY_MS = 150;
/** A watch that ends a moment after the bound has seen a sample beyond it. */
const BEYOND_MS = 1_000;

async function untilShown({ series }: Samplers, addresses: readonly string[], boundMs: number): Promise<boolean> {
  const wanted = addresses.toSorted().join();
  const shows = (samples: readonly AddressSample[]): boolean => {
    const answer = samples.at(-1)?.answer ?? [];
    return typeof answer !== "string" && answer.toSorted().join() === wanted;
  };
  const endAt = performance.now() + boundMs + BEYOND_MS;
  while (performance.now() < endAt) {
    if (series.every(shows)) {
      return true;
    }
    await delay(SAMPLE_EVERY_MS);
  }
  return false;
}

interface Samplers extends AsyncDisposable {
  /** By server, oldest first. */
  readonly series: readonly (readonly AddressSample[])[];
}

function startSamplers(servers: readonly DnsEndpoint[], name: string): Samplers {
  const ending = new AbortController();
  const series = servers.map((): AddressSample[] => []);
  const running = servers.map(async ({ host, port }, index) => {
    const resolver = new dns.Resolver({ timeout: 5_000, tries: 1 });
    resolver.setServers([`${host}:${port}`]);
    while (!ending.signal.aborted) {
      series[index]?.push(await sample(resolver, name));
      await delay(SAMPLE_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  });
  return {
    series,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.all(running);
    },
  };
}

/** c-ares, which is neither our code nor dig, and keeps no cache. */
async function sample(resolver: dns.Resolver, name: string): Promise<AddressSample> {
  const askedAt = performance.now();
  try {
    const found = await resolver.resolve4(name, { ttl: true });
    const ttl = Math.max(...found.map((record) => record.ttl));
    return { askedAt, answeredAt: performance.now(), answer: found.map(({ address }) => address), ttl };
  } catch (error) {
    const answer = codeOf(error) === "ENODATA" ? [] : codeOf(error);
    return { askedAt, answeredAt: performance.now(), answer, ttl: 0 };
  }
}
