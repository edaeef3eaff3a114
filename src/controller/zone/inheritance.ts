import type { Millis } from "../../base/clock.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey } from "../../api/meta.ts";
import type { ActualRRset, Write } from "../../plan/change.ts";
import { inheritable, inheritNames } from "../../plan/inherited/inherited.ts";
import { withInherited } from "../../plan/inherited/with-inherited.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { MayNotDelete } from "../inventory/unreadable-names.ts";
import type { ZoneState } from "./state/zone-state.ts";

interface InheritanceDeps {
  readonly ownerId: string;
  readonly mayNotDelete: MayNotDelete | undefined;
  readonly now: Millis;
}

/** The plan with what its names have inherited; see plan/inherited. */
export function inherit(
  { ownerId, mayNotDelete, now }: InheritanceDeps,
  state: ZoneState,
  plan: ZonePlan,
  sets: readonly ActualRRset[],
): ZonePlan {
  const { conflict, ttl } = state.zone.spec;
  const published = inheritable(sets, ownerId, conflict);
  published.forEach(({ name }) => recordNamespace(state, plan, name, mayNotDelete));
  state.inherited = inheritNames({
    before: state.inherited,
    plan,
    published,
    namespaceOf: (name) => state.publishedFor.get(name),
    mayBeUnreadable: (name, namespace) => mayNotDelete?.(name, namespace) === true,
    now,
  });
  return withInherited(plan, state.inherited, ttl);
}

/** Records for whose aliases these names are published now. */
export function recordPublishedFor(state: Pick<ZoneState, "publishedFor">, writes: readonly Write[]): void {
  for (const write of writes) {
    const resource = write.kind === "delete" ? undefined : write.after.resources[0];
    if (write.kind !== "delete" && resource !== undefined) {
      state.publishedFor.set(write.after.name, resource.slice(0, resource.indexOf("/")));
    }
  }
}

/** A new term: other replicas may have written since. */
export function forgetInherited(state: ZoneState): void {
  state.inherited = undefined;
  state.publishedFor.clear();
}

/** No namespace has this name. */
const NO_NAMESPACE = "";

/**
 * Records found for the first time belong to the namespace that has the name, unless its aliases say that another one had it. A name that no alias has is left by one that is gone:
 * whoever has it later, doesn't inherit it.
 */
function recordNamespace(
  state: ZoneState,
  { claims }: ZonePlan,
  name: Name,
  mayNotDelete: MayNotDelete | undefined,
): void {
  if (state.publishedFor.has(name)) {
    return;
  }
  const winners = claims.get(name)?.winners ?? [];
  const namespace = winners[0]?.meta.namespace;
  if (namespace === undefined && mayNotDelete?.(name) === true) {
    return;
  }
  const zone = objectKey(state.zone.meta);
  const isOthers = winners.length > 0 && winners.every((alias) => lostName(alias, name, zone));
  state.publishedFor.set(name, namespace === undefined || isOthers ? NO_NAMESPACE : namespace);
}

/** True if the alias's status says that an alias of another namespace had the name. */
function lostName({ status }: DnsAlias, name: Name, zone: string): boolean {
  const accepted = status?.conditions.find(({ type }) => type === "Accepted");
  return (
    accepted?.reason === "HostnameConflict" &&
    status?.hostnames.some(
      (entry) => entry.zone === zone && entry.hostname === displayName(name) && entry.addresses.length > 0,
    ) !== true
  );
}
