import { addressSet, familyOf } from "../../src/dns/address/address.ts";
import type { LookupResult, TargetKey } from "../../src/dns/lookup-result.ts";
import { displayName } from "../../src/dns/name/name.ts";
import type { Millis } from "../../src/base/clock.ts";
import type { EmptyRun, ReplicasWorld } from "./replicas-world.ts";

/** What one replica knows of a target and family by its own lookups. */
export interface Reading {
  /** Of the last lookup with addresses; undefined: there was none. */
  readonly at: Millis | undefined;
  readonly addresses: readonly string[];
  /** Other addresses that it read before, and until when. */
  readonly replaced?: { readonly addresses: readonly string[]; readonly until: Millis };
  /** Of those since then. */
  readonly emptyRun: EmptyRun | undefined;
}

/** The answer to a lookup now, which the world remembers. */
export function readingOf(world: ReplicasWorld, key: TargetKey, isLeader: boolean): LookupResult {
  const { targets, clock, lastGoodOf, emptyRunOf, endedRunOf, lastReadOf, lastSeenOf } = world;
  const says = targets.get(displayName(key.target)) ?? "nxdomain";
  const chain = [key.target];
  if (says === "servfail") {
    return { kind: "failure", reason: "servfail", detail: "SERVFAIL", chain };
  }
  const all = says === "nxdomain" ? [] : says;
  const addresses = addressSet(all.filter((address) => familyOf(address) === key.family));
  const text = `${displayName(key.target)} ${key.family}`;
  if (addresses.length === 0) {
    const run = emptyRunOf.get(text) ?? { readings: 0, since: clock.now() };
    emptyRunOf.set(text, { ...run, readings: run.readings + 1 });
  } else {
    const ended = emptyRunOf.get(text);
    if (ended !== undefined) {
      emptyRunOf.delete(text);
      endedRunOf.set(text, { ...ended, goodBefore: lastGoodOf.get(text), until: clock.now() });
    }
    lastGoodOf.set(text, clock.now());
    lastSeenOf.set(text, addresses);
  }
  if (addresses.length > 0 && isLeader) {
    lastReadOf.set(text, addresses);
  }
  return addresses.length > 0
    ? { kind: "positive", addresses, ttl: 60, maxTtl: 60, chain, server: "one", authenticated: false }
    : { kind: says === "nxdomain" ? "nxdomain" : "nodata", chain, negativeTtl: 60, server: "one" };
}

/** What a replica knows after one more lookup. */
export function nextReading(before: Reading | undefined, result: LookupResult, now: Millis): Reading {
  const known: Reading = before ?? { at: undefined, addresses: [], emptyRun: undefined };
  const { addresses } = known;
  switch (result.kind) {
    case "positive":
      return {
        at: now,
        addresses: result.addresses,
        emptyRun: undefined,
        replaced:
          addresses.join() === result.addresses.join() && known.replaced !== undefined
            ? known.replaced
            : { addresses, until: now },
      };
    case "failure":
      return known;
    case "nodata":
    case "nxdomain":
      return {
        ...known,
        emptyRun: { since: now, ...known.emptyRun, readings: (known.emptyRun?.readings ?? 0) + 1 },
      };
  }
}
