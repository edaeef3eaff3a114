import { displayName, type Name } from "../dns/name/name.ts";
import type { AliasTarget } from "./dns-alias.ts";
import { referenceTargetName } from "./resource-ref.ts";

/**
 * The names of the targets, in the order of the spec and without duplicates. A target without a name has its hostname,
 * `<kind>-<name>` of its reference, or `addresses`. If another target already has that name, a number follows it: `addresses-2`.
 */
export function targetNames(targets: readonly AliasTarget[]): readonly string[] {
  const taken = new Set(targets.flatMap(({ name }) => name ?? []));
  return targets.map((target) => {
    if (target.name !== undefined) {
      return target.name;
    }
    const name = freeName(defaultName(target), taken);
    taken.add(name);
    return name;
  });
}

/** The names that are looked up for a target. */
export function lookupNames(target: AliasTarget): readonly Name[] {
  switch (target.kind) {
    case "hostname":
      return [target.hostname];
    case "addresses":
      return [];
    case "resourceRef":
      return target.held?.hostnames ?? [];
  }
}

function defaultName(target: AliasTarget): string {
  switch (target.kind) {
    case "hostname":
      return displayName(target.hostname);
    case "addresses":
      return "addresses";
    case "resourceRef":
      return referenceTargetName(target.ref);
  }
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) {
    free = `${name}-${count}`;
  }
  return free;
}
