/** The known word that a mistyped one probably means. Undefined if no known word is similar. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const current = CURRENT_WORD.get(word);
  if (current !== undefined && known.includes(current)) {
    return current;
  }
  const plain = word.slice(0, MAX_WORD).toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Words that v1alpha1 had before its first release, with the words that replaced them. */
const CURRENT_WORD: ReadonlyMap<string, string> = new Map([
  ["families", "ipFamilies"],
  ["Hold", "Keep"],
]);

/**
 * The present path of a field that had another path in v1alpha1 before its first release. `path` is the object that contains the
 * field.
 */
export function movedField(path: string, key: string): string | undefined {
  return path.startsWith("spec.provider.") && key === "servedBy" ? "spec.servedBy" : undefined;
}

const MAX_WORD = 64;

/** The number of insertions, deletions and replacements of one character, and of swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + same,
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
