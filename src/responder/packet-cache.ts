import { HEADER_OCTETS } from "../dns/message.ts";
import type { Prepared } from "./prepared.ts";
import { LOWER, type Query } from "./query.ts";

/** Prepared responses by name and type, of bounded number: those asked for least lately go. */
export interface PacketCache {
  /** Whatever the letters' case. */
  find(query: Query): Prepared | undefined;
  /**
   * Keeps it from the second time on that the same question brings it, so that a flood of names that are asked for once does not push out those that are asked for
   * again and again.
   */
  keep(query: Query, prepared: Prepared): void;
  readonly size: number;
}

/**
 * Two generations: what is asked for moves into the younger one, and when that is full the older one is let go as a whole, which takes no time. Two questions
 * with one hash push each other out, so that no chains can be made to grow.
 */
export function createPacketCache(maxPackets: number): PacketCache {
  const generation = Math.max(1, Math.floor(maxPackets / 2));
  const seenOnce = new Int32Array(SEEN);
  let young = new Map<number, Prepared>();
  let old = new Map<number, Prepared>();
  const put = (hash: number, prepared: Prepared): void => {
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    young.set(hash, prepared);
  };
  return {
    get size() {
      return young.size + old.size;
    },
    find: (query) => {
      const recent = young.get(query.hash);
      if (recent !== undefined) {
        return isFor(recent, query) ? recent : undefined;
      }
      const known = old.get(query.hash);
      if (known === undefined || !isFor(known, query)) {
        return undefined;
      }
      old.delete(query.hash);
      put(query.hash, known);
      return known;
    },
    keep: (query, prepared) => {
      const place = query.hash & (SEEN - 1);
      if (young.has(query.hash) || seenOnce[place] === query.hash) {
        put(query.hash, prepared);
      } else {
        seenOnce[place] = query.hash;
      }
    },
  };
}

/** Questions that are remembered for having come once. */
const SEEN = 65_536;

function isFor({ octets, nameEnd, type }: Prepared, query: Query): boolean {
  if (query.type !== type || query.nameEnd !== nameEnd) {
    return false;
  }
  const asked = query.octets;
  for (let index = HEADER_OCTETS; index < nameEnd; index += 1) {
    if (octets[index] !== LOWER[asked[index] ?? 0]) {
      return false;
    }
  }
  return true;
}
