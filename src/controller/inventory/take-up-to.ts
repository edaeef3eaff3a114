/**
 * Removes and returns up to `limit` members. Changes of ten thousand aliases are returned in batches, because the work for an alias
 * takes longer than the decision about its names.
 */
export function takeUpTo<T>(from: Set<T>, limit: number): ReadonlySet<T> {
  const taken = new Set<T>();
  for (const key of from) {
    if (taken.size === limit) {
      break;
    }
    taken.add(key);
    from.delete(key);
  }
  return taken;
}
