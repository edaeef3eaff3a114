import { displayName } from "../dns/name/name.ts";
import type { AliasTarget } from "./dns-alias.ts";

/**
 * The names of the targets, in the order of the spec and without duplicates. A target without a name has its hostname, or
 * `addresses`. If another target already has that name, a number follows it: `addresses-2`.
 */
export function targetNames(targets: readonly AliasTarget[]): readonly string[] {
  const taken = new Set(targets.flatMap(({ name }) => name ?? []));
  return targets.map((target) => {
    if (target.name !== undefined) {
      return target.name;
    }
    const name = freeName(target.kind === "hostname" ? displayName(target.hostname) : "addresses", taken);
    taken.add(name);
    return name;
  });
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) {
    free = `${name}-${count}`;
  }
  return free;
}
