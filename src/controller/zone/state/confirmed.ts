import type { Millis } from "../../../base/clock.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { PropagationObstacle } from "../../ports/servers.ts";

/** A change that is on its way: when it was noticed, and until when the target was last seen to be as before. */
export interface PendingChange {
  readonly at: Millis;
  readonly lastSuccessBefore: Millis | undefined;
}

/** How far the servers of a zone had come with the written records at the end of the last check. */
export interface Propagation {
  /** Undefined: no server of the zone is known, so that nothing can be verified. */
  readonly total: number | undefined;
  /** Servers that returned everything that is written. */
  readonly current: number;
  /** Since when a written record has not been seen at every server. */
  readonly laggingSince: Millis | undefined;
  /** Behind for longer than the delivery should take. */
  readonly slow: boolean;
  /** Why no server could be queried, although the DnsZone names some. */
  readonly obstacle?: PropagationObstacle;
}

/** What the servers of a zone have been seen to serve. */
export interface Confirmed {
  /** The servers by "address#port", each with the owner names that it has not been seen to serve as written. Undefined: not listed yet; empty: there is none. */
  readonly servers: ReadonlyMap<string, ReadonlySet<Name>> | undefined;
  /** Why there is none, although the DnsZone names some. */
  readonly obstacle: PropagationObstacle | undefined;
  readonly propagation: Propagation;
  /** Milliseconds from a noticed change to every server serving it, newest last, the last 50. */
  readonly propagationTimes: readonly Millis[];
  /** Owner names whose written RRsets have not been seen at every server, each with its change. */
  readonly unconfirmed: ReadonlyMap<Name, PendingChange>;
  /** When each owner name's RRsets were first seen at every server, or written where no server is known. */
  readonly publishedTimes: ReadonlyMap<Name, Millis>;
}

/** Nothing is known of the servers: at the start, after a change of the place, and from the end of a term on. */
export const NOTHING_CONFIRMED: Confirmed = {
  servers: undefined,
  obstacle: undefined,
  propagation: { total: undefined, current: 0, laggingSince: undefined, slow: false },
  propagationTimes: [],
  unconfirmed: new Map(),
  publishedTimes: new Map(),
};

/** The kubelet may take 90 s and CoreDNS's own reload 45 s: beyond both, a delivery is slow. */
const SLOW_AFTER_MS: Millis = 150_000;
const KEPT_TIMES = 50;

/** RRsets of these names were created or updated. A name that is unconfirmed already keeps its older change. */
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

/** Only the names of `left` have records now. No server can confirm the others, and they have no published time. */
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

/** A server that is new has to show all of `names`, and one that is known those that are unconfirmed or have no published time. One that is gone doesn't count any more. */
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

/** No server can be queried, although the DnsZone names some: nothing is confirmed, and one that comes back has to show all. */
export function serversUnknown(confirmed: Confirmed, obstacle: PropagationObstacle): Confirmed {
  return { ...confirmed, obstacle, servers: new Map() };
}

/** A server returned `served` of the queried names as written. If it returned all of them, they stand for all of its names. */
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

/** What a check shows of the names. */
export interface CheckResult {
  /** The changes that every server serves now. */
  readonly changes: ReadonlyMap<Name, PendingChange>;
  /** Names that every server serves, and that this process neither wrote nor has confirmed: an earlier process published them. */
  readonly known: readonly Name[];
}

/** What every server serves of `names` and of the changes that were unconfirmed when the check began. What was written since then waits for the next check. */
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

/** A check of all servers has ended. Without a server, written records count as published, and no time is measured. */
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
