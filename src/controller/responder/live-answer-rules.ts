import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { lookupNames } from "../../api/target-names.ts";
import { addressSet, familyOf, isPrivate, parseAddress } from "../../dns/address/address.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { FAMILIES, type Family, type Seconds } from "../../dns/record.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { type Contribution, contributionOf } from "../../plan/contribution.ts";
import type { TargetVerdict } from "../../plan/target-outcome.ts";
import { allowsPrivate, asAllowed } from "../../plan/domain/private-addresses.ts";
import type { AppliedSelection } from "../../plan/select/applied-selection.ts";
import type { LiveResult } from "../../plan/hold/live.ts";
import { narrow } from "../../plan/name-plan.ts";
import type { EarliestSwitch } from "../../plan/health/earliest-switch.ts";
import type { ClientAnswer } from "../../responder/answer-source.ts";
import { isWithoutFamily, keepsPublished, unresolvedTargets, type Unresolved } from "./unresolved.ts";

export interface LiveInput {
  readonly zone: DnsZone;
  readonly name: Name;
  readonly family: Family;
  /** The aliases that have the name; not empty. */
  readonly winners: readonly DnsAlias[];
  readonly resultOf: (alias: DnsAlias, target: Name, family: Family) => LiveResult | undefined;
  readonly selectionOf: (alias: DnsAlias) => AppliedSelection | undefined;
  /** See {@link EarliestSwitch}. */
  readonly earliestSwitch: (alias: DnsAlias, targets: ReadonlySet<string>) => EarliestSwitch | undefined;
  /** True if the name leads back to itself. */
  readonly loops: boolean;
  readonly now: Millis;
}

/** The maximum interval between refreshes of an answer. Static and fallback addresses change only with the object. */
const UNCHANGING_MS: Millis = 300_000;
/** If a lookup does not end in time, it continues, and queries don't wait for its result again before this time. */
const SLOW_MS: Millis = 5_000;

/**
 * Returns the answer for one family of a hostname. It applies the same policies as the published records, to the present lookup
 * results.
 */
export function decideLive(input: LiveInput): ClientAnswer {
  const { winners, family, now } = input;
  if (input.loops || winners.some(({ spec }) => spec.paused)) {
    return frozen(input);
  }
  const parts = winners.filter(({ spec }) => spec.families.includes(family)).map((alias) => partOf(input, alias));
  const addresses = addressSet(parts.flatMap((part) => part.addresses));
  const refreshAt = soonest(parts, now);
  if (addresses.length > 0) {
    const freshUntil = Math.min(...parts.map((part) => part.freshUntil));
    const switches = parts.flatMap((part) => part.earliestSwitch ?? []);
    return {
      kind: "addresses",
      addresses,
      freshUntil,
      ...untilSwitch(refreshAt, switches, now),
      ...substituteFlag(parts.some((part) => part.usesFallback)),
    };
  }
  const unresolved = parts.flatMap((part) => part.unresolved);
  const [first] = unresolved;
  const otherSeen = otherSeenAt(input);
  const isKept = otherSeen === undefined && parts.some((part) => part.keepsPublished);
  // The published records may be from a target that was never read, or that is kept while it is empty, for example after an edit.
  // They are stale, but better than a failure.
  const published =
    first !== undefined || isKept ? addressSet(winners.flatMap((alias) => publishedOf(alias, input))) : [];
  if (published.length > 0) {
    const isOfTarget = winners.some(hadAddresses) && !areFallback(winners, published);
    return { kind: "addresses", addresses: published, refreshAt, freshUntil: now, ...substituteFlag(!isOfTarget) };
  }
  // Recursive resolvers cache NODATA, and not a failure. Without an answer of the family, NODATA needs the other family as evidence.
  return first === undefined || isWithoutFamily(unresolved, otherSeen)
    ? { kind: "none", refreshAt }
    : { kind: "failed", refreshAt, detail: `${displayName(input.name)} ${family}: ${first.detail}` };
}

/**
 * The minimum interval between two requests of a thread for a later switch time. Without it, a target whose many addresses are
 * always being checked would cause constant requests.
 */
const LEAST_REFRESH_MS: Millis = 5_000;

