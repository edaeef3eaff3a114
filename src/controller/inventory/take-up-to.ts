/** Removes and returns up to `limit` members. Changes of ten thousand aliases are also returned in batches, because handling an alias takes longer than deciding its names. */
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
