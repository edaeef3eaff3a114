import type { Millis } from "../../base/clock.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { ActualRRset } from "../../plan/change.ts";
import { inheritable, inheritNames } from "../../plan/inherited/inherited.ts";
import { withInherited } from "../../plan/inherited/with-inherited.ts";
import type { NamePlan } from "../../plan/name-plan.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { MayNotDelete } from "../inventory/unreadable-names.ts";
import { inheritanceFound, namespaceOfSet } from "./state/observed.ts";
import { replace, type ZoneState } from "./state/zone-state.ts";

interface InheritanceDeps {
  readonly ownerId: string;
  readonly mayNotDelete: MayNotDelete | undefined;
  readonly now: Millis;
}

/** The plan with the inherited records of its names; see plan/inherited. */
export function inherit(
  { ownerId, mayNotDelete, now }: InheritanceDeps,
  state: ZoneState,
  plan: ZonePlan,
  sets: readonly ActualRRset[],
): ZonePlan {
  const {
    handle: { zone },
    observed,
  } = state;
  const { conflict, ttl } = zone.spec;
  const published = inheritable(sets, ownerId, conflict);
  const publishedFor = new Map(observed.publishedFor);
  for (const { name } of published) {
    const namespace = publishedFor.has(name) ? undefined : namespaceOf(zone, plan, name, mayNotDelete);
    if (namespace !== undefined) {
      publishedFor.set(name, namespace);
    }
  }
  ownNames(plan, publishedFor, published).forEach((namespace, name) => publishedFor.set(name, namespace));
  const inherited = inheritNames({
    before: observed.inherited,
    plan,
    zone,
    published,
    namespaceOf: (name) => publishedFor.get(name),
    mayBeUnreadable: (name, namespace) => mayNotDelete?.(name, namespace) === true,
    now,
  });
  replace(state, { observed: inheritanceFound(observed, { publishedFor, inherited }) });
  return withoutForeignFrozen(withInherited(plan, inherited, ttl), publishedFor);
}

/** Records the names whose last known RRsets belong to the aliases of the plan. The backend doesn't have to be readable. */
export function recordOwnNames(state: ZoneState, plan: ZonePlan): void {
  const { observed } = state;
  const own = ownNames(plan, observed.publishedFor, [...observed.owned.values()]);
  if (own.size > 0) {
    replace(state, { observed: { ...observed, publishedFor: new Map([...observed.publishedFor, ...own]) } });
  }
}

/**
 * Returns the names that were published for another namespace, and for which the plan has all published data, with the namespace
 * of their alias. No write shows this if both namespaces have the same addresses.
 */
function ownNames(
  { names }: ZonePlan,
  publishedFor: ReadonlyMap<Name, string>,
  published: readonly ActualRRset[],
): ReadonlyMap<Name, string> {
  const others = names.flatMap(({ name, sets, frozen }) => {
    const namespace = sets[0] === undefined ? undefined : namespaceOfSet(sets[0]);
    const before = publishedFor.get(name) ?? namespace;
    return frozen || namespace === undefined || before === namespace ? [] : [{ name, sets, namespace }];
  });
  const byName = others.length === 0 ? undefined : Map.groupBy(published, ({ name }) => name);
  const isOwn = ({ name, sets }: Pick<NamePlan, "name" | "sets">): boolean => {
    const here = byName?.get(name) ?? [];
    return here.every(({ type, data }) => {
      const planned = sets.find((set) => set.type === type)?.data ?? [];
      return data.every((text) => planned.includes(text));
    });
  };
  return new Map(others.filter(isOwn).map(({ name, namespace }) => [name, namespace]));
}

/** The namespace of records that belong to no namespace. No namespace can have this name. */
const NO_NAMESPACE = "";

/**
 * Returns the plan without the records of frozen names that this leader knows to be published for another namespace. A frozen name
 * keeps the records that are published for its own alias, and another namespace inherits nothing. If only a status shows another
 * namespace, nothing is withdrawn, because a status can be lost.
 */
function withoutForeignFrozen(plan: ZonePlan, publishedFor: ReadonlyMap<Name, string>): ZonePlan {
  const isForeign = (name: Name): boolean => {
    const before = publishedFor.get(name) ?? NO_NAMESPACE;
    const winner = plan.claims.get(name)?.winners[0];
    return winner !== undefined && before !== NO_NAMESPACE && before !== winner.meta.namespace;
  };
  return plan.names.some(({ name, frozen }) => frozen && isForeign(name))
    ? { ...plan, names: plan.names.map((one) => (one.frozen && isForeign(one.name) ? withdrawn(one.name) : one)) }
    : plan;
}

function withdrawn(name: Name): NamePlan {
  return { name, sets: [], frozen: false, keepPublished: [] };
}

/**
 * Returns the namespace of records in the first read. It is the namespace that has the name now, unless a status of its aliases
 * shows that another namespace had the name. Records of a name without an alias belong to a deleted alias, and later aliases don't
 * inherit them. Undefined: not known yet.
 */
function namespaceOf(
  zone: DnsZone,
  { claims }: ZonePlan,
  name: Name,
  mayNotDelete: MayNotDelete | undefined,
): string | undefined {
  const winners = claims.get(name)?.winners ?? [];
  const namespace = winners[0]?.meta.namespace;
  if (namespace === undefined && mayNotDelete?.(name) === true) {
    return undefined;
  }
  const key = objectKey(zone.meta);
  const isOthers = winners.length > 0 && winners.every((alias) => lostName(alias, name, key));
  return namespace === undefined || isOthers ? NO_NAMESPACE : namespace;
}

/**
 * True if, according to the status of the alias, an alias of another namespace had the name. A long status may lack the entry of
 * the name. The condition alone then decides.
 */
function lostName({ status }: DnsAlias, name: Name, zone: string): boolean {
  const accepted = status?.conditions.find(({ type }) => type === "Accepted");
  const entry = status?.hostnames.find((one) => one.zone === zone && one.hostname === displayName(name));
  return accepted?.reason === "HostnameConflict" && (entry === undefined || entry.reason === "HostnameConflict");
}
