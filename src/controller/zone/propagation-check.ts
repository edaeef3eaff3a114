import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { byCodeUnit, sameMembers } from "../../base/order.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, type AliasType, rrsetKey } from "../../dns/record.ts";
import type { ServingEndpoint } from "../../providers/provider.ts";
import type { Observer } from "../ports/observer.ts";
import type { ServerAnswer, EndpointsOf } from "../ports/servers.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import type { PendingChange, ZoneState } from "./state/zone-state.ts";

export interface PropagationCheckDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  readonly endpointsOf: EndpointsOf;
  /** Asks one server for a record set that it serves. */
  readonly queryServer: (
    endpoint: ServingEndpoint,
    name: Name,
    type: AliasType,
    signal: AbortSignal,
  ) => Promise<ServerAnswer>;
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/** A server takes a zone up as a whole, so where more names changed than this, an even sample of them stands for all. */
const SAMPLE = 256;
const CONCURRENT_QUESTIONS = 16;
/** Waits between rounds: first, and at most, while a server is behind. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2_000;
/** The kubelet may take 90 s and CoreDNS's own reload 45 s: beyond both something is wrong, and asking slows down. */
const SLOW_AFTER_MS = 150_000;
const SLOW_WAIT_MS = 10_000;
/** Servers come and go: how often their list is compared when all is well. */
const IDLE_WAIT_MS = 30_000;

/** One round of asking every server of a zone for what is written; says when the next round is due. */
export async function checkPropagation(
  deps: PropagationCheckDeps,
  state: ZoneState,
  signal: AbortSignal,
): Promise<Requeue> {
  const endpoints = await deps.endpointsOf(state.zone, signal);
  if (endpoints.length === 0) {
    return takeAsServed(deps, state);
  }
  const queried = new Map(state.unconfirmed);
  recordServers(state, endpoints);
  await Promise.all(endpoints.map((endpoint) => queryOne(deps, state, endpoint, signal)));
  return settleRound(deps, state, { total: endpoints.length, queried });
}

/** A server that is new has to show everything; one that is gone no longer counts. */
function recordServers(state: ZoneState, endpoints: readonly ServingEndpoint[]): void {
  const present = new Set(endpoints.map(endpointText));
  for (const known of state.laggingNames.keys()) {
    if (!present.has(known)) {
      state.laggingNames.delete(known);
    }
  }
  const everything = [...state.own.values()].map(({ name }) => name);
  for (const text of present) {
    const names = state.laggingNames.get(text);
    if (names === undefined) {
      state.laggingNames.set(text, new Set(everything));
    } else {
      for (const name of state.unconfirmed.keys()) {
        names.add(name);
      }
    }
  }
}

async function queryOne(
  deps: PropagationCheckDeps,
  state: ZoneState,
  endpoint: ServingEndpoint,
  signal: AbortSignal,
): Promise<void> {
  const names = state.laggingNames.get(endpointText(endpoint)) ?? new Set<Name>();
  const queried = sample([...names].sort(byCodeUnit));
  // What is wanted is taken once: a write in between is proved in the next round.
  const wanted = state.own;
  const served: Name[] = [];
  const queue = [...queried];
  const worker = async (): Promise<void> => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (await serves(deps, endpoint, name, wanted, signal)) {
        served.push(name);
      } else if (names.size > SAMPLE) {
        // One name that is behind shows that the whole zone is: no need to ask on.
        queue.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_QUESTIONS }, worker));
  if (served.length === queried.length) {
    names.clear();
  } else {
    served.forEach((name) => names.delete(name));
  }
}