/** Limits the TTL to the earliest switch. A new request after the next check can return a later switch. */
function untilSwitch(
  refreshAt: Millis,
  switches: readonly EarliestSwitch[],
  now: Millis,
): Pick<Extract<ClientAnswer, { readonly kind: "addresses" }>, "refreshAt" | "ttlUntil"> {
  if (switches.length === 0) {
    return { refreshAt };
  }
  const laterFrom = Math.max(now + LEAST_REFRESH_MS, Math.min(...switches.map((one) => one.laterFrom)));
  return { refreshAt: Math.min(refreshAt, laterFrom), ttlUntil: Math.min(...switches.map(({ at }) => at)) };
}

/** When the name last had addresses of the other family: now for addresses without a lookup. Undefined: it has none. */
function otherSeenAt(input: LiveInput): Millis | undefined {
  const times = input.winners.flatMap((alias) => {
    const { sets, targets } = contribution(input, alias);
    if (FAMILIES.every((family) => sets[family] === undefined)) {
      return [];
    }
    const seen = targets
      .flatMap(({ answers }) => answers)
      .filter(({ key, addresses }) => key.family !== input.family && addresses.length > 0)
      .map(({ lastSuccessAt }) => lastSuccessAt ?? -Infinity);
    return seen.length > 0 ? seen : [input.now];
  });
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** The RRsets that the alias contributes to the name. */
export function setsOf(input: LiveInput, alias: DnsAlias): Contribution["sets"] {
  return contribution(input, alias).sets;
}

function contribution({ zone, resultOf, selectionOf, now }: LiveInput, alias: DnsAlias): Contribution {
  const answerOf = (target: Name, family: Family): TargetAnswer | undefined => resultOf(alias, target, family)?.answer;
  return contributionOf(asAllowed(zone, alias), answerOf, now, selectionOf(alias));
}

/** The maximum TTL of answers for these aliases. */
export function maxTtlOf(zone: DnsZone, winners: readonly DnsAlias[]): Seconds {
  return Math.min(...winners.map(({ spec }) => narrow(zone.spec.ttl, spec.ttl).max));
}

const CHECKING: Unresolved = { detail: "the first health checks have not ended", since: Infinity };

interface Part {
  readonly addresses: readonly string[];
  readonly freshUntil: Millis;
  readonly prefetchAt: Millis;
  /** The targets whose addresses are unknown. If this is empty and there are no addresses, the family is known to have none. */
  readonly unresolved: readonly Unresolved[];
  /** See {@link keepsPublished}. */
  readonly keepsPublished: boolean;
  readonly usesFallback: boolean;
  readonly earliestSwitch: EarliestSwitch | undefined;
}

function partOf({ zone, family, resultOf, selectionOf, earliestSwitch, now }: LiveInput, alias: DnsAlias): Part {
  const selection = selectionOf(alias);
  const read = (target: Name, of: Family): LiveResult | undefined => resultOf(alias, target, of);
  const {
    sets,
    targets,
    usesFallback,
    changesAt = Infinity,
    isPending,
    pin,
  } = contributionOf(asAllowed(zone, alias), (target, of) => read(target, of)?.answer, now, selection);
  if (pin !== undefined) {
    const { min } = narrow(zone.spec.ttl, alias.spec.ttl);
    return fixedPart(sets[family]?.addresses ?? [], Math.min(pin.until, now + Math.max(LEAST_REFRESH_MS, min * 1000)));
  }
  const results = targets.flatMap((verdict) => {
    const result = read(verdict.target, family);
    return result === undefined ? [] : [{ verdict, result }];
  });
  const giving = results.filter(({ verdict, result }) => isGiven(verdict, result.answer));
  // Static addresses change only with the objects. They are refreshed before they would count as stale.
  const staticTtl = Math.min(maxTtlOf(zone, [alias]), sets[family]?.ttl ?? Infinity);
  const staticUntil = giving.length === 0 ? now + staticTtl * 1000 : Infinity;
  // A target has no stream only for a moment, while its alias or its zone changes.
  const isWhole = results.length === targets.length;
  const prefetchAt = isWhole ? Math.min(now + UNCHANGING_MS, ...results.map(({ result }) => result.prefetchAt)) : now;
  // At `changesAt`, a policy such as `onStale` takes effect, regardless of the TTL of the addresses.
  return {
    addresses: sets[family]?.addresses ?? [],
    freshUntil: Math.min(changesAt, staticUntil, ...giving.map(({ result }) => result.freshUntil)),
    prefetchAt: Math.min(prefetchAt, changesAt, staticUntil),
    unresolved: isPending ? [CHECKING] : unresolvedTargets({ alias, targets, selection, family }, now),
    keepsPublished: keepsPublished({ alias, targets, selection, family }),
    usesFallback,
    earliestSwitch: selection?.kind === "selected" ? earliestSwitch(alias, selection.targets) : undefined,
  };
}

/** The contribution of an alias with a pin. */
function fixedPart(addresses: readonly string[], until: Millis): Part {
  return {
    addresses,
    freshUntil: until,
    prefetchAt: until,
    unresolved: [],
    keepsPublished: false,
    usesFallback: false,
    earliestSwitch: undefined,
  };
}

function isGiven({ verdict }: TargetVerdict, { addresses }: TargetAnswer): boolean {
  return addresses.length > 0 && verdict !== "withdrawn-empty" && verdict !== "stale-withdrawn";
}

/** A time in the past means that a lookup is in progress, or that its pool had no free place. */
function soonest(parts: readonly Part[], now: Millis): Millis {
  const at = Math.min(now + UNCHANGING_MS, ...parts.map(({ prefetchAt }) => prefetchAt));
  return at <= now ? now + SLOW_MS : at;
}

/**
 * The answer for a paused name, or for a name that leads back to itself. Such names don't change: the answer has the last published
 * records, or none if the name was never published. Without a status the published records are unknown, and the answer comes from
 * the targets.
 */
function frozen(input: LiveInput): ClientAnswer {
  const { zone, family, winners, now } = input;
  const freshUntil = now + maxTtlOf(zone, winners) * 1000;
  const refreshAt = Math.min(now + UNCHANGING_MS, freshUntil);
  const addresses = addressSet(
    winners.some(({ status }) => status !== undefined)
      ? winners.flatMap((alias) => publishedOf(alias, input))
      : winners.flatMap((alias) => setsOf(input, alias)[family]?.addresses ?? []),
  );
  return addresses.length > 0
    ? {
        kind: "addresses",
        addresses,
        refreshAt,
        freshUntil,
        ...substituteFlag(areFallback(winners, addresses)),
      }
    : { kind: "none", refreshAt };
}

/** A status doesn't show the source of addresses. Fallback addresses are therefore recognized by their values. */
function areFallback(winners: readonly DnsAlias[], published: readonly string[]): boolean {
  const fallback = new Set(winners.flatMap(({ spec }) => spec.fallbackAddresses));
  return published.every((address) => fallback.has(address));
}

/** Whether a target had addresses according to the status. Otherwise, the published ones are those of a previous target or DnsAlias. */
function hadAddresses({ spec, status }: DnsAlias): boolean {
  const names = new Set<string | undefined>(spec.targets.flatMap(lookupNames).map(displayName));
  return (status?.targets ?? []).some(({ hostname, addresses }) => names.has(hostname) && addresses.length > 0);
}

function substituteFlag(isSubstitute: boolean): { readonly isSubstitute?: true } {
  return isSubstitute ? { isSubstitute } : {};
}

/**
 * Excludes private addresses that the zone doesn't allow to the alias. A user who can write the status of an alias could
 * otherwise choose them.
 */
function publishedOf({ meta, status }: DnsAlias, { zone, name, family }: LiveInput): readonly string[] {
  const key = objectKey(zone.meta);
  const isAllowed = (address: string): boolean => allowsPrivate(zone, meta.namespace) || !isPrivate(address);
  const entries = (status?.hostnames ?? []).filter(
    (entry) => entry.zone === key && entry.hostname === displayName(name),
  );
  return entries
    .flatMap(({ addresses }) => addresses)
    .filter((text) => parseAddress(text) === text && familyOf(text) === family && isAllowed(text));
}
