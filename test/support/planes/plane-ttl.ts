import type { Millis } from "../../../src/base/clock.ts";
import type { Family } from "../../../src/dns/record.ts";
import { targetsOf } from "../history/target-facts.ts";
import { dnsZoneOf, isBehind, type QueryFacts, variantsOf } from "./plane-facts.ts";
import type { AnsweredSet, PlaneAnswer } from "./published-answer.ts";

/** Every target of the histories has this TTL. */
const TARGET_TTL_MS: Millis = 60_000;
/** A faulty network needs so long for an answer. */
const LATENCY_MS: Millis = 4_000;
const STALE_TTL = 30;
const MIN_TTL = 5;
const ALIAS_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "HTTPS"]);

/**
 * What is wrong with the TTLs of a responder's answer: records of a base zone have their own, and those of an alias count down from the TTL that the target's last reading had, or have
 * 30 s once that has run out (docs/concepts/responder.md). `want` is the published answer where it is the same.
 */
export function ttlFault(facts: QueryFacts, want: PlaneAnswer | undefined, got: PlaneAnswer): string | undefined {
  const published = want === undefined ? [] : [...want.answers, ...want.authorities];
  for (const set of [...got.answers, ...got.authorities]) {
    const variants = variantsOf(facts);
    const ofAlias = variants.filter((one) => isOfAlias(one, set));
    const faults = ofAlias.map((one) => aliasFault(one, set, got.isStale === true));
    if (ofAlias.length === 0 || (want !== undefined && ofAlias.length < variants.length)) {
      faults.push(publishedFault(published, set));
    }
    if (faults.every((fault) => fault !== undefined)) {
      return `ttl: ${set.name} ${set.type} has the TTL ${faults[0]}`;
    }
  }
  return undefined;
}

function publishedFault(published: readonly AnsweredSet[], set: AnsweredSet): string | undefined {
  const other = published.find(({ name, type, ttl }) => name === set.name && type === set.type && ttl !== set.ttl);
  return other && `${set.ttl} in place of ${other.ttl}`;
}

export function isOfAlias({ end, aliases }: QueryFacts, { name, type }: AnsweredSet): boolean {
  return name === end && aliases.length > 0 && ALIAS_TYPES.has(type);
}

function aliasFault(facts: QueryFacts, { type, ttl }: AnsweredSet, isStale: boolean): string | undefined {
  const families: readonly Family[] = type === "A" || type === "AAAA" ? [type] : ["A", "AAAA"];
  if (isStale) {
    const isOver = families.some((family) => timesLeft(facts, keysOf(facts, family)).some((ms) => ms <= 0));
    // A reading that is under way over a faulty network has been made, and is not known yet.
    return ttl === STALE_TTL && (isOver || isBehind(facts))
      ? undefined
      : `${ttl} as a stale answer, and no target's time is over`;
  }
  // A target whose time is over has no part in a fresh answer. An HTTPS record goes by one family, and it isn't known which.
  const fresh = families.map((family) => {
    const keys = keysOf(facts, family).filter((key) => !facts.stage.world.emptyRunOf.has(key));
    return Math.min(Infinity, ...timesLeft(facts, keys).filter((ms) => ms > 0));
  });
  const latencyMs = isBehind(facts) ? LATENCY_MS : 0;
  const most = Math.max(MIN_TTL, Math.min(maxTtl(facts), Math.floor((Math.max(...fresh) + latencyMs) / 1_000)));
  return ttl >= MIN_TTL && ttl <= most ? undefined : `${ttl}, and at most ${most} are left`;
}

/** The targets of the aliases, as `one.test A`. Empty where no lookup counts. */
function keysOf({ aliases }: QueryFacts, family: Family): readonly string[] {
  return aliases.some(({ spec }) => spec.paused)
    ? []
    : aliases
        .filter(({ spec }) => spec.families.includes(family))
        .flatMap((alias) => targetsOf(alias).map((target) => `${target} ${family}`));
}

/** For how long the last good reading of each is fresh. A replica knows those of before its start only from statuses. */
function timesLeft({ stage: { world, replica } }: QueryFacts, keys: readonly string[]): readonly Millis[] {
  return keys.map((key) => {
    const readAt = world.lastGoodOf.get(key) ?? -Infinity;
    return (readAt < replica.startedAt ? -Infinity : readAt) + TARGET_TTL_MS - world.clock.now();
  });
}

/** The lowest `ttl.max` of the zone and the aliases. */
function maxTtl(facts: QueryFacts): number {
  const zone = dnsZoneOf(facts)?.spec.ttl;
  const { min, max } = zone ?? { min: 0, max: Infinity };
  return Math.min(...facts.aliases.map(({ spec }) => Math.max(min, Math.min(max, spec.ttl?.max ?? max))));
}
