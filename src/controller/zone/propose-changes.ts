import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import { APPROVE_ANNOTATION } from "../../api/meta.ts";
import { EMPTY_WINDOW, moveWindow, type GuardWindow } from "../../plan/guard-window.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { withoutClosedNames } from "../../plan/limit/closed-names.ts";
import { isEnding } from "../../plan/domain/zone-domain.ts";
import { applyNameLimit } from "../../plan/limit/name-limit.ts";
import type { ActualRRset, Change, Write } from "../../plan/change.ts";
import { changeKey, diff } from "../../plan/diff.ts";
import { guard, type Guarded } from "../../plan/guard.ts";
import { type Capacity, limitSize } from "../../plan/limit/size-limit.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { ZoneProvider } from "../../providers/provider.ts";
import { type NamePlan, switchDeletes, withoutUnsupportedTypes, type UnsupportedTypes } from "../../plan/name-plan.ts";

export interface ProposalInput {
  readonly zone: DnsZone;
  readonly plan: ZonePlan;
  readonly actual: readonly ActualRRset[];
  readonly ownerId: string;
  readonly maxNames: number | undefined;
  /** The window of the guard at the present time. Absent: it is empty, as in a read-only command. */
  readonly window?: GuardWindow | undefined;
  /** Leaves out the deletes of a guarded plan that must still wait. Absent: no delete waits, as in a read-only command. */
  readonly gather?:
    | ((guarded: Guarded) => { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined })
    | undefined;
  /** The hash of the plan whose approval was used. */
  readonly usedApproval?: string | undefined;
  /** See ActualZone. */
  readonly hosts?: ReadonlyMap<string, string> | undefined;
  /** The space at the location. Absent: there is no limit. */
  readonly capacity?: Capacity | undefined;
  /** See DiffInput. */
  readonly mayNotDelete?: ((name: Name) => boolean) | undefined;
  /** The smallest TTL that the backend accepts. Absent: any TTL. */
  readonly minTtl?: Seconds | undefined;
  /** The types that the backend doesn't support. Absent: it supports all. */
  readonly unsupportedTypes?: UnsupportedTypes | undefined;
}

/** The properties of a provider that a proposal depends on. */
export function limitsOf({
  id,
  maxNames,
  minTtl,
  lacks,
}: Pick<ZoneProvider, "id" | "maxNames" | "minTtl" | "lacks">): Pick<
  ProposalInput,
  "maxNames" | "minTtl" | "unsupportedTypes"
> {
  return { maxNames, minTtl, unsupportedTypes: lacks && { backend: id, types: lacks } };
}

/** The changes that a zone needs, and the writes of them that may be made now. */
export interface Proposal {
  readonly changes: readonly Change[];
  /** The verdict of the guard, with the writes that may be made now. */
  readonly guarded: Guarded;
  /** The time until the first waiting delete may be made. */
  readonly waitMs: Millis | undefined;
}

/**
 * Returns the changes of a zone, for `dnsalias plan` and for the running controller. It applies the name limit, compares the plan
 * with the backend, applies the guard, and leaves out records for which the location has no space.
 */
export function propose({
  zone,
  plan,
  actual,
  ownerId,
  maxNames,
  hosts,
  capacity,
  minTtl = 0,
  unsupportedTypes,
  mayNotDelete,
  window,
  usedApproval,
  gather = ({ writes }) => ({ writes, waitMs: undefined }),
}: ProposalInput): Proposal {
  const own = actual.filter(({ owner }) => owner === ownerId);
  const published = new Set<Name>(own.map(({ name }) => name));
  const open = withoutClosedNames(plan.names, hosts, zone.meta.namespace);
  const { names, refusals } = applyNameLimit(open.names, published, maxNames);
  const { policy, conflict } = zone.spec;
  const raised = names.map((name) =>
    withMinTtl(unsupportedTypes === undefined ? name : withoutUnsupportedTypes(name, unsupportedTypes), minTtl),
  );
  const changes = [
    ...diff({ names: raised, actual, ownerId, policy, conflict, mayNotDelete }),
    ...open.refusals,
    ...refusals,
  ];
  const guarded = guard({
    changes,
    window: window ?? moveWindow(EMPTY_WINDOW, own, 0),
    // For a DnsZone under deletion, all deletes are intended.
    maxDeletePercent: isEnding(zone) ? Infinity : zone.spec.maxDeletePercent,
    approved: zone.meta.annotations[APPROVE_ANNOTATION],
    used: usedApproval,
    isSwitch: switchDeletes(plan.names),
  });
  // Records whose delete waits or is held still use space.
  const gathered = gather(guarded);
  const { writes, refusals: tooLarge } = limitSize(gathered.writes, own, capacity);
  return {
    changes: tooLarge.length === 0 ? changes : replaced(changes, gathered.writes, [...writes, ...tooLarge]),
    guarded: { ...guarded, writes },
    waitMs: gathered.waitMs,
  };
}

/**
 * Proposes changes that also withdraw the names of `going`. If the guard holds their deletes, the addresses of these names continue
 * to follow their targets.
 */
export function proposeWithout(going: ReadonlySet<Name>, input: ProposalInput): Proposal {
  if (going.size === 0) {
    return propose(input);
  }
  const names = input.plan.names.filter(({ name }) => !going.has(name));
  const proposal = propose({ ...input, plan: { ...input.plan, names } });
  if (proposal.guarded.kind !== "held") {
    return proposal;
  }
  const writes = propose(input).guarded.writes.filter(({ kind }) => kind !== "delete");
  return { ...proposal, guarded: { ...proposal.guarded, writes } };
}

/** The changes, with `before` replaced by `after`. */
function replaced(changes: readonly Change[], before: readonly Change[], after: readonly Change[]): readonly Change[] {
  const gone = new Set(before);
  return [...changes.filter((change) => !gone.has(change)), ...after].sort((a, b) =>
    byCodeUnit(changeKey(a), changeKey(b)),
  );
}

function withMinTtl(name: NamePlan, minTtl: Seconds): NamePlan {
  return name.sets.every(({ ttl }) => ttl >= minTtl)
    ? name
    : { ...name, sets: name.sets.map((set) => ({ ...set, ttl: Math.max(set.ttl, minTtl) })) };
}
