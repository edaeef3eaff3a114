import { APPROVE_ANNOTATION, objectKey, type ObjectKey } from "../../../src/api/meta.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { GuardWindow, JudgedWorld } from "./judged-world.ts";
import { UNDERWAY_MS } from "./place-facts.ts";
import { HOUR, MAX_DELETE_PERCENT } from "./scene.ts";

const GUARDED_FROM = 10;

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
  const window = windowOf(judged, key);
  const now = judged.world.clock.now();
  window.owned = [...window.owned, { at: now, count: before.length }, { at: now, count: after.length }];
  const isBack = new Set([...before, ...after]);
  window.deletes = window.deletes.map((one) => ({ ...one, isBack: one.isBack || isBack.has(one.set) }));
  const approval = judged.world.zones.get(key)?.meta.annotations[APPROVE_ANNOTATION];
  const isUsed = window.approval !== undefined && window.approval.hash === approval;
  // The rest of the writes of one plan: some servers get their records one by one.
  const isUnderway = isUsed && now - (window.approval?.at ?? 0) < UNDERWAY_MS;
  if (deletes.length === 0 || isUnderway) {
    return undefined;
  }
  window.deletes = [...window.deletes, ...deletes.map((set) => ({ at: now, set, isBack: false }))];
  const gone = window.deletes.filter((one) => !one.isBack).length;
  if (!exceeds(window, gone)) {
    return undefined;
  }
  if (approval !== undefined && !isUsed) {
    // It approves this plan only, and the hour begins anew (docs/operations.md).
    window.approval = { hash: approval, at: now };
    window.deletes = [];
    return undefined;
  }
  return `guard: ${gone} of ${most(window)} RRsets of DnsZone ${key} were deleted within an hour without an approval`;
}

/**
 * Whether the guard can hold `more` deletes. Here the RRsets that were created again count too: a leader that started since then knows only how many were deleted before (decision 109).
 */
export function isOverLimit(judged: JudgedWorld, zone: ObjectKey, more: number): boolean {
  const window = windowOf(judged, zone);
  return exceeds(window, window.deletes.length + more);
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
