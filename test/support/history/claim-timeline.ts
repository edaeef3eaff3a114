import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { Claims } from "./claims.ts";

/** Who had which name when. */
export interface ClaimTimeline {
  /** From now on these claims count. Times don't go back. */
  record(claims: Claims, at: number): void;
  /** The aliases that had the name in the zone at the end. */
  now(zone: string, name: string): readonly DnsAlias[];
  /** The aliases that had the name in the zone at a moment. */
  at(zone: string, name: string, moment: number): readonly DnsAlias[];
  /** Every version of an alias that had the name in the zone at some time from `since` on. */
  since(zone: string, name: string, since: number): readonly DnsAlias[];
  /** Whether at some time from `since` on no alias had the name in the zone. */
  lacked(zone: string, name: string, since: number): boolean;
  /** The versions that had the name all the time from `since` until a moment, or on. */
  throughout(zone: string, name: string, since: number, until?: number): readonly DnsAlias[];
  /** Since when at each moment one of those that had the name in the zone was one of these; undefined if none is now. */
  holdsSince(zone: string, name: string, isOne: (alias: DnsAlias) => boolean): number | undefined;
  /** Whether at each moment from `since` on an alias that had any name in any zone is one of these. */
  always(isOne: (alias: DnsAlias) => boolean, since: number): boolean;
  /** When the last alias lost the name in the zone; -Infinity while one has it, or if none ever had it. */
  lostAt(zone: string, name: string): number;
  /** Who took the name over from another namespace, and since when; undefined if no other namespace ever had it before those that have it now, or had it right before a moment. */
  takeover(zone: string, name: string, before?: number): Takeover | undefined;
}

export interface Takeover {
  readonly at: number;
  /** Every version that had the name since. */
  readonly versions: readonly DnsAlias[];
  /** At each time since then, one that had the name was paused. */
  readonly isPaused: boolean;
}

interface Entry {
  readonly at: number;
  readonly claims: Claims;
}

export function createClaimTimeline(): ClaimTimeline {
  const entries: Entry[] = [];
  const last = (): Claims => entries.at(-1)?.claims ?? new Map();
  const versions = (key: string, since: number, until = Infinity): readonly (readonly DnsAlias[])[] => {
    // The entry that was in force at `since` counts too.
    const first = entries.findLastIndex(({ at }) => at <= since);
    return entries
      .slice(Math.max(0, first))
      .filter(({ at }, index) => index === 0 || at <= until)
      .map(({ claims }) => claims.get(key) ?? []);
  };
  return {
    record(claims, at) {
      entries.push({ at, claims });
    },
    now: (zone, name) => last().get(`${zone} ${name}`) ?? [],
    at: (zone, name, moment) => versions(`${zone} ${name}`, moment)[0] ?? [],
    since: (zone, name, since) => [...new Set(versions(`${zone} ${name}`, since).flat())],
    lacked: (zone, name, since) => versions(`${zone} ${name}`, since).some((aliases) => aliases.length === 0),
    throughout: (zone, name, since, until) => {
      const all = versions(`${zone} ${name}`, since, until);
      return (all[0] ?? []).filter((version) =>
        all.every((aliases) =>
          aliases.some((alias) => alias.meta.uid === version.meta.uid && alias.spec === version.spec),
        ),
      );
    },
    holdsSince: (zone, name, isOne) => {
      const last = entries.findLastIndex(({ claims }) => !(claims.get(`${zone} ${name}`) ?? []).some(isOne));
      return entries[last + 1]?.at;
    },
    always: (isOne, since) =>
      entries
        .slice(
          Math.max(
            0,
            entries.findLastIndex(({ at }) => at <= since),
          ),
        )
        .every(({ claims }) => claims.values().some((aliases) => aliases.some(isOne))),
    lostAt: (zone, name) => {
      const key = `${zone} ${name}`;
      const had = entries.findLastIndex(({ claims }) => (claims.get(key) ?? []).length > 0);
      return had === -1 || had === entries.length - 1 ? -Infinity : (entries[had + 1]?.at ?? -Infinity);
    },
    takeover: (zone, name, before = Infinity) => {
      const key = `${zone} ${name}`;
      const past = entries.filter(({ at }) => at < before);
      const namespace = past.at(-1)?.claims.get(key)?.[0]?.meta.namespace;
      const others = past.findLastIndex(({ claims }) =>
        (claims.get(key) ?? []).some(({ meta }) => meta.namespace !== namespace),
      );
      const since = past.slice(others + 1);
      const claimed = since.map(({ claims }) => claims.get(key) ?? []);
      return namespace === undefined || others === -1
        ? undefined
        : {
            at: since[0]?.at ?? Infinity,
            versions: [...new Set(claimed.flat())],
            isPaused: claimed.every((aliases) => aliases.length === 0 || aliases.some(({ spec }) => spec.paused)),
          };
    },
  };
}
