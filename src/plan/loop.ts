import type { Name } from "../dns/name/name.ts";

/** RFC 1034 3.6.2 asks for a limit; the resolver's own is the same. */
const MAX_DEPTH = 16;

/**
 * The path by which an owner name leads back to itself through the targets and chains of aliases: such names would feed each other
 * their last answers for ever. `nextOf` gives what a name points at: its targets and the names of their chains, empty for foreign names.
 */
export function loopFrom(start: Name, nextOf: (name: Name) => readonly Name[]): readonly Name[] | undefined {
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
