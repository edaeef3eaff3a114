import type { Millis } from "../../../base/clock.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { PropagationObstacle } from "../../ports/servers.ts";

/**
 * A change that not all servers serve yet: when it was noticed, and when a lookup last returned the answer from before the change.
 */
export interface PendingChange {
  readonly at: Millis;
  readonly lastSuccessBefore: Millis | undefined;
}

/** The state of the propagation at the end of the last check of a zone's servers. */
export interface Propagation {
  /** Undefined: no server of the zone is known, so nothing can be verified. */
  readonly total: number | undefined;
  /** The number of servers that returned all written records. */
  readonly current: number;
  /** When a server first lacked a written record. Undefined: every server serves all of them. */
  readonly laggingSince: Millis | undefined;
  /** True if a server is out of date for longer than the delivery should take. */
  readonly slow: boolean;
  /** Why no server could be queried, although the DnsZone names some. */
  readonly obstacle?: PropagationObstacle;
}

/** The results of propagation checks: the records that the servers of a zone serve. */
export interface Confirmed {
  /**
   * The servers by "address#port", each with the hostnames that no check has confirmed there yet. Undefined: the servers are not
   * listed yet. Empty: there is no server.
   */
  readonly servers: ReadonlyMap<string, ReadonlySet<Name>> | undefined;
  /** Why the list of servers is not known, although the DnsZone names some. */
  readonly obstacle: PropagationObstacle | undefined;
  readonly propagation: Propagation;
  /** The last 50 times from a noticed change until every server served it, in milliseconds, newest last. */
  readonly propagationTimes: readonly Millis[];
  /** Hostnames whose written RRsets are not yet confirmed at every server, each with its change. */
  readonly unconfirmed: ReadonlyMap<Name, PendingChange>;
  /**
   * When every server was first seen to serve the RRsets of each hostname. Without a known server, the end of the check after the
   * write.
   */
  readonly publishedTimes: ReadonlyMap<Name, Millis>;
}

/** The state without information about servers: at the start, after a change of the location, and after the end of a term. */
export const NOTHING_CONFIRMED: Confirmed = {
  servers: undefined,
  obstacle: undefined,
  propagation: { total: undefined, current: 0, laggingSince: undefined, slow: false },
  propagationTimes: [],
  unconfirmed: new Map(),
  publishedTimes: new Map(),
};

/** The kubelet may take 90 s, and CoreDNS's own reload 45 s. A delivery that takes longer than both is slow. */
const SLOW_AFTER_MS: Millis = 150_000;
const KEPT_TIMES = 50;

/** Records that RRsets of these names were created or updated. An unconfirmed name keeps its older change. */
export function written(confirmed: Confirmed, names: readonly Name[], change: PendingChange): Confirmed {
  if (names.length === 0) {
    return confirmed;
  }
  const unconfirmed = new Map(confirmed.unconfirmed);
  for (const name of names) {
    // A new object each time, because a check in progress must not confirm later writes.
    unconfirmed.set(name, { ...(unconfirmed.get(name) ?? change) });
  }
  return { ...confirmed, unconfirmed };
}

/**
 * Removes all names except those of `left`, which are the names with records. Names without records can't be confirmed, and have no
 * published time.
 */
export function withdrawn(confirmed: Confirmed, left: ReadonlySet<Name>): Confirmed {
  const isLeft = (name: Name): boolean => left.has(name);
  const { servers, unconfirmed, publishedTimes } = confirmed;
  const named = [unconfirmed, publishedTimes, ...(servers?.values() ?? [])];
  if (named.every((names) => names.keys().every(isLeft))) {
    return confirmed;
  }
  return {
    ...confirmed,
    servers: servers && new Map([...servers].map(([server, names]) => [server, new Set([...names].filter(isLeft))])),
    unconfirmed: new Map([...unconfirmed].filter(([name]) => isLeft(name))),
    publishedTimes: new Map([...publishedTimes].filter(([name]) => isLeft(name))),
  };
}

/**
 * Updates the list of servers. A new server has to return all of `names`. A known one has to return the names that are
 * unconfirmed or have no published time. A removed one doesn't count any more.
 */
