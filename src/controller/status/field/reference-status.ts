import type { Millis } from "../../../base/clock.ts";
import type { DnsAlias, TargetStatus } from "../../../api/dns-alias.ts";
import { targetNames } from "../../../api/target-names.ts";
import type { HeldResource } from "../../../api/resource-ref.ts";
import { addressSet } from "../../../dns/address/address.ts";
import { displayName } from "../../../dns/name/name.ts";
import { referenceOutcome } from "../../../plan/reference/reference-outcome.ts";
import { cutList, MAX_ADDRESSES } from "./status-limits.ts";
import { time } from "./time.ts";

/**
 * The entries of targets that refer to objects. Their hostnames have entries of their own. Until an object is read, its previous
 * entry remains.
 */
export function referenceStatuses(
  alias: DnsAlias,
  lookups: readonly Pick<TargetStatus, "hostname" | "addresses">[],
  now: Millis,
): readonly TargetStatus[] {
  const names = targetNames(alias.spec.targets);
  return alias.spec.targets.flatMap((target, index) => {
    const name = names[index] ?? "";
    const previous = alias.status?.targets.find((entry) => entry.name === name);
    if (target.kind !== "resourceRef") {
      return [];
    }
    const { held } = target;
    if (held === undefined) {
      return [previous ?? { name, chain: [], addresses: [], outcome: "Unknown", lastTransitionTime: time(now) }];
    }
    const hostnames = new Set(held.hostnames.map(displayName));
    const found = lookups.filter(({ hostname }) => hostname !== undefined && hostnames.has(hostname));
    const { addresses, verdict } = referenceOutcome(alias, target, now);
    const outcome = verdict === "refused" ? "Failure: special-use" : outcomeText(held);
    return [
      {
        name,
        chain: [],
        addresses: cutList(addressSet([...addresses, ...found.flatMap((one) => one.addresses)]), MAX_ADDRESSES),
        outcome,
        lastTransitionTime: previous?.outcome === outcome ? previous.lastTransitionTime : time(held.since),
      },
    ];
  });
}

function outcomeText({ finding }: HeldResource): string {
  switch (finding.kind) {
    case "found":
      return finding.addresses.length + finding.hostnames.length > 0 ? "Positive" : "NoData";
    case "missing":
      return "Missing";
    case "notPermitted":
      return "NotPermitted";
    case "unsupported":
      return "Unsupported";
    case "forbidden":
      return "Failure: forbidden";
  }
}
