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
  /** What the guard remembers, moved to now; absent: nothing, as in a command that only looks. */
  readonly window?: GuardWindow | undefined;
  /** Leaves out of a guarded plan the deletes that wait for others; absent: none waits, as in a command that only looks. */
  readonly gather?:
    | ((guarded: Guarded) => { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined })
    | undefined;
  /** The hash of the plan whose approval was used. */
  readonly usedApproval?: string | undefined;
  /** See ActualZone. */
  readonly hosts?: ReadonlyMap<string, string> | undefined;
  /** How much the place holds; absent: any amount. */
  readonly capacity?: Capacity | undefined;
  /** See DiffInput. */
  readonly mayNotDelete?: ((name: Name) => boolean) | undefined;
  /** The least TTL that the backend takes; absent: any. */
  readonly minTtl?: Seconds | undefined;
  /** What the backend cannot hold; absent: nothing. */
  readonly unsupportedTypes?: UnsupportedTypes | undefined;
}

/** What of a provider a proposal goes by. */
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

/** What would be done to a zone, and what of it may be done now. */
export interface Proposal {
  readonly changes: readonly Change[];
  /** With the writes that may be carried out now. */
  readonly guarded: Guarded;
  /** Until the first of the deletes that wait may be carried out. */
  readonly waitMs: Millis | undefined;
}

/** The same for `dnsalias plan` and for the running controller: cap, compare, guard, and leave out what has no room. */
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
    // The deletion of the DnsZone asks for all of these deletes.
    maxDeletePercent: isEnding(zone) ? Infinity : zone.spec.maxDeletePercent,
    approved: zone.meta.annotations[APPROVE_ANNOTATION],
    used: usedApproval,
    isSwitch: switchDeletes(plan.names),
  });
  // Records whose delete waits, or is held, still take their room.
  const gathered = gather(guarded);
  const { writes, refusals: tooLarge } = limitSize(gathered.writes, own, capacity);
  return {
    changes: tooLarge.length === 0 ? changes : replaced(changes, gathered.writes, [...writes, ...tooLarge]),
    guarded: { ...guarded, writes },
    waitMs: gathered.waitMs,
  };
}

/** The same without the names that leave the zone now. Deletes that the guard holds don't keep their addresses from following. */
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

/** The changes with others in place of these writes. */
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
