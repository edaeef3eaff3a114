import { rrsetKey } from "../../dns/record.ts";
import type { Millis } from "../../base/clock.ts";
import { byCodeUnit, sameMembers } from "../../base/order.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { makeProvider } from "../../controller/zone/invalid-provider.ts";
import { limitsOf, propose, type Proposal } from "../../controller/zone/propose-changes.ts";
import { formerNames, setsHere } from "../../controller/inventory/zone-scope.ts";
import { keptNames } from "../../controller/inventory/kept-names.ts";
import { createWildcards, type Wildcards } from "../../controller/inventory/wildcards.ts";
import { zoneRefusal } from "../../controller/zone/zone-refusal.ts";
import { keyText } from "../../dns/lookup-result.ts";
import type { ActualRRset } from "../../plan/change.ts";
import { inheritable, inheritNames } from "../../plan/inherited/inherited.ts";
import { withInherited } from "../../plan/inherited/with-inherited.ts";
import { type LoopInput, namesBehind } from "../../plan/loop.ts";
import { expectedSelection } from "../../plan/select/applied-selection.ts";
import { planZone, type ZonePlan } from "../../plan/zone-plan.ts";
import type { ActualZone, ZoneProvider } from "../../providers/provider.ts";
import type { Views } from "../compose/resolver-views.ts";
import type { Snapshot } from "./snapshot.ts";

/** The changes that a run would make to one zone now. */
export interface ZonePreview {
  readonly zone: DnsZone;
  readonly provider: string;
  readonly plan: ZonePlan;
  readonly outcome:
    | {
        readonly kind: "planned";
        readonly proposal: Proposal;
        readonly actual: readonly ActualRRset[];
        readonly needsWrite: ActualZone["needsWrite"];
        readonly inputProblem?: ActualZone["inputProblem"];
      }
    | { readonly kind: "problem"; readonly reason: string; readonly message: string };
}

export interface PreviewInput {
  readonly composition: {
    readonly views: Pick<Views, "idOf">;
    readonly providerOf: (zone: DnsZone) => ZoneProvider;
  };
  readonly snapshot: Snapshot;
  readonly ownerId: string;
  readonly now: Millis;
}

interface PreviewContext extends PreviewInput {
  readonly wildcards: Wildcards;
}

/** Plans each zone and compares it with its backend. It writes nothing. */
export async function previewZones(
  input: PreviewInput,
  zones: readonly DnsZone[],
  signal: AbortSignal,
): Promise<readonly ZonePreview[]> {
  const previews: ZonePreview[] = [];
  const wildcards = createWildcards(input.snapshot.store);
  for (const zone of zones) {
    previews.push(await previewZone({ ...input, wildcards }, zone, signal));
  }
  return previews;
}

function planOf(
  { composition, snapshot: { store, answers }, now, wildcards }: PreviewContext,
  zone: DnsZone,
): ZonePlan {
  return planZone({
    zone,
    claims: store.claimsIn(objectKey(zone.meta)),
    answerOf: (target, family, view) => answers.get(keyText({ target, family, view })),
    viewIdOf: composition.views.idOf,
    claimantsOf: (name) => [...store.zonesOfName(name)].flatMap((key) => store.claimsIn(key).get(name)?.winners ?? []),
    wildcardsOf: (name) => wildcards.answeringFor(name),
    selectionOf: expectedSelection,
    now,
  });
}

async function previewZone(input: PreviewContext, zone: DnsZone, signal: AbortSignal): Promise<ZonePreview> {
  const { composition, snapshot, ownerId, now, wildcards } = input;
  const { store, answers } = snapshot;
  const before = planOf(input, zone);
  const provider = makeProvider(composition, zone, undefined);
  const refusal = zoneRefusal(store, zone);
  if (refusal !== undefined) {
    return { zone, provider: provider.id, plan: before, outcome: { kind: "problem", ...refusal } };
  }
  const names = new Set([...before.names.map(({ name }) => name), ...formerNames(store, zone)]);
  const chainOf: LoopInput["chainOf"] = (alias, target, family) =>
    answers.get(keyText({ target, family, view: composition.views.idOf(zone, alias) }))?.chain ?? [];
  const behind = [...store.aliases()].flatMap((alias) => namesBehind({ chainOf }, alias));
  const queried = new Set([...names, ...wildcards.concerned(zone, behind)]);
  const read = await provider.read([...queried].sort(byCodeUnit), signal);
  if (read.kind !== "ok") {
    const reason = read.kind === "refused" ? read.reason : "ReadFailed";
    return { zone, provider: provider.id, plan: before, outcome: { kind: "problem", reason, message: read.message } };
  }
  wildcards.record(objectKey(zone.meta), "backend", read.zone.encloserOf);
  const plan = planOf(input, zone);
  const { needsWrite, inputProblem } = read.zone;
  const actual = setsHere(store, zone, names, read.zone.sets);
  const mayNotDelete = keptNames(store, snapshot.invalid, zone);
  const inherited = inheritNames({
    before: undefined,
    plan,
    zone,
    published: inheritable(actual, ownerId, zone.spec.conflict),
    namespaceOf: () => undefined,
    mayBeUnreadable: (name, namespace) => mayNotDelete(name, namespace),
    now,
  });
  const proposal = propose({
    zone,
    plan: withoutCountdown(withInherited(plan, inherited, zone.spec.ttl), actual),
    actual,
    ownerId,
    ...limitsOf(provider),
    hosts: read.zone.hosts,
    capacity: read.zone.capacity,
    mayNotDelete,
  });
  return {
    zone,
    provider: provider.id,
    plan,
    outcome: { kind: "planned", proposal, actual, needsWrite, ...(inputProblem && { inputProblem }) },
  };
}

/**
 * Ignores a change that only lowers the TTL. A single lookup returns a TTL that the recursive resolver has counted down, so `run`
 * would not make this change.
 */
function withoutCountdown(plan: ZonePlan, actual: readonly ActualRRset[]): ZonePlan {
  const stands = new Map(actual.map((set) => [rrsetKey(set), set]));
  const names = plan.names.map((name) => ({
    ...name,
    sets: name.sets.map((set) => {
      const before = stands.get(rrsetKey(set));
      const counted = before !== undefined && set.ttl < before.ttl && sameMembers(set.data, before.data);
      return counted ? { ...set, ttl: before.ttl } : set;
    }),
  }));
  return { ...plan, names };
}
