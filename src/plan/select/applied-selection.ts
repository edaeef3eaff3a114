import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import { targetNames } from "../../api/target-names.ts";
import { familyOf } from "../../dns/address/address.ts";

/** The published targets of an alias that selects among its targets. */
export type AppliedSelection =
  | {
      readonly kind: "selected";
      /** Names. */
      readonly targets: ReadonlySet<string>;
      readonly isDown: (address: string) => boolean;
    }
  /** Nothing is selected yet, and the published records remain. */
  | { readonly kind: "pending" }
  /** No target is healthy. `onUnhealthy` decides between these two. */
  | { readonly kind: "withdrawn" | "fallback" };

/** Whether the alias selects among its targets, by Failover or by a health check. Other aliases merge all targets. */
export function selects({ spec }: DnsAlias): boolean {
  return spec.selection === "Failover" || spec.targets.some(({ healthCheck }) => healthCheck !== undefined);
}

/**
 * The selection in the status of an alias, for replicas that don't lead and for commands. Undefined: the alias selects nothing.
 * An address of a selected target is down if it is not published but other addresses of its family are.
 */
export function selectionFromStatus(alias: DnsAlias): AppliedSelection | undefined {
  if (!selects(alias)) {
    return undefined;
  }
  const { status, spec } = alias;
  if (status !== undefined && spec.onUnhealthy !== "Keep" && isAllUnhealthy(status)) {
    return { kind: spec.onUnhealthy === "Fallback" ? "fallback" : "withdrawn" };
  }
  const names = new Set(targetNames(spec.targets));
  const targets = new Set(status?.selected?.targets.filter((name) => names.has(name)));
  return status === undefined || targets.size === 0
    ? { kind: "pending" }
    : { kind: "selected", targets, isDown: downFromStatus(status, targets) };
}

/**
 * The selection of an alias whose status has none, for example in a command before the first run. It assumes that all targets are
 * healthy.
 */
export function expectedSelection(alias: DnsAlias): AppliedSelection | undefined {
  const known = selectionFromStatus(alias);
  if (known?.kind !== "pending") {
    return known;
  }
  const { targets } = alias.spec;
  const least = Math.min(...targets.map(({ priority }) => priority));
  const names = targetNames(targets).filter((_, index) => targets[index]?.priority === least);
  return { kind: "selected", targets: new Set(names), isDown: () => false };
}

function isAllUnhealthy({ conditions }: AliasStatus): boolean {
  return conditions.some(({ type, reason }) => type === "Healthy" && reason === "AllUnhealthy");
}

/** The addresses that the last leader omitted because they were down. */
function downFromStatus(
  { hostnames, targets }: AliasStatus,
  selected: ReadonlySet<string>,
): (address: string) => boolean {
  const published = new Set(hostnames.flatMap(({ addresses }) => addresses));
  const listed = targets.flatMap(({ name, addresses }) => (selected.has(name) ? addresses : []));
  // The status lists the previous records if it was written just after a switch.
  const families = new Set(listed.filter((address) => published.has(address)).map(familyOf));
  const down = new Set(listed.filter((address) => families.has(familyOf(address)) && !published.has(address)));
  return (address) => down.has(address);
}
