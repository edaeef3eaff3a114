export type Protocol = "udp" | "tcp";

/** The counts of one worker, or of all of them, since their start. Plain data. */
export interface ResponderCounts {
  /** Queries by protocol, with or without an answer. */
  readonly byProtocol: Readonly<Record<Protocol, number>>;
  /** Queries by the number of their type. After {@link MAX_TYPES} different types, all others count as -1. */
  readonly byType: ReadonlyMap<number, number>;
  /** Responses by rcode. */
  readonly byRcode: ReadonlyMap<number, number>;
  /** Queries that were answered from the response cache. */
  readonly hits: number;
  /** Responses with stale data (RFC 8767). */
  readonly stale: number;
  /** Queries that waited for a lookup. */
  readonly waitedForLookup: number;
  /** Requests to the main thread: lookups for waiting queries, and prefetches. */
  readonly lookupsRequested: number;
  /** Responses that were truncated. */
  readonly truncated: number;
  /** Packets without a response, because they were not queries. */
  readonly dropped: number;
  /** Queries above a rate limit. They get no response, an empty truncated one, or BADCOOKIE. */
  readonly rateLimited: number;
  /** Errors in answering, which are defects. */
  readonly errors: number;
  /** Queries that wait now. */
  readonly waiting: number;
  /** Responses in the cache now. */
  readonly packets: number;
}

type Tally =
  | "hits"
  | "stale"
  | "waitedForLookup"
  | "lookupsRequested"
  | "truncated"
  | "dropped"
  | "rateLimited"
  | "errors";

export interface Counters extends Record<Tally, number> {
  query(protocol: Protocol, type: number): void;
  response(rcode: number): void;
  snapshot(now: Pick<ResponderCounts, "waiting" | "packets">): ResponderCounts;
}

export function createCounters(): Counters {
  const byProtocol = { udp: 0, tcp: 0 };
  const byType = new Map<number, number>();
  const low = new Uint32Array(LOW_TYPES);
  const byRcode = new Uint32Array(RCODES);
  const counters: Counters = {
    hits: 0,
    stale: 0,
    waitedForLookup: 0,
    lookupsRequested: 0,
    truncated: 0,
    dropped: 0,
    rateLimited: 0,
    errors: 0,
    query: (protocol, type) => {
      byProtocol[protocol] += 1;
      if (type < LOW_TYPES) {
        low[type] = (low[type] ?? 0) + 1;
      } else {
        const key = byType.has(type) || byType.size < MAX_TYPES ? type : OTHER_TYPE;
        byType.set(key, (byType.get(key) ?? 0) + 1);
      }
    },
    response: (rcode) => {
      byRcode[rcode] = (byRcode[rcode] ?? 0) + 1;
    },
    snapshot: ({ waiting, packets }) => {
      const { hits, stale, waitedForLookup, lookupsRequested, truncated, dropped, rateLimited, errors } = counters;
      const maps = { byType: new Map([...entriesOf(low), ...byType]), byRcode: new Map(entriesOf(byRcode)) };
      const tallies = { hits, stale, waitedForLookup, lookupsRequested, truncated, dropped, rateLimited, errors };
      return { byProtocol: { ...byProtocol }, ...maps, ...tallies, waiting, packets };
    },
  };
  return counters;
}

export function addCounts(a: ResponderCounts, b: ResponderCounts): ResponderCounts {
  return {
    byProtocol: { udp: a.byProtocol.udp + b.byProtocol.udp, tcp: a.byProtocol.tcp + b.byProtocol.tcp },
    byType: addMaps(a.byType, b.byType),
    byRcode: addMaps(a.byRcode, b.byRcode),
    hits: a.hits + b.hits,
    stale: a.stale + b.stale,
    waitedForLookup: a.waitedForLookup + b.waitedForLookup,
    lookupsRequested: a.lookupsRequested + b.lookupsRequested,
    truncated: a.truncated + b.truncated,
    dropped: a.dropped + b.dropped,
    rateLimited: a.rateLimited + b.rateLimited,
    errors: a.errors + b.errors,
    waiting: a.waiting + b.waiting,
    packets: a.packets + b.packets,
  };
}

/** Types below this number are counted without a map. */
const LOW_TYPES = 258;
const MAX_TYPES = 64;
const OTHER_TYPE = -1;
/** All EDNS rcodes in use are below this number. */
const RCODES = 24;

function entriesOf(counts: Uint32Array): readonly (readonly [number, number])[] {
  return [...counts].map((count, key) => [key, count] as const).filter(([, count]) => count > 0);
}

function addMaps(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const sum = new Map(a);
  b.forEach((count, key) => sum.set(key, (sum.get(key) ?? 0) + count));
  return sum;
}

export const NO_COUNTS: ResponderCounts = createCounters().snapshot({ waiting: 0, packets: 0 });
