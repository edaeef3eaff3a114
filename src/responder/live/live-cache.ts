import type { Clock, Millis } from "../../base/clock.ts";
import { FAMILIES } from "../../dns/record.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import type { LiveAnswer, LiveQuestion } from "../answer-source.ts";

/** The answer of one family of one alias in a worker, for all clients or for those of one subnet. */
export interface LiveCacheEntry {
  readonly question: LiveQuestion;
  /** The answer is replaced as a whole, and never changed in place. */
  answer: LiveAnswer | undefined;
  /** Increases with every change of the answer. */
  version: number;
  /** True if the source has a newer answer. The present answer is then used only if the newer one does not arrive. */
  isInvalidated: boolean;
  /** From this time on, a query also requests the next answer from the source. */
  prefetchAt: Millis;
  /** Queries wait for the requested answer until this time. Undefined: no answer was requested. */
  waitUntil: Millis | undefined;
  waiters: (() => void)[];
  timer: NodeJS.Timeout | undefined;
  queriedAs: number;
  /** Entries of the same alias and family for subnets, by the subnet's text. */
  subnets: Map<string, LiveCacheEntry> | undefined;
}

export interface LiveCacheDeps {
  /** Requests an answer from the source. {@link LiveCache.settle} gets the answer, if one arrives. */
  readonly requestAnswer: (id: number, question: LiveQuestion) => void;
  readonly clock: Clock;
  readonly limits: LiveLimits;
}

export interface LiveLimits {
  /** The maximum number of live answers. Above this number, the oldest entry is removed with the entries of its subnets. */
  readonly maxAnswers: number;
  /** The maximum number of queries that wait at the same time. */
  readonly maxWaiting: number;
  /** How long a query waits. */
  readonly waitMs: Millis;
}

/** The live answers of one worker. Each entry has at most one request to the source, for any number of waiting queries. */
export interface LiveCache {
  entry(question: LiveQuestion): LiveCacheEntry;
  /** Requests an answer from the source, unless a request is in progress. */
  refresh(entry: LiveCacheEntry): void;
  /**
   * Resolves when the entry has another answer or the time is over. Undefined: a wait is not useful, because too many queries
   * wait or the source did not answer earlier waits.
   */
  wait(entry: LiveCacheEntry): Promise<void> | undefined;
  settle(id: number, answer: LiveAnswer | undefined): void;
  /** The source has new answers for these hostnames. */
  invalidate(zone: Name, names: readonly Name[]): void;
  /** The number of queries that wait now. */
  readonly waiting: number;
}

/** Returns the answer of an entry if it can be sent without a new request to the source. */
export function usable({ answer, isInvalidated }: LiveCacheEntry, now: Millis): LiveAnswer | undefined {
  if (answer === undefined || isInvalidated) {
    return undefined;
  }
  const isFresh = "freshUntil" in answer && now < answer.freshUntil;
  return isFresh || now < answer.refreshAt ? answer : undefined;
}

/** The answer after a wait in which no new one arrived: the last known answer (RFC 8767), or a failure. */
export function lastResort({ answer }: LiveCacheEntry, now: Millis): LiveAnswer {
  return answer ?? { kind: "failed", refreshAt: now, detail: "the target's addresses did not come in time" };
}

export function createLiveCache({ requestAnswer, clock, limits }: LiveCacheDeps): LiveCache {
  const table = createTable(limits.maxAnswers);
  const queried = new Map<number, LiveCacheEntry>();
  let lastId = 0;
  let waiting = 0;

  const release = (entry: LiveCacheEntry): void => {
    const { waiters } = entry;
    clearTimeout(entry.timer);
    waiting -= waiters.length;
    entry.waiters = [];
    waiters.forEach((waiter) => waiter());
  };
  const refresh = (entry: LiveCacheEntry): void => {
    const now = clock.now();
    const isUnderWay = entry.waitUntil !== undefined && now < entry.waitUntil + FORGET_AFTER_MS;
    if (isUnderWay || queried.size >= limits.maxWaiting) {
      return;
    }
    queried.delete(entry.queriedAs);
    lastId += 1;
    entry.queriedAs = lastId;
    entry.waitUntil = now + limits.waitMs;
    queried.set(lastId, entry);
    requestAnswer(lastId, entry.question);
  };

  return {
    get waiting() {
      return waiting;
    },
    entry: table.entry,
    refresh,
    wait: (entry) => {
      refresh(entry);
      const ms = (entry.waitUntil ?? 0) - clock.now();
      if (waiting >= limits.maxWaiting || ms <= 0) {
        return undefined;
      }
      waiting += 1;
      if (entry.waiters.length === 0) {
        entry.timer = setTimeout(() => release(entry), ms);
      }
      return new Promise<void>((resolve) => entry.waiters.push(resolve));
    },
    settle: (id, answer) => {
      const entry = queried.get(id);
      queried.delete(id);
      if (entry !== undefined) {
        settled(entry, answer, clock.now());
        release(entry);
      }
    },
    invalidate: (zone, names) => {
      for (const name of names) {
        FAMILIES.forEach((family) => table.find({ zone, name, family }).forEach(markInvalidated));
      }
    },
  };
}

