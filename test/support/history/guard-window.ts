import { APPROVE_ANNOTATION, objectKey, type ObjectKey } from "../../../src/api/meta.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { GuardWindow, JudgedWorld } from "./judged-world.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { HOUR, MAX_DELETE_PERCENT, MINUTE } from "./scene.ts";

const GUARDED_FROM = 10;
/**
 * No event tells that a delete is more than an hour ago, or that a zone is larger since a write. The next read of the zone shows it, which comes every five minutes. A plan follows, and
 * deletes that gather, and a write.
 */
const NOTICE_MS = 6 * MINUTE;

/** Notes a write of a zone, and returns a fault if the guard had to hold its deletes. */
export function recordDeletes(
  judged: JudgedWorld,
  zone: DnsZone,
  { before, after, deletes }: { readonly before: number; readonly after: number; readonly deletes: number },
): string | undefined {
  const key = objectKey(zone.meta);
  const now = judged.world.clock.now();
  const isApproved = judged.world.zones.get(key)?.meta.annotations[APPROVE_ANNOTATION] !== undefined;
  const counted = deletes > 0 && !isApproved;
  const kept = between(judged.windows.get(key), now - NOTICE_MS - HOUR, now);
  judged.windows.set(key, {
    owned: [...kept.owned, { at: now, count: before }, { at: now, count: after }],
    deletes: [...kept.deletes, ...(counted ? [{ at: now, count: deletes }] : [])],
  });
  const window = windowOf(judged, key);
  return counted && isOverLimit(judged, key, 0)
    ? `guard: ${sum(window.deletes)} of ${most(window)} RRsets of DnsZone ${key} were deleted within an hour without an approval`
    : undefined;
}

/** Whether the deletes of the last hour and `more` exceed the guard's share. */
export function isOverLimit(judged: JudgedWorld, zone: ObjectKey, more: number): boolean {
  return exceeds(windowOf(judged, zone), more);
}

/** Whether `more` deletes exceeded the guard's share until a moment ago, and don't now. */
export function isJustFreed(judged: JudgedWorld, zone: ObjectKey, more: number): boolean {
  const since = judged.world.clock.now() - NOTICE_MS;
  const { deletes = [], owned = [] } = judged.windows.get(zone) ?? {};
  const moments = [since, ...[...deletes, ...owned].map(({ at }) => at).filter((at) => at > since)];
  return !isOverLimit(judged, zone, more) && moments.some((moment) => exceeds(windowOf(judged, zone, moment), more));
}

function exceeds(window: GuardWindow, more: number): boolean {
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

/** The hour before a moment, which is now or at most {@link NOTICE_MS} ago. */
function windowOf({ windows, world }: JudgedWorld, zone: ObjectKey, moment = world.clock.now()): GuardWindow {
  return between(windows.get(zone), moment - HOUR, moment);
}

function between(window: GuardWindow | undefined, since: Millis, until: Millis): GuardWindow {
  const deletes = window?.deletes.filter(({ at }) => since <= at && at <= until) ?? [];
  const owned = window?.owned.filter(({ at }) => at <= until) ?? [];
  // The number before the time began was in force when it began.
  const first = owned.findLastIndex(({ at }) => at < since);
  return { deletes, owned: owned.slice(Math.max(0, first)) };
}

function most({ owned }: GuardWindow): number {
  return Math.max(0, ...owned.map(({ count }) => count));
}

function sum(deletes: GuardWindow["deletes"]): number {
  return deletes.reduce((total, { count }) => total + count, 0);
}
