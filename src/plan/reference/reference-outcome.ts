import type { Millis } from "../../base/clock.ts";
import type { DnsAlias, ResourceTarget } from "../../api/dns-alias.ts";
import type { HeldResource } from "../../api/resource-ref.ts";
import { refusedAddress } from "../../dns/address/publishable.ts";

/**
 * The effect of an alias's policies on the IP addresses of a referenced object. Hostnames of the object are looked up like other
 * targets.
 */
export interface ReferenceOutcome {
  readonly target: ResourceTarget;
  readonly verdict:
    | "good"
    /** Not read yet. */
    | "reading"
    /** All its addresses are refused. */
    | "refused"
    /** It can't be read. */
    | "failing"
    | "stale-kept"
    | "stale-withdrawn"
    /** It has no addresses, but this is not confirmed yet. */
    | "absent"
    | "held-empty"
    | "withdrawn-empty";
  /** The addresses that count, of both families. */
  readonly addresses: readonly string[];
  /** The first refused address, and why it is refused. Undefined: no address is refused. */
  readonly refused: string | undefined;
  readonly fallback: boolean;
  /** True if published addresses may come from the object, because its addresses are unknown. */
  readonly mayBePublished: boolean;
  /** The time at which last known good addresses become stale. */
  readonly staleAt: Millis | undefined;
}

/** The outcomes of all targets of an alias that refer to objects. */
export function referenceOutcomes(alias: DnsAlias, now: Millis): readonly ReferenceOutcome[] {
  return alias.spec.targets.flatMap((target) =>
    target.kind === "resourceRef" ? [referenceOutcome(alias, target, now)] : [],
  );
}

export function referenceOutcome(alias: DnsAlias, target: ResourceTarget, now: Millis): ReferenceOutcome {
  const { held } = target;
  if (held === undefined) {
    return { ...NOTHING, target, verdict: "reading", mayBePublished: true };
  }
  const { addresses, refused, isKept } = allowedAddresses(alias, held);
  const base = { ...NOTHING, target, addresses, refused };
  const isUnknown = addresses.length + held.hostnames.length === 0;
  if (held.isGone) {
    return alias.spec.onEmpty === "Keep"
      ? { ...base, verdict: "held-empty", mayBePublished: isUnknown }
      : { ...base, verdict: "withdrawn-empty", addresses: [], fallback: alias.spec.onEmpty === "Fallback" };
  }
  const failingSince = held.failingSince ?? (isKept ? held.specialSince : undefined);
  if (failingSince !== undefined) {
    return staleOutcome(alias, { ...base, mayBePublished: isUnknown }, { failingSince, now });
  }
  if (held.goneAt !== undefined) {
    return { ...base, verdict: "absent", mayBePublished: isUnknown };
  }
  return { ...base, verdict: refused === undefined || addresses.length > 0 ? "good" : "refused" };
}

/**
 * The answer for a hostname of a referenced object. While the absence of the object is confirmed, the answer is confirmed empty.
 */
export function withAbsence<Answer extends { readonly emptySince: Millis | undefined }>(
  answer: Answer | undefined,
  held: HeldResource | undefined,
): Answer | undefined {
  return answer === undefined || held?.isGone !== true || held.absentSince === undefined
    ? answer
    : { ...answer, emptySince: answer.emptySince ?? held.absentSince };
}

const NOTHING = {
  addresses: [],
  refused: undefined,
  fallback: false,
  mayBePublished: false,
  staleAt: undefined,
} as const;

/**
 * The addresses that the alias allows. While the object has only special-use addresses that the alias doesn't allow, as when it
 * starts, its last public addresses remain.
 */
function allowedAddresses(
  { spec }: DnsAlias,
  { addresses, publicAddresses, specialSince }: HeldResource,
): { readonly addresses: readonly string[]; readonly refused: string | undefined; readonly isKept: boolean } {
  const isAllowed = (address: string): boolean => refusedAddress([address], spec) === undefined;
  const refused = refusedAddress(addresses, spec);
  const isKept = specialSince !== undefined && refused !== undefined;
  return { addresses: (isKept ? publicAddresses : addresses).filter(isAllowed), refused, isKept };
}

/**
 * The outcome while the object can't be used. As with failing lookups, the last known good addresses remain until `maxStaleness`.
 */
function staleOutcome(
  { spec }: DnsAlias,
  base: Omit<ReferenceOutcome, "verdict">,
  { failingSince, now }: { readonly failingSince: Millis; readonly now: Millis },
): ReferenceOutcome {
  const staleAt = failingSince + spec.maxStalenessMs + 1;
  const verdict = base.refused === undefined ? "failing" : "refused";
  if (now < staleAt) {
    return { ...base, verdict, staleAt };
  }
  return spec.onStale === "Keep"
    ? { ...base, verdict: "stale-kept" }
    : {
        ...base,
        verdict: "stale-withdrawn",
        addresses: [],
        fallback: spec.onStale === "Fallback",
        mayBePublished: false,
      };
}
