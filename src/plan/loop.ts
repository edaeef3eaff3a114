import type { DnsAlias } from "../api/dns-alias.ts";
import { lookupNames } from "../api/target-names.ts";
import type { Name } from "../dns/name/name.ts";
import type { Family } from "../dns/record.ts";

/** The maximum length of a path. RFC 1034 3.6.2 requires a limit, and the resolver has the same limit. */
const MAX_DEPTH = 16;

/** The functions that find the names to which a name leads, over all zones. */
export interface LoopInput {
  /** The aliases that list the name. */
  readonly claimantsOf: (name: Name) => readonly DnsAlias[];
  /** The wildcards of aliases that answer for a name without an alias (RFC 4592). */
  readonly wildcardsOf: (name: Name) => readonly Name[];
  /** The names in the CNAME chain of an alias's target. */
  readonly chainOf: (alias: DnsAlias, target: Name, family: Family) => readonly Name[];
}

/**
 * Returns the path by which a hostname leads back to itself, through its targets, their chains, other aliases, and wildcards.
 * Undefined: it doesn't.
 */
export function loopOf(name: Name, input: LoopInput): readonly Name[] | undefined {
  return loopFrom(name, (at) => pointsAt(at, input));
}

/** The targets of an alias, and every name of their last known chains. */
export function namesBehind({ chainOf }: Pick<LoopInput, "chainOf">, alias: DnsAlias): readonly Name[] {
  return alias.spec.targets
    .flatMap(lookupNames)
    .flatMap((hostname) => [hostname, ...alias.spec.families.flatMap((family) => chainOf(alias, hostname, family))]);
}

function pointsAt(name: Name, input: LoopInput): readonly Name[] {
  const claimants = input.claimantsOf(name);
  return claimants.length === 0 ? input.wildcardsOf(name) : claimants.flatMap((alias) => namesBehind(input, alias));
}

/**
 * Returns the path by which a hostname leads back to itself through the targets and chains of aliases. Such hostnames would
 * publish each other's last answers indefinitely. `nextOf` returns the targets of a name and the names of their chains; for names
 * of other DNS zones it returns an empty list.
 */
function loopFrom(start: Name, nextOf: (name: Name) => readonly Name[]): readonly Name[] | undefined {
  const seen = new Set<Name>();
  return walk([start], start, nextOf, seen);
}

function walk(
  path: readonly Name[],
  start: Name,
  nextOf: (name: Name) => readonly Name[],
  seen: Set<Name>,
): readonly Name[] | undefined {
  const here = path.at(-1);
  if (here === undefined || path.length > MAX_DEPTH) {
    return undefined;
  }
  for (const next of nextOf(here)) {
    if (next === start) {
      return [...path, next];
    }
    if (!seen.has(next)) {
      seen.add(next);
      const found = walk([...path, next], start, nextOf, seen);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}