function settled(entry: LiveCacheEntry, answer: LiveAnswer | undefined, now: Millis): void {
  entry.answer = answer ?? { kind: "failed", refreshAt: now + GONE_AGAIN_MS, detail: GONE };
  entry.version += 1;
  entry.isInvalidated = false;
  entry.waitUntil = undefined;
  entry.prefetchAt = prefetchAt(entry.answer, now);
}

interface Table {
  /** Creates the entry if it doesn't exist. */
  readonly entry: (question: LiveQuestion) => LiveCacheEntry;
  /** The entry of the question, and the entries for its subnets. */
  readonly find: (question: LiveQuestion) => readonly LiveCacheEntry[];
}

function createTable(maxAnswers: number): Table {
  const entries = new Map<string, LiveCacheEntry>();
  let size = 0;
  const evict = (): void => {
    for (const [key, entry] of entries) {
      if (size <= maxAnswers) {
        return;
      }
      entries.delete(key);
      size -= 1 + (entry.subnets?.size ?? 0);
      forget(entry);
    }
  };
  const forSubnet = (entry: LiveCacheEntry, subnet: Subnet): LiveCacheEntry => {
    entry.subnets ??= new Map();
    const text = `${subnet.address}/${subnet.prefix}`;
    let scoped = entry.subnets.get(text);
    if (scoped === undefined) {
      size += 1 - makeRoom(entry.subnets);
      scoped = newEntry({ ...entry.question, subnet });
      entry.subnets.set(text, scoped);
      evict();
    }
    return scoped;
  };
  return {
    entry: ({ subnet, ...question }) => {
      const key = keyOf(question);
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = newEntry(question);
        entries.set(key, entry);
        size += 1;
        evict();
      }
      return subnet === undefined ? entry : forSubnet(entry, subnet);
    },
    find: (question) => {
      const entry = entries.get(keyOf(question));
      return entry === undefined ? [] : [entry, ...(entry.subnets?.values() ?? [])];
    },
  };
}

/** If the source has not answered this long after the end of the wait, the request is repeated. */
const FORGET_AFTER_MS = 10_000;
/**
 * The time between requests if the source no longer has the alias or its zone. The change either soon reaches this thread, or is
 * soon undone.
 */
const GONE_AGAIN_MS = 5_000;
const GONE = "the DnsAlias or its DnsZone was deleted a moment ago";
/**
 * In the last tenth of the fresh time, and at least in its last 5 s, a query also requests the next answer (see
 * docs/concepts/responder.md).
 */
const PREFETCH_SHARE = 0.1;
const PREFETCH_LEAST_MS = 5_000;
/** The source reports changes. In case a report is lost, queried answers are requested again after this time. A request causes no lookup while the answer is fresh. */
const RECHECK_MS: Millis = 300_000;
const MAX_SUBNETS = 1_000;

function newEntry(question: LiveQuestion): LiveCacheEntry {
  return {
    question,
    answer: undefined,
    version: 0,
    isInvalidated: false,
    prefetchAt: Number.POSITIVE_INFINITY,
    waitUntil: undefined,
    waiters: [],
    timer: undefined,
    queriedAs: 0,
    subnets: undefined,
  };
}

function keyOf({ zone, name, family }: LiveQuestion): string {
  return `${family} ${name} ${zone}`;
}

function prefetchAt(answer: LiveAnswer, now: Millis): Millis {
  if (!("freshUntil" in answer)) {
    return Number.POSITIVE_INFINITY;
  }
  if (endsWithSwitch(answer)) {
    // Each successful health check allows a later end of the TTL, so a new answer is requested as early as possible.
    return Math.min(now + RECHECK_MS, answer.refreshAt);
  }
  const rest = Math.max((answer.freshUntil - now) * PREFETCH_SHARE, PREFETCH_LEAST_MS);
  return Math.min(now + RECHECK_MS, Math.max(answer.refreshAt, answer.freshUntil - rest));
}

function endsWithSwitch(answer: LiveAnswer): boolean {
  return answer.kind === "weighted"
    ? answer.choices.some(endsWithSwitch)
    : answer.kind === "addresses" && answer.ttlUntil !== undefined;
}

/** Removes the answers of the entry and of its subnets. The new version invalidates the cached responses that refer to them. */
function forget(entry: LiveCacheEntry): void {
  entry.subnets?.forEach(forget);
  entry.subnets = undefined;
  entry.answer = undefined;
  entry.version += 1;
}

function markInvalidated(entry: LiveCacheEntry): void {
  entry.version += 1;
  entry.isInvalidated = true;
}

/** Removes the oldest subnet if there are {@link MAX_SUBNETS}. Returns the number of removed entries. */
function makeRoom(subnets: Map<string, LiveCacheEntry>): number {
  if (subnets.size < MAX_SUBNETS) {
    return 0;
  }
  for (const [text, entry] of subnets) {
    subnets.delete(text);
    forget(entry);
    return 1;
  }
  return 0;
}
