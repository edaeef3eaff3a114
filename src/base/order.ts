/** Compares by UTF-16 code unit: the same order on every machine and locale, so the same input leads to the same bytes. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True if two lists without duplicates have the same texts, in any order. */
export function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) {
    return false;
  }
  const members = new Set(a);
  return b.every((text) => members.has(text));
}