/** A name that was withdrawn is not asked for: another record may answer there rightly (a wildcard, the team's own). */
async function serves(
  deps: PropagationCheckDeps,
  endpoint: ServingEndpoint,
  name: Name,
  wanted: ZoneState["own"],
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

interface Round {
  readonly total: number;
  /** What was unproved when the round began; what was written since waits for the next. */
  readonly queried: ZoneState["unconfirmed"];
}

function settleRound(deps: PropagationCheckDeps, state: ZoneState, { total, queried }: Round): Requeue {
  const zone = objectKey(state.zone.meta);
  const now = deps.clock.now();
  const current = [...state.laggingNames.values()].filter((names) => names.size === 0).length;
  const lagging = [...state.laggingNames.values()];
  const confirmed = [...queried].filter(
    ([name, entry]) => state.unconfirmed.get(name) === entry && !lagging.some((names) => names.has(name)),
  );
  for (const [name, pendingChange] of confirmed) {
    state.unconfirmed.delete(name);
    state.publishedAt.set(name, now);
    recordLag(deps, state, pendingChange, now);
  }
  const known = takeKnown(state, (name) => !lagging.some((names) => names.has(name)), now);
  const laggingSince = current === total ? undefined : (state.propagation.laggingSince ?? now);
  const slow = laggingSince !== undefined && now - laggingSince > SLOW_AFTER_MS;
  const before = state.propagation;
  state.propagation = { total, current, laggingSince, slow };
  deps.observer.propagation(zone, current, total);
  if (slow && !before.slow) {
    deps.log.warn({ zone, current, total }, "propagation is slow");
  }
  const wholeZone = before.current !== current || before.total !== total || before.slow !== slow;
  const changed = [...confirmed.map(([name]) => name), ...known];
  if (wholeZone || changed.length > 0) {
    deps.onChanged(zone, wholeZone ? undefined : changed);
  }
  return { requeue: { afterMs: nextWaitMs(now, laggingSince, slow) } };
}

function nextWaitMs(now: Millis, laggingSince: Millis | undefined, slow: boolean): Millis {
  if (laggingSince === undefined) {
    return IDLE_WAIT_MS;
  }
  // A twentieth of the wait so far: close to the moment when it is short, and few questions when it is long.
  return slow ? SLOW_WAIT_MS : Math.max(FIRST_WAIT_MS, Math.min(MAX_WAIT_MS, (now - laggingSince) / 20));
}

/** Without a server to ask, what is written is all that can be said. */
function takeAsServed(deps: PropagationCheckDeps, state: ZoneState): Requeue {
  const confirmed = [...state.unconfirmed.keys()];
  for (const name of confirmed) {
    state.publishedAt.set(name, deps.clock.now());
  }
  state.unconfirmed.clear();
  const names = [...confirmed, ...takeKnown(state, () => true, deps.clock.now())];
  state.laggingNames.clear();
  const known = state.propagation.total !== undefined;
  state.propagation = { total: undefined, current: 0, laggingSince: undefined, slow: false };
  if (names.length > 0 || known) {
    deps.onChanged(objectKey(state.zone.meta), known ? undefined : names);
  }
  return { requeue: { afterMs: IDLE_WAIT_MS } };
}

/** What an earlier process wrote and every server serves was published then; nobody says when, so it is now. */
function takeKnown(state: ZoneState, isServed: (name: Name) => boolean, now: Millis): readonly Name[] {
  const known = new Set<Name>();
  for (const { name } of state.own.values()) {
    if (!state.publishedAt.has(name) && !state.unconfirmed.has(name) && isServed(name)) {
      known.add(name);
      state.publishedAt.set(name, now);
    }
  }
  return [...known];
}

function recordLag(
  deps: PropagationCheckDeps,
  state: ZoneState,
  { at, lastSuccessBefore }: PendingChange,
  now: Millis,
): void {
  const lagMs = now - at;
  state.lags = [...state.lags.slice(1 - KEPT_LAGS), lagMs];
  deps.observer.propagated(
    objectKey(state.zone.meta),
    lagMs,
    lastSuccessBefore === undefined ? undefined : now - lastSuccessBefore,
  );
}

const KEPT_LAGS = 50;

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
