import { displayName, type Name } from "../../dns/name/name.ts";
import type { Change } from "../change.ts";
import type { NamePlan } from "../name-plan.ts";

export interface NameLimitResult {
  readonly names: readonly NamePlan[];
  readonly refusals: readonly Extract<Change, { readonly kind: "refuse" }>[];
}

/**
 * Omits the hostnames for which a backend has no space. Published names come first, so that a new name never displaces an old one.
 * New names follow in alphabetical order.
 */
export function applyNameLimit(
  names: readonly NamePlan[],
  published: ReadonlySet<Name>,
  maxNames: number | undefined,
): NameLimitResult {
  if (maxNames === undefined) {
    return { names, refusals: [] };
  }
  const existing = names.filter(({ name }) => published.has(name));
  const coming = names.filter(({ name, sets }) => !published.has(name) && sets.length > 0);
  const room = Math.max(0, maxNames - existing.length);
  const left = coming.slice(room);
  const out = new Set(left.map(({ name }) => name));
  return {
    names: names.filter(({ name }) => !out.has(name)),
    refusals: left.flatMap(({ name, sets }) =>
      sets.map(({ type }) => ({
        kind: "refuse" as const,
        name,
        type,
        reason: "OverlayFull" as const,
        message: `${displayName(name)}: the limit of ${maxNames} names is reached: raise maxNames, or use the zoneFile delivery`,
      })),
    ),
  };
}
