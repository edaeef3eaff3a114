import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import type { CachedResponse } from "./cached-response.ts";
import { LOWER, type Query } from "../packet/query.ts";

/** Cached responses by name and type. If there are too many, the least recently used ones are removed. */
export interface PacketCache {
  /** Returns the response for the name and type of the query. The letter case of the name has no effect. */
  find(query: Query): CachedResponse | undefined;
  /**
   * Stores a response when the same query arrives a second time. Names that are queried only once therefore don't replace names
   * that are queried repeatedly.
   */
  keep(query: Query, response: CachedResponse): void;
  readonly size: number;
}

/**
 * The cache has two generations. A used entry moves to the younger one. When the younger generation is full, it becomes the older
 * one, and the previous older one is dropped as a whole, which takes no time. If two queries have the same hash, the newer entry
 * replaces the older, so attackers can't create long chains.
 */
export function createPacketCache(maxPackets: number): PacketCache {
  const generation = Math.max(1, Math.floor(maxPackets / 2));
  const seen = createSeen();
  let young = new Map<number, CachedResponse>();
  let old = new Map<number, CachedResponse>();
  const put = (hash: number, response: CachedResponse): void => {
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    young.set(hash, response);
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
    keep: (query, response) => {
      if (seen(query.hash) || young.has(query.hash)) {
        put(query.hash, response);
      }
    },
  };
}

/** Remembers recent hashes. False positives: up to 1 in 8. */
function createSeen(): (hash: number) => boolean {
  const words = new Int32Array(SEEN_BITS / 32);
  let count = 0;
  return (hash) => {
    const slotIndex = (hash & (SEEN_BITS - 1)) >>> 5;
    const word = words[slotIndex] ?? 0;
    const bit = 1 << (hash & 31);
    if ((word & bit) !== 0) {
      return true;
    }
    if (count >= SEEN_BITS / 8) {
      words.fill(0);
      count = 0;
    }
    words[slotIndex] = (words[slotIndex] ?? 0) | bit;
    count += 1;
    return false;
  };
}

/** 256 KiB. */
const SEEN_BITS = 2 ** 21;

function isFor({ bytes, nameEnd, type }: CachedResponse, query: Query): boolean {
  if (query.type !== type || query.nameEnd !== nameEnd) {
    return false;
  }
  const queried = query.bytes;
  for (let index = HEADER_BYTES; index < nameEnd; index += 1) {
    if (bytes[index] !== LOWER[queried[index] ?? 0]) {
      return false;
    }
  }
  return true;
}
