import { APPROVE_ANNOTATION, objectKey, type ObjectKey } from "../../../src/api/meta.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { GuardWindow, JudgedWorld } from "./judged-world.ts";
import { HOUR, MAX_DELETE_PERCENT } from "./scene.ts";

const GUARDED_FROM = 10;

/** Notes a write of a zone, and returns a fault if the guard had to hold its deletes. */
export function recordDeletes(
  judged: JudgedWorld,
  zone: DnsZone,
  { before, after, deletes }: { readonly before: number; readonly after: number; readonly deletes: number },
): string | undefined {
  const key = objectKey(zone.meta);
  const window = windowOf(judged, key);
  const now = judged.world.clock.now();
  window.owned = [...window.owned, { at: now, count: before }, { at: now, count: after }];
  if (deletes === 0 || judged.world.zones.get(key)?.meta.annotations[APPROVE_ANNOTATION] !== undefined) {
    return undefined;
  }
  window.deletes = [...window.deletes, { at: now, count: deletes }];
  return isOverLimit(judged, key, 0)
    ? `guard: ${sum(window.deletes)} of ${most(window)} RRsets of DnsZone ${key} were deleted within an hour without an approval`
    : undefined;
}

/** Whether the deletes of the last hour and `more` exceed the guard's share. */
export function isOverLimit(judged: JudgedWorld, zone: ObjectKey, more: number): boolean {
  const window = windowOf(judged, zone);
  return most(window) >= GUARDED_FROM && (sum(window.deletes) + more) * 100 > most(window) * MAX_DELETE_PERCENT;
}

/** Whether a zone had so many RRsets within the hour that the guard can hold its deletes. */
export function isGuarded(judged: JudgedWorld, zone: ObjectKey): boolean {
  return most(windowOf(judged, zone)) >= GUARDED_FROM;
}

/**
 * Whether this name went while nobody watched, and its deletes wait for an approval in a zone of any size: with others like it in `names` they exceed the guard's share of what
 * stands, as far as the leader has seen it. A name that an object still tells of isn't one, nor one that lost an alias since the leader's process started.
 */
export function isHeldUnwatched(judged: JudgedWorld, zone: ObjectKey, name: string, names: readonly string[]): boolean {
  const { world } = judged;
  const startedAt = Math.max(...[...world.replicas].filter((one) => one.leads()).map((one) => one.startedAt));
  const isUnwatched = (one: string): boolean =>
    [`name ${one}`, `gone ${one}`].every((word) => (judged.changedAt.get(word) ?? 0) <= startedAt) &&
    [...world.aliases.values()].every(({ spec }) => spec.hostnames.every((hostname) => hostname !== one));
  const seen = windowOf(judged, zone).owned.filter(({ at }) => at >= startedAt);
  const most = Math.max(names.length, ...seen.map(({ count }) => count));
  return isUnwatched(name) && names.filter(isUnwatched).length * 100 > most * MAX_DELETE_PERCENT;
}

function windowOf({ windows, world }: JudgedWorld, zone: ObjectKey): GuardWindow {
  const window = windows.get(zone) ?? { deletes: [], owned: [] };
  windows.set(zone, window);
  const since = world.clock.now() - HOUR;
  window.deletes = window.deletes.filter(({ at }) => at >= since);
  // The number before the hour began was in force when it began.
  window.owned = window.owned.slice(
    Math.max(
      0,
      window.owned.findLastIndex(({ at }) => at < since),
    ),
  );
  return window;
}

function most({ owned }: GuardWindow): number {
  return Math.max(0, ...owned.map(({ count }) => count));
}

function sum(deletes: GuardWindow["deletes"]): number {
  return deletes.reduce((total, { count }) => total + count, 0);
}
