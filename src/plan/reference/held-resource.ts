import type { Millis } from "../../base/clock.ts";
import { isSpecialUse } from "../../dns/address/address.ts";
import type { HeldResource, ResourceFinding } from "../../api/resource-ref.ts";

/**
 * The wait until an empty status counts as an absence. It is long because ingress controllers clear the status when they restart.
 */
const EMPTY_MS: Millis = 300_000;
/** The wait until a deleted object, or an object without consent, counts as absent. */
const DELETED_MS: Millis = 60_000;

/**
 * The state of a referenced object after a new finding of its watch. New entries replace the previous ones at once. An absence has
 * to last for a wait first.
 */
export function nextResource(before: HeldResource | undefined, finding: ResourceFinding, now: Millis): HeldResource {
  const since =
    before?.finding.kind === finding.kind && isEmpty(before.finding) === isEmpty(finding) ? before.since : now;
  const held: HeldResource = {
    addresses: [],
    hostnames: [],
    publicAddresses: [],
    isGone: false,
    ...lastEntries(before),
    finding,
    since,
  };
  if (finding.kind === "forbidden") {
    return { ...held, failingSince: before?.failingSince ?? now };
  }
  if (isEmpty(finding)) {
    const absentSince = before?.absentSince ?? now;
    const waitMs = finding.kind === "found" || finding.kind === "unsupported" ? EMPTY_MS : DELETED_MS;
    const known = since === before?.since ? before.goneAt : undefined;
    const goneAt = known ?? Math.min(now + waitMs, absentSince + EMPTY_MS);
    return held.isGone ? { ...held, absentSince } : elapsed({ ...held, absentSince, goneAt }, now);
  }
  return withEntries(held, finding, now);
}

/** The state after time has passed: the absence may be confirmed now. */
export function elapsed(held: HeldResource, now: Millis): HeldResource {
  const { goneAt, ...rest } = held;
  return goneAt === undefined || goneAt > now ? held : { ...rest, isGone: true };
}

/** True for a finding that shows that the object has no entries. */
function isEmpty(finding: ResourceFinding): boolean {
  return finding.kind !== "forbidden" && !(finding.kind === "found" && hasEntries(finding));
}

function hasEntries({ addresses, hostnames }: Extract<ResourceFinding, { readonly kind: "found" }>): boolean {
  return addresses.length + hostnames.length > 0;
}

type Kept = Pick<
  HeldResource,
  "addresses" | "hostnames" | "publicAddresses" | "isGone" | "specialSince" | "absentSince"
>;

function lastEntries(before: HeldResource | undefined): Partial<Kept> {
  if (before === undefined) {
    return {};
  }
  const { addresses, hostnames, publicAddresses, isGone, specialSince, absentSince } = before;
  return {
    addresses,
    hostnames,
    publicAddresses,
    isGone,
    ...(specialSince !== undefined && { specialSince }),
    ...(isGone && absentSince !== undefined && { absentSince }),
  };
}

function withEntries(held: HeldResource, finding: ResourceFinding, now: Millis): HeldResource {
  if (finding.kind !== "found") {
    return held;
  }
  const { specialSince = now, absentSince: _absentSince, ...rest } = held;
  const { addresses, hostnames } = finding;
  const isPublic = hostnames.length > 0 || addresses.some((address) => !isSpecialUse(address));
  const entries = { ...rest, addresses, hostnames, isGone: false };
  return isPublic ? { ...entries, publicAddresses: addresses } : { ...entries, specialSince };
}
