import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import { targetNames } from "../../api/target-names.ts";
import { hasManualStates } from "./manual.ts";

/** The published targets of an alias that selects among its targets. */
export type AppliedSelection =
  | {
      readonly kind: "selected";
      /** The names of the published targets. */
      readonly targets: ReadonlySet<string>;
      readonly isDown: (address: string) => boolean;
    }
  /** Nothing is selected yet, and the published records remain. */
  | { readonly kind: "pending" }
  /** No target is healthy. `onUnhealthy` decides between `withdrawn` and `fallback`. */
  | { readonly kind: "withdrawn" | "fallback" };

/** Whether the alias selects among its targets, by Failover, Weighted, a health check, or a drain. Other aliases merge all targets. */
export function selects(alias: DnsAlias): boolean {
  const { selection, targets } = alias.spec;
  return (
    selection !== "Merge" || targets.some(({ healthCheck }) => healthCheck !== undefined) || hasManualStates(alias)
  );
}

/** The selection in the status of an alias, for replicas that don't lead and for commands. Undefined: the alias selects nothing. */
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
  const down = downFromStatus(status, targets);
  return targets.size === 0
    ? { kind: "pending" }
    : { kind: "selected", targets, isDown: (address) => down.has(address) };
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
  const first = targets.filter(({ priority }) => priority === least);
  const weighed = first.filter(({ weight }) => weight !== 0);
  const chosen = weighed.length > 0 ? weighed : first;
  const names = targetNames(targets).filter((_, index) => chosen.some((target) => target === targets[index]));
  return { kind: "selected", targets: new Set(names), isDown: () => false };
}

function isAllUnhealthy({ conditions }: AliasStatus): boolean {
  return conditions.some(({ type, reason }) => type === "Healthy" && reason === "AllUnhealthy");
}

/**
 * The addresses of the selected targets that the leader omits because they are down. An address of two targets is down only if it
 * is down for both.
 */
function downFromStatus(status: AliasStatus | undefined, selected: ReadonlySet<string>): ReadonlySet<string> {
  const own = (status?.targets ?? []).filter(({ name }) => selected.has(name));
  const down = own.map(({ unhealthyAddresses }) => new Set(unhealthyAddresses));
  const up = new Set(
    own.flatMap(({ addresses }, index) => addresses.filter((address) => down[index]?.has(address) !== true)),
  );
  return new Set(down.flatMap((addresses) => [...addresses]).filter((address) => !up.has(address)));
}
