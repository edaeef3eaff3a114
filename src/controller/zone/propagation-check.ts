import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { byCodeUnit, sameMembers } from "../../base/order.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, type AliasType, rrsetKey } from "../../dns/record.ts";
import type { ServingEndpoint } from "../../providers/provider.ts";
import type { Observer } from "../ports/observer.ts";
import type { ServerAnswer, EndpointsOf, PropagationObstacle, ServingEndpoints } from "../ports/servers.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import {
  checkEnded,
  checkResult,
  type Confirmed,
  type PendingChange,
  serverChecked,
  serversListed,
  serversUnknown,
} from "./state/confirmed.ts";
import { type Observed, ownedNames } from "./state/observed.ts";
import { replace, type ZoneState } from "./state/zone-state.ts";

export interface PropagationCheckDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  readonly endpointsOf: EndpointsOf;
  /** Queries one server for the RRset of a name. */
  readonly queryServer: (
    endpoint: ServingEndpoint,
    name: Name,
    type: AliasType,
    signal: AbortSignal,
  ) => Promise<ServerAnswer>;
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/** A server loads a zone as a whole. If more names than this changed, an even sample of them is checked. */
const SAMPLE = 256;
const CONCURRENT_QUESTIONS = 16;
/** The first and the longest wait between two rounds while a server is out of date. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2_000;
/** A slow delivery is checked less often. */
const SLOW_WAIT_MS = 10_000;
/** The interval of reads of the server list while all servers are current, because servers can be added and removed. */
const IDLE_WAIT_MS = 30_000;

/** Queries every server of a zone for the written records once. Returns the time of the next round. */
export async function checkPropagation(
  deps: PropagationCheckDeps,
  state: ZoneState,
  signal: AbortSignal,
): Promise<Requeue> {
  const listed = await deps.endpointsOf(state.handle.zone, signal);
  const { servers, unconfirmed: begun } = state.confirmed;
  const endpoints = listed === "none" || "reason" in listed ? [] : listed;
  const obstacle = obstacleOf(listed);
  replace(state, {
    confirmed:
      obstacle === undefined
        ? serversListed(state.confirmed, endpoints.map(endpointText), [...ownedNames(state.observed)])
        : serversUnknown(state.confirmed, obstacle),
  });
  await Promise.all(endpoints.map((endpoint) => queryOne(deps, state, endpoint, signal)));
  return settleCheck(deps, state, { begun, isFirst: servers === undefined });
}

function obstacleOf(listed: ServingEndpoints): PropagationObstacle | undefined {
  if (listed === "none") {
    return undefined;
  }
  if ("reason" in listed) {
    return listed;
  }
  return listed.length > 0
    ? undefined
    : { reason: "NoEndpoints", message: "None of the servers of the DnsZone can be queried" };
}

async function queryOne(
  deps: PropagationCheckDeps,
  state: ZoneState,
  endpoint: ServingEndpoint,
  signal: AbortSignal,
): Promise<void> {
  const server = endpointText(endpoint);
  const names = state.confirmed.servers?.get(server) ?? new Set<Name>();
  const queried = sample([...names].sort(byCodeUnit));
  // The desired records are read once. Records that are written during this round are checked in the next one.
  const wanted = state.observed.owned;
  const served: Name[] = [];
  const queue = [...queried];
  const worker = async (): Promise<void> => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (await serves(deps, endpoint, name, wanted, signal)) {
        served.push(name);
      } else if (names.size > SAMPLE) {
        // One out-of-date name shows that the whole zone is out of date, so no more queries are needed.
        queue.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_QUESTIONS }, worker));
  replace(state, { confirmed: serverChecked(state.confirmed, server, { queried, served }) });
}

/**
 * Whether a server serves the names as written. A withdrawn name is not queried, because a wildcard or a record of another writer
 * may answer for it.
 */
async function serves(
  deps: PropagationCheckDeps,
  endpoint: ServingEndpoint,
  name: Name,
  wanted: Observed["owned"],
  signal: AbortSignal,
): Promise<boolean> {
  for (const type of ALIAS_TYPES) {
    const set = wanted.get(rrsetKey({ name, type }));
    if (set !== undefined) {
      const queried = await deps.queryServer(endpoint, name, type, signal);
      if (queried.kind !== "answer" || !sameMembers(queried.data, set.data)) {
        return false;
      }
    }
  }
  return true;
}

interface BegunCheck {
  readonly begun: Confirmed["unconfirmed"];
  /** True if no check of this location has ended in this term. */
  readonly isFirst: boolean;
}

function settleCheck(deps: PropagationCheckDeps, state: ZoneState, { begun, isFirst }: BegunCheck): Requeue {
  if (state.confirmed.servers === undefined) {
    // The location changed, or the term ended, during the queries.
    return { requeue: { afterMs: FIRST_WAIT_MS } };
  }
  const zone = objectKey(state.handle.zone.meta);
  const now = deps.clock.now();
  const before = state.confirmed.propagation;
  const result = checkResult(state.confirmed, { begun, names: ownedNames(state.observed) });
  replace(state, { confirmed: checkEnded(state.confirmed, result, now) });
  const { total, current, laggingSince, slow, obstacle } = state.confirmed.propagation;
  if (total !== undefined) {
    result.changes.forEach((change) => recordTime(deps, zone, change, now));
  }
  if (total !== undefined || before.total !== undefined) {
    deps.observer.propagation(zone, current, total);
  }
  if (slow && !before.slow) {
    deps.log.warn({ zone, current, total, message: obstacle?.message }, "propagation is slow");
  }
  const wholeZone =
    before.current !== current ||
    before.total !== total ||
    before.slow !== slow ||
    before.obstacle?.message !== obstacle?.message;
  const changed = [...result.changes.keys(), ...result.known];
  if (wholeZone || isFirst || changed.length > 0) {
    deps.onChanged(zone, wholeZone ? undefined : changed);
  }
  return { requeue: { afterMs: nextWaitMs(now, laggingSince, slow) } };
}

function nextWaitMs(now: Millis, laggingSince: Millis | undefined, slow: boolean): Millis {
  if (laggingSince === undefined) {
    return IDLE_WAIT_MS;
  }
  // The next round comes after a twentieth of the wait so far. Short waits are therefore measured exactly, and long waits need few
  // queries.
  return slow ? SLOW_WAIT_MS : Math.max(FIRST_WAIT_MS, Math.min(MAX_WAIT_MS, (now - laggingSince) / 20));
}

function recordTime(
  { observer }: PropagationCheckDeps,
  zone: ObjectKey,
  { at, lastSuccessBefore }: PendingChange,
  now: Millis,
): void {
  observer.propagated(zone, now - at, lastSuccessBefore === undefined ? undefined : now - lastSuccessBefore);
}

function sample(names: readonly Name[]): readonly Name[] {
  const step = Math.max(1, names.length / SAMPLE);
  return names.length <= SAMPLE
    ? names
    : Array.from({ length: SAMPLE }, (_, index) => names[Math.floor(index * step)]).filter(
        (name) => name !== undefined,
      );
}

function endpointText({ address, port }: ServingEndpoint): string {
  return `${address}#${port}`;
}