export function serversListed(confirmed: Confirmed, servers: readonly string[], names: readonly Name[]): Confirmed {
  const { servers: before, unconfirmed, publishedTimes } = confirmed;
  const open = names.filter((name) => unconfirmed.has(name) || !publishedTimes.has(name));
  const isSame = before?.size === servers.length && servers.every((server) => before.has(server));
  if (isSame && open.length === 0 && confirmed.obstacle === undefined) {
    return confirmed;
  }
  const laggingOf = (server: string): ReadonlySet<Name> => {
    const known = before?.get(server);
    return new Set(known === undefined ? names : [...known, ...open]);
  };
  return { ...confirmed, obstacle: undefined, servers: new Map(servers.map((server) => [server, laggingOf(server)])) };
}

/**
 * Records that no server can be queried, although the DnsZone names some. Nothing counts as confirmed. A server that is listed
 * again has to return all names.
 */
export function serversUnknown(confirmed: Confirmed, obstacle: PropagationObstacle): Confirmed {
  return { ...confirmed, obstacle, servers: new Map() };
}

/**
 * Records that a server returned `served` of the queried names as written. If it returned all queried names, all of its names count
 * as served, because the queried names can be a sample.
 */
export function serverChecked(
  confirmed: Confirmed,
  server: string,
  { queried, served }: { readonly queried: readonly Name[]; readonly served: readonly Name[] },
): Confirmed {
  const lagging = confirmed.servers?.get(server);
  if (lagging === undefined || lagging.size === 0) {
    return confirmed;
  }
  const done = new Set(served);
  const left = served.length === queried.length ? [] : [...lagging].filter((name) => !done.has(name));
  return { ...confirmed, servers: new Map(confirmed.servers).set(server, new Set(left)) };
}

/** The result of a check for the names. */
export interface CheckResult {
  /** The changes that every server serves now. */
  readonly changes: ReadonlyMap<Name, PendingChange>;
  /** Names that every server serves, and that this process neither wrote nor confirmed. An earlier process published them. */
  readonly known: readonly Name[];
}

/**
 * Returns the names and the unconfirmed changes that every server serves. Records that were written after the check began wait
 * for the next one.
 */
export function checkResult(
  { servers, obstacle, unconfirmed, publishedTimes }: Confirmed,
  { begun, names }: { readonly begun: Confirmed["unconfirmed"]; readonly names: Iterable<Name> },
): CheckResult {
  const lagging = [...(servers?.values() ?? [])].filter((left) => left.size > 0);
  const isServed = (name: Name): boolean => obstacle === undefined && !lagging.some((left) => left.has(name));
  return {
    changes: new Map([...begun].filter(([name, change]) => unconfirmed.get(name) === change && isServed(name))),
    known: [...new Set(names)].filter((name) => !publishedTimes.has(name) && !unconfirmed.has(name) && isServed(name)),
  };
}

/** Ends a check of all servers. Without a server, written records count as published, and no time is measured. */
export function checkEnded(confirmed: Confirmed, { changes, known }: CheckResult, now: Millis): Confirmed {
  const lagging = [...(confirmed.servers?.values() ?? [])];
  const total = lagging.length === 0 ? undefined : lagging.length;
  const current = lagging.filter((names) => names.size === 0).length;
  const { obstacle } = confirmed;
  const isCurrent = obstacle === undefined && current === lagging.length;
  const laggingSince = isCurrent ? undefined : (confirmed.propagation.laggingSince ?? now);
  const slow = laggingSince !== undefined && now - laggingSince > SLOW_AFTER_MS;
  const times = total === undefined ? [] : [...changes.values()].map(({ at }) => now - at);
  const names = [...changes.keys(), ...known];
  return {
    ...confirmed,
    propagation: { total, current, laggingSince, slow, ...(obstacle !== undefined && { obstacle }) },
    propagationTimes:
      times.length === 0 ? confirmed.propagationTimes : [...confirmed.propagationTimes, ...times].slice(-KEPT_TIMES),
    unconfirmed:
      changes.size === 0
        ? confirmed.unconfirmed
        : new Map([...confirmed.unconfirmed].filter(([name]) => !changes.has(name))),
    publishedTimes:
      names.length === 0
        ? confirmed.publishedTimes
        : new Map([...confirmed.publishedTimes, ...names.map((name) => [name, now] as const)]),
  };
}
