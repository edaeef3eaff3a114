import { APPROVE_ANNOTATION, objectKey, type ObjectKey } from "../../../src/api/meta.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { GuardWindow, JudgedWorld } from "./judged-world.ts";
import type { Millis } from "../../../src/base/clock.ts";

import { HOUR, MAX_DELETE_PERCENT, MINUTE, UNDERWAY_MS } from "./scene.ts";

const GUARDED_FROM = 10;
/**
 * No event tells that a delete is more than an hour ago, or that a zone is larger since a write. The next read of the zone shows it, which comes every five minutes. A plan follows, and
 * deletes that gather, and a write.
 */
const NOTICE_MS = 6 * MINUTE;

/** The RRsets of a zone, each as `shop.example.com. A`, before and after a write, and those that the write deletes. */
interface ZoneWrite {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly deletes: readonly string[];
}

/** Notes a write of a zone, and returns a fault if the guard had to hold its deletes. An RRset that was created again doesn't count (docs/concepts/claims.md). */
export function recordDeletes(
  judged: JudgedWorld,
  zone: DnsZone,
  { before, after, deletes }: ZoneWrite,
): string | undefined {
  const key = objectKey(zone.meta);
  const now = judged.world.clock.now();
  const hash = judged.world.zones.get(key)?.meta.annotations[APPROVE_ANNOTATION];
  const approval = judged.windows.get(key)?.approval;
  const isUsed = approval !== undefined && approval.hash === hash;
  // The rest of the writes of the approved plan: some servers get their records one by one.
  const counted = isUsed && now - approval.at < UNDERWAY_MS ? [] : deletes;
  const kept = between(judged.windows.get(key), now - NOTICE_MS - 2 * HOUR, now);
  const isBack = new Set([...before, ...after]);
  const noted: GuardWindow = {
    ...kept,
    owned: [...kept.owned, { at: now, count: before.length }, { at: now, count: after.length }],
    deletes: [
      ...kept.deletes.map((one) => ({ ...one, isBack: one.isBack || isBack.has(one.set) })),
      ...counted.map((set) => ({ at: now, set, isBack: false })),
    ],
  };
  judged.windows.set(key, noted);
  const window = windowOf(judged, key);
  const gone = window.deletes.filter((one) => !one.isBack).length;
  if (counted.length === 0 || !exceeds(window, gone)) {
    return undefined;
  }
  if (hash !== undefined && !isUsed) {
    // It approves this plan only, and the hour begins again with the RRsets that are left (docs/concepts/claims.md).
    const owned = [{ at: now, count: after.length }];
    judged.windows.set(key, { ...noted, owned, deletes: [], approval: { hash, at: now } });
    return undefined;
  }
  return `guard: ${gone} of ${most(window)} RRsets of DnsZone ${key} were deleted within an hour without an approval`;
}

/**
 * Whether the guard can hold `more` deletes. Here the RRsets that were created again count too: a leader that started since then knows only how many were deleted before, and when the
 * last of them was (decision 109). They all count until an hour after that one.
 */
export function isOverLimit(
  judged: JudgedWorld,
  zone: ObjectKey,
  more: number,
  moment = judged.world.clock.now(),
): boolean {
  const window = windowOf(judged, zone, moment);
  const ledSince = judged.changedAt.get("leader") ?? 0;
  const last = Math.max(-Infinity, ...window.deletes.map(({ at }) => at).filter((at) => at < ledSince));
  const earlier = between(judged.windows.get(zone), last - HOUR, last).deletes;
  const own = window.deletes.filter(({ at }) => at >= ledSince);
  return exceeds(window, earlier.length + own.length + more);
}

/**
 * Whether deletes exceeded the guard's share until a moment ago, and don't now. `more`: the deletes that wait now. `before`: those, and the RRsets of
 * names that had no alias at some time since {@link freedSince}.
 */
export function isJustFreed(judged: JudgedWorld, zone: ObjectKey, more: number, before: number): boolean {
  const since = freedSince(judged);
  const { deletes = [], owned = [] } = judged.windows.get(zone) ?? {};
  const moments = [since, ...[...deletes, ...owned].map(({ at }) => at).filter((at) => at > since)];
  return !isOverLimit(judged, zone, more) && moments.some((moment) => isOverLimit(judged, zone, before, moment));
}

/** The earliest end of a hold that a leader may not have noticed yet. */
export function freedSince({ world }: JudgedWorld): Millis {
  return world.clock.now() - NOTICE_MS;
}

function exceeds(window: GuardWindow, deletes: number): boolean {
  return most(window) >= GUARDED_FROM && deletes * 100 > most(window) * MAX_DELETE_PERCENT;
}

/** Whether a zone had so many RRsets within the hour that the guard can hold its deletes. */
export function isGuarded(judged: JudgedWorld, zone: ObjectKey): boolean {
  return most(windowOf(judged, zone)) >= GUARDED_FROM;
}

/**
 * Whether this name went while nobody watched, and its deletes wait for an approval in a zone of any size: with others like it in `names` they exceed the guard's share of what
 * stands, as far as the leader has seen it. A name that an object told of when the leader's process started isn't one, nor one that had an alias in the zone since.
 */
export function isHeldUnwatched(judged: JudgedWorld, zone: ObjectKey, name: string, names: readonly string[]): boolean {
  const { world, timeline, askers, changedAt } = judged;
  const startedAt = Math.max(...[...world.replicas].filter((one) => one.leads()).map((one) => one.startedAt));
  const isUnwatched = (one: string): boolean =>
    (changedAt.get(`gone ${one}`) ?? 0) <= startedAt &&
    askers.at("any", one, startedAt).length === 0 &&
    timeline.since(zone, one, startedAt).length === 0;
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
  return { ...window, deletes, owned: owned.slice(Math.max(0, first)) };
}

function most({ owned }: GuardWindow): number {
  return Math.max(0, ...owned.map(({ count }) => count));
}
