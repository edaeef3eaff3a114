import { createHash } from "node:crypto";
import { sentences } from "../../api/condition/sentence.ts";
import { API_GROUP, API_VERSION, type ObjectMeta } from "../../api/meta.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { ReportedEvent } from "../../controller/ports/reporter.ts";
import { createEventCorrelator, type EventCorrelator, type EventKey } from "./event-correlator.ts";
import { microTime } from "../client/micro-time.ts";
import { EVENTS, pathOf } from "../client/resource.ts";
import { describeResult } from "../client/api-result.ts";
import { MERGE_PATCH, type KubeRequest, type Transport } from "../client/transport.ts";

interface OfferedEvent {
  readonly kind: "DnsAlias" | "DnsZone";
  readonly meta: ObjectMeta;
  readonly event: ReportedEvent;
}

/** Accepts Events at any rate, never blocks, and never throws. Events beyond the limit are dropped. */
export interface EventRecorder extends AsyncDisposable {
  offer(offered: OfferedEvent): void;
}

export interface EventRecorderDeps {
  readonly transport: Transport;
  /** A wall clock, because it dates Events. */
  readonly clock: Clock;
  readonly log: Logger;
  /** The name of this Pod or host. */
  readonly instance: string;
}

export function createEventRecorder(deps: EventRecorderDeps): EventRecorder {
  const stop = new AbortController();
  const state: RecorderState = { deps, correlator: createEventCorrelator(), queue: [], signal: stop.signal };
  let draining: Promise<void> | undefined;
  return {
    offer: (offered) => {
      if (stop.signal.aborted || state.queue.length >= MAX_QUEUE) {
        return;
      }
      const request = decide(state, offered);
      if (request !== undefined) {
        state.queue.push(request);
        draining ??= drain(state).finally(() => {
          draining = undefined;
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      // Queued Events get one second to be sent, because users often look for the last Events of a run.
      const timer = setTimeout(() => stop.abort(), LAST_MOMENT_MS);
      await draining;
      clearTimeout(timer);
      stop.abort();
    },
  };
}

interface RecorderState {
  readonly deps: EventRecorderDeps;
  readonly correlator: EventCorrelator;
  readonly queue: Queued[];
  readonly signal: AbortSignal;
}

interface Queued {
  readonly request: KubeRequest;
  readonly eventKey: EventKey;
}

const MAX_QUEUE = 1_000;
const LAST_MOMENT_MS = 1_000;
/** events.k8s.io/v1: note at most 1 kB, reportingInstance at most 128 characters. */
const MAX_NOTE = 1_000;
const MAX_INSTANCE = 128;

function decide({ deps, correlator }: RecorderState, offered: OfferedEvent): Queued | undefined {
  const { meta, event } = offered;
  const eventKey = { object: meta.uid, text: `${event.type} ${event.reason} ${event.message}` };
  const now = deps.clock.now();
  const decision = correlator.decide(eventKey, now);
  if (decision.kind === "create") {
    return { eventKey, request: creation(deps, offered, eventKey, now) };
  }
  return decision.kind === "repeat"
    ? { eventKey, request: repetition(meta, eventKey, decision.count, now) }
    : undefined;
}

async function drain({ deps, correlator, queue, signal }: RecorderState): Promise<void> {
  for (let queued = queue.shift(); queued !== undefined && !signal.aborted; queued = queue.shift()) {
    const result = await deps.transport.request(queued.request, signal).catch(() => undefined);
    if (result === undefined || result.kind === "ok") {
      continue;
    }
    if (result.kind === "status" && result.code === 404 && queued.request.method === "PATCH") {
      correlator.forget(queued.eventKey);
    } else if (result.kind !== "status" || result.code !== 409) {
      deps.log.debug({ err: describeResult(result) }, "event not recorded");
    }
  }
}

function creation(
  deps: EventRecorderDeps,
  { kind, meta, event }: OfferedEvent,
  eventKey: EventKey,
  now: Millis,
): KubeRequest {
  const { namespace, name, uid, resourceVersion } = meta;
  return {
    method: "POST",
    path: pathOf(EVENTS, { namespace }),
    body: {
      apiVersion: EVENTS.apiVersion,
      kind: EVENTS.kind,
      metadata: { namespace, name: eventName(meta, eventKey) },
      eventTime: microTime(now),
      reportingController: `${API_GROUP}/controller`,
      reportingInstance: deps.instance.slice(0, MAX_INSTANCE),
      action: "Reconcile",
      type: event.type,
      reason: event.reason,
      note: clip(sentences([event.message])),
      regarding: { apiVersion: `${API_GROUP}/${API_VERSION}`, kind, namespace, name, uid, resourceVersion },
    },
  };
}

function repetition(meta: ObjectMeta, eventKey: EventKey, count: number, now: Millis): KubeRequest {
  return {
    method: "PATCH",
    path: pathOf(EVENTS, { namespace: meta.namespace, name: eventName(meta, eventKey) }),
    contentType: MERGE_PATCH,
    body: { series: { count, lastObservedTime: microTime(now) } },
  };
}

/**
 * Equal reports have the same Event name. A restarted controller finds the previous Event (409) and does not create a second one.
 */
function eventName({ name }: ObjectMeta, { object, text }: EventKey): string {
  const digest = createHash("sha256").update(`${object} ${text}`).digest("hex").slice(0, 16);
  return `${name.slice(0, 200)}.${digest}`;
}

function clip(message: string): string {
  const bytes = Buffer.from(message);
  return bytes.length <= MAX_NOTE ? message : `${bytes.subarray(0, MAX_NOTE).toString("utf8").replace(/�*$/, "")}…`;
}
