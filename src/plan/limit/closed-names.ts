import { displayName, type Name } from "../../dns/name/name.ts";
import { isClosedHost } from "../../dns/zone-file/host-names.ts";
import type { Refusal } from "../change.ts";
import type { NamePlan } from "../name-plan.ts";

/** The plan without records at names that are closed to aliases of other namespaces, with a refusal for each closed name. */
export interface OpenNames {
  readonly names: readonly NamePlan[];
  readonly refusals: readonly Refusal[];
}

/**
 * Removes the records of aliases of other namespaces at the hosts of the base zone. Hosts are the names that its NS, MX, and SRV
 * records point to. Published records there are withdrawn.
 */
export function withoutClosedNames(
  names: readonly NamePlan[],
  hosts: ReadonlyMap<string, string> | undefined,
  namespace: string,
): OpenNames {
  if (hosts === undefined || hosts.size === 0) {
    return { names, refusals: [] };
  }
  const refusals: Refusal[] = [];
  const open = names.map((plan) => {
    const alias = namespaceOf(plan);
    if (alias === undefined || !isClosedHost(hosts, plan.name, { zone: namespace, alias })) {
      return plan;
    }
    const message = closedMessage(plan.name, hosts.get(plan.name) ?? "", namespace);
    refusals.push(
      ...plan.sets.map(({ name, type }) => ({
        kind: "refuse" as const,
        name,
        type,
        reason: "ForeignRecord" as const,
        message: `${displayName(name)} ${type} is not written: ${message}`,
      })),
    );
    return { name: plan.name, sets: [], frozen: false, keepPublished: [] };
  });
  return { names: open, refusals };
}

/** The namespace of the aliases that have the name. All are in one namespace. */
function namespaceOf({ sets }: NamePlan): string | undefined {
  return sets[0]?.resources[0]?.split("/")[0];
}

function closedMessage(name: Name, why: string, namespace: string): string {
  return `${why}, so ${displayName(name)} is reserved for DnsAliases of namespace ${namespace}, the namespace of the DnsZone. Remove the hostname from the DnsAlias`;
}
