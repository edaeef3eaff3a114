/**
 * Which addresses a target had and when, written down by the test that changes the target. A judge compares answers with it. Times are milliseconds of
 * one clock, and each call has a time that is not before the one of the last call.
 */
export interface TargetHistory {
  /** From now on the key has exactly these addresses. */
  set(key: string, addresses: readonly string[], at: number): void;
  /** From now on nobody can see the addresses of the key; without a key: of all keys. */
  down(at: number, key?: string): void;
  /** Ends what {@link down} began. */
  up(at: number, key?: string): void;
  /** How long an address has been gone, in milliseconds without the times of `down`: 0 while the key has it, Infinity if it never had it. */
  goneForMs(key: string, address: string, at: number): number;
  /** How many changes of the key brought an address back. */
  returns(key: string): number;
}

export function createTargetHistory(): TargetHistory {
  const stays = new Map<string, Stay[]>();
  const outages = new Map<string, Stay[]>();
  return {
    set(key, addresses, at) {
      const before = stays.get(key) ?? [];
      const open = before.filter(({ to }) => to === Infinity);
      for (const stay of open.filter(({ address }) => !addresses.includes(address))) {
        stay.to = at;
      }
      const added = addresses.filter((address) => !open.some((stay) => stay.address === address));
      stays.set(key, [...before, ...added.map((address) => ({ address, from: at, to: Infinity }))]);
    },
    down(at, key = EVERY) {
      const before = outages.get(key) ?? [];
      if (before.every(({ to }) => to !== Infinity)) {
        outages.set(key, [...before, { address: "", from: at, to: Infinity }]);
      }
    },
    up(at, key = EVERY) {
      for (const outage of (outages.get(key) ?? []).filter(({ to }) => to === Infinity)) {
        outage.to = at;
      }
    },
    goneForMs(key, address, at) {
      const ends = (stays.get(key) ?? [])
        .filter((stay) => stay.address === address && stay.from <= at)
        .map(({ to }) => Math.min(to, at));
      if (ends.length === 0) {
        return Infinity;
      }
      const end = Math.max(...ends);
      return timeWithout([...(outages.get(key) ?? []), ...(outages.get(EVERY) ?? [])], end, at);
    },
    returns(key) {
      const all = stays.get(key) ?? [];
      const back = all.filter((stay) => all.some(({ address, to }) => address === stay.address && to <= stay.from));
      return new Set(back.map(({ from }) => from)).size;
    },
  };
}

/** The key of outages that concern all targets. */
const EVERY = "*";

interface Stay {
  readonly address: string;
  readonly from: number;
  to: number;
}

/** The length of a time without the parts that any of the outages covers. */
function timeWithout(outages: readonly Stay[], from: number, to: number): number {
  let length = 0;
  let at = from;
  for (const outage of outages.toSorted((one, other) => one.from - other.from)) {
    length += Math.max(0, Math.min(outage.from, to) - at);
    at = Math.max(at, Math.min(outage.to, to));
  }
  return length + Math.max(0, to - at);
}
