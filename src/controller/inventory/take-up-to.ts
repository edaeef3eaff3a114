/** Takes up to `limit` members out. Ten thousand aliases touched at once are told in slices too: what is done for each takes longer than the deciding. */
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
