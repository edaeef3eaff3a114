import { setImmediate } from "node:timers/promises";
import type { ObjectKey } from "../../api/meta.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { textAt, type JsonObject } from "../../base/json.ts";
import type { Logger } from "../../base/log.ts";
import { keyOf } from "./known-versions.ts";
import type { ResourceServing } from "./resource-serving.ts";
import { createWakeUp, type WakeUp } from "./wake-up.ts";

export interface DeleteGateDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly readServing: (signal: AbortSignal) => Promise<ResourceServing>;
}

export interface DeleteGateHandlers {
  /** An object that exists, or an object with a deletionTimestamp whose deletion is accepted. */
  readonly onObject: (object: JsonObject) => void;
  /**
   * The deletion is accepted. `unwatched`: no event of a watch reported only this deletion, because the object was missing in a
   * list, or a list followed at once.
   */
  readonly onGone: (key: ObjectKey, unwatched: boolean) => void;
  /** The object is being deleted together with its CustomResourceDefinition. Reported once for each object. */
  readonly onUnserved: (object: JsonObject) => void;
  /** Called after the first complete list that counts. */
  readonly onFirstList: () => void;
}

/** Filters events between a list-watch and the inventory: deletions of objects count only while their CustomResourceDefinition is served. */
export interface DeleteGate {
  readonly onObject: (object: JsonObject) => void;
  readonly onGone: (key: ObjectKey) => void;
  /** Call it after each complete list. */
  readonly onListed: () => void;
  /** Checks deletions until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** A deletion that isn't accepted yet. */
interface Departure {
  readonly since: Millis;
  /** The number of lists that had ended at that time. */
  readonly lists: number;
  /** The object with its deletionTimestamp. Undefined: it no longer exists. */
  readonly marked: JsonObject | undefined;
}

/**
 * How long a deletion waits before it can be accepted. If a definition is deleted, the API server deletes the objects first. The
 * discovery document of each replica shows the reason a moment later.
 */
const DELETE_BELIEF_MS: Millis = 3_000;
/** The time between two reads of the discovery document, while it shows that a deletion doesn't count. */
const POLL_MS: Millis = 5_000;
/** The event loop gets a turn after this many deletions. */
const YIELD_EVERY = 100;

interface Gate {
  readonly deps: DeleteGateDeps;
  readonly handlers: DeleteGateHandlers;
  readonly wakeUp: WakeUp;
  /** Oldest first. */
  readonly departures: Map<ObjectKey, Departure>;
  /** Objects with a deletionTimestamp whose deletion is accepted. */
  readonly believed: Set<ObjectKey>;
  /** Objects that were reported as unserved. */
  readonly reported: Set<ObjectKey>;
  /** The number of complete lists so far. */
  lists: number;
  /** When the last complete list ended. */
  listedAt: Millis | undefined;
  /** The last time when the resource was not served. Undefined: lists count. */
  unservedAt: Millis | undefined;
  /** The time of the last check without a result. */
  checkedAt: Millis | undefined;
  hasFirstList: boolean;
}

/**
 * Decides which deletions count. A deleted CustomResourceDefinition deletes all of its objects. dnsalias treats these objects as
 * unread, not as deleted: they stay as they were last read until the definition is served again. Then the first complete list
 * counts.
 */
export function createDeleteGate(deps: DeleteGateDeps, handlers: DeleteGateHandlers): DeleteGate {
  const gate: Gate = {
    deps,
    handlers,
    wakeUp: createWakeUp(),
    departures: new Map(),
    believed: new Set(),
    reported: new Set(),
    lists: 0,
    listedAt: undefined,
    unservedAt: undefined,
    checkedAt: undefined,
    hasFirstList: false,
  };
  return {
    onObject: (object) => noteObject(gate, object),
    onGone: (key) => noteGone(gate, key),
    onListed() {
      gate.lists += 1;
      gate.listedAt = deps.clock.now();
      gate.wakeUp.wake();
    },
    run: (signal) => run(gate, signal),
  };
}

/** A gate for resources that are always served. Every deletion counts at once. */
export function openGate({ onObject, onGone, onFirstList }: DeleteGateHandlers): DeleteGate {
  return {
    onObject,
    onGone: (key) => onGone(key, false),
    onListed: onFirstList,
    run: async () => undefined,
  };
}

function noteObject(gate: Gate, object: JsonObject): void {
  const key = keyOf(object);
  const isMarked = textAt(object, "metadata", "deletionTimestamp") !== "";
  if (isMarked && !gate.believed.has(key)) {
    depart(gate, key, object);
    return;
  }
  if (!isMarked) {
    gate.departures.delete(key);
    gate.believed.delete(key);
  }
  gate.handlers.onObject(object);
}

function noteGone(gate: Gate, key: ObjectKey): void {
  if (gate.believed.delete(key)) {
    gate.handlers.onGone(key, false);
  } else {
    depart(gate, key, undefined);
  }
}

function depart({ deps, departures, wakeUp, lists }: Gate, key: ObjectKey, marked: JsonObject | undefined): void {
  const first = departures.get(key) ?? { since: deps.clock.now(), lists };
  departures.set(key, { ...first, marked });
  wakeUp.wake();
}

async function run(gate: Gate, signal: AbortSignal): Promise<void> {
  const { clock, log } = gate.deps;
  while (!signal.aborted) {
    const waitMs = nextCheckMs(gate);
    if (waitMs === undefined) {
      await gate.wakeUp.woken(signal);
    } else if (waitMs > 0) {
      await clock.sleep(waitMs, signal).catch(() => undefined);
    } else {
      await check(gate, signal).catch((error: unknown) => {
        gate.checkedAt = clock.now();
        if (!signal.aborted) {
          log.error({ err: error }, "deletions not checked");
        }
      });
    }
  }
}

/** The time until the next check. Undefined: there is nothing to check. */
function nextCheckMs({ deps, departures, listedAt, hasFirstList, checkedAt }: Gate): Millis | undefined {
  const waitsForList = !hasFirstList && listedAt !== undefined;
  const [oldest] = departures.values();
  if (oldest === undefined && !waitsForList) {
    return undefined;
  }
  const due = waitsForList || oldest === undefined ? -Infinity : oldest.since + DELETE_BELIEF_MS;
  return Math.max(due, checkedAt === undefined ? -Infinity : checkedAt + POLL_MS) - deps.clock.now();
}

async function check(gate: Gate, signal: AbortSignal): Promise<void> {
  const startedAt = gate.deps.clock.now();
  const serving = await gate.deps.readServing(signal);
  gate.checkedAt = gate.deps.clock.now();
  if (serving === "unserved") {
    recordUnserved(gate);
  } else if (serving !== "unknown" && isListedAgain(gate)) {
    await settle(gate, startedAt);
  }
}

function recordUnserved(gate: Gate): void {
  const { deps, departures, reported, handlers } = gate;
  if (gate.unservedAt === undefined) {
    deps.log.warn({ objects: departures.size }, "custom resource not served; keeping the objects that were read last");
  }
  gate.unservedAt = deps.clock.now();
  for (const [key, { marked }] of departures) {
    if (marked !== undefined && !reported.has(key)) {
      reported.add(key);
      handlers.onUnserved(marked);
    }
  }
}

/** True unless the resource was unserved and no list has ended since. */
function isListedAgain({ listedAt, unservedAt }: Gate): boolean {
  return unservedAt === undefined || (listedAt !== undefined && listedAt > unservedAt);
}

/**
 * Accepts deletions after a check found that the resource is served. Deletions must be old enough, but with the first list all of
 * them count.
 */
async function settle(gate: Gate, startedAt: Millis): Promise<void> {
  const isFirst = !gate.hasFirstList && gate.listedAt !== undefined;
  let count = 0;
  for (const [key, departure] of gate.departures) {
    if (isFirst || departure.since + DELETE_BELIEF_MS <= startedAt) {
      believe(gate, key, departure);
      count += 1;
      if (count % YIELD_EVERY === 0) {
        await setImmediate();
      }
    }
  }
  if (gate.unservedAt !== undefined) {
    gate.deps.log.info({}, "custom resource served again");
  }
  gate.unservedAt = undefined;
  gate.checkedAt = undefined;
  gate.reported.clear();
  if (isFirst) {
    gate.hasFirstList = true;
    gate.handlers.onFirstList();
  }
}

function believe({ departures, believed, lists, handlers }: Gate, key: ObjectKey, departure: Departure): void {
  const { marked } = departure;
  departures.delete(key);
  if (marked === undefined) {
    handlers.onGone(key, lists > departure.lists);
  } else {
    believed.add(key);
    handlers.onObject(marked);
  }
}
