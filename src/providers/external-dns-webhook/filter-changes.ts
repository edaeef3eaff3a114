import { rrsetKey } from "../../dns/record.ts";
import { sameMembers } from "../../base/order.ts";
import { displayName } from "../../dns/name/name.ts";
import type { BackendChange, RejectedRecords } from "../backend.ts";
import { targetOf } from "../rrset-changes.ts";
import type { AdjustedChange } from "./changes.ts";
import { dataOf, endpointFor, type Shown } from "./convert.ts";
import { admits } from "./domain-filter.ts";
import { type DomainFilter, type Endpoint, endpointKey } from "./endpoint.ts";

/** A change that is not sent, or that the provider does not keep. Other changes continue. */
export interface RejectedChange extends RejectedRecords {
  readonly reason: "NotKept" | "Rejected" | "ZoneNotFound";
}

export interface FilterResult<T> {
  readonly kept: readonly T[];
  readonly left: readonly RejectedChange[];
}

/** Removes names that the provider does not serve, and names with several RRsets of a type (routing policies), which can't be one RRset. */
export function filterChanges(
  changes: readonly BackendChange[],
  shown: Shown,
  filter: DomainFilter,
): FilterResult<BackendChange> {
  return filterByDomain<BackendChange, BackendChange>(changes, (change) => {
    const { name, type } = targetOf(change);
    if (!admits(filter, name)) {
      const message = `${displayName(name)} is outside the domain filter of the provider: widen the filter, or remove the name from the DnsAlias`;
      return { name, type, reason: "ZoneNotFound", message };
    }
    const stands = shown.get(rrsetKey({ name, type }))?.endpoints ?? [];
    return stands.some(({ setIdentifier }) => setIdentifier !== "")
      ? {
          name,
          type,
          reason: "Rejected",
          message: `${displayName(name)} ${type} has a routing policy (a set identifier), which dnsalias does not modify: remove it at the provider`,
        }
      : change;
  });
}

/** Combines each change with the endpoint that the provider returns for it. The provider may change a TTL, but not the addresses. */
export function filterAdjusted(
  changes: readonly BackendChange[],
  adjusted: readonly Endpoint[],
): FilterResult<AdjustedChange> {
  const answers = new Map(adjusted.map((endpoint) => [endpointKey(endpoint), endpoint]));
  return filterByDomain<BackendChange, AdjustedChange>(changes, (change) => {
    if (change.after === undefined) {
      return { change, wanted: undefined };
    }
    const { name, type, data } = change.after;
    const wanted = answers.get(endpointKey(endpointFor(change.after)));
    if (wanted === undefined) {
      const message = `the provider does not take ${displayName(name)} ${type}: see its log`;
      return { name, type, reason: "Rejected", message };
    }
    return sameMembers(dataOf(wanted) ?? [], data)
      ? { change, wanted }
      : {
          name,
          type,
          reason: "Rejected",
          message: `the provider would change ${displayName(name)} ${type} to "${wanted.targets.join(" ").slice(0, 200)}": check its settings`,
        };
  });
}

function filterByDomain<In, Out extends object>(
  items: readonly In[],
  judge: (item: In) => Out | RejectedChange,
): FilterResult<Out> {
  const kept: Out[] = [];
  const left: RejectedChange[] = [];
  for (const item of items) {
    const checked = judge(item);
    if ("reason" in checked) {
      left.push(checked);
    } else {
      kept.push(checked);
    }
  }
  return { kept, left };
}
