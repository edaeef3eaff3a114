import { addressSet, familyOf } from "../../src/dns/address/address.ts";
import type { LookupResult, TargetKey } from "../../src/dns/lookup-result.ts";
import { displayName } from "../../src/dns/name/name.ts";
import type { ReplicasWorld } from "./replicas-world.ts";

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
