import { setImmediate } from "node:timers/promises";
import type { Backoff } from "../../base/backoff.ts";
import type { Clock, Millis, Random } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import { jsonLines } from "./json-lines.ts";
import {
  LIST_WATCH_BACKOFF,
  LIST_WATCH_START,
  nextStep,
  type ListWatchOutcome,
  type ListWatchState,
} from "./list-watch-state.ts";
import { pathOf, type Resource } from "../client/resource.ts";
import { describeResult, toStatus } from "../client/api-result.ts";
import { createKnownVersions, type KnownVersions } from "./known-versions.ts";
import type { Transport } from "../client/transport.ts";
import { isObject, listAt, parseJson, textAt, type JsonObject, memberAt } from "../../base/json.ts";

export interface ListWatchDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Called when a list or a watch restarts after a failure; `cause` is the next step. */
  readonly onRestart?: (resource: string, cause: "list" | "page" | "watch") => void;
}

export interface ListWatchSpec {
  readonly resource: Resource;
  /** Undefined: all namespaces. */
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string;
  /** Only `metadata` is requested and returned. */
  readonly metadataOnly?: boolean;
  /** The number of objects in a page. Defaults to 500. */
  readonly pageSize?: number;
  /** How long the server keeps a watch, in seconds. Defaults to 290. */
  readonly watchSeconds?: number;
  /** A watch that is silent for this long counts as broken (bookmarks come every minute). Defaults to 150 s. */
  readonly idleMs?: Millis;
  readonly backoff?: Backoff;
}

/** Errors of the handlers are logged, and do not end the list-watch. Objects are trimmed, see {@link trimObject}. */
export interface ListWatchHandlers {
  /** Receives an object that is new, or that has another resourceVersion than the last time. */
  readonly onObject: (object: JsonObject) => void;
  /** The object was deleted, or is missing in a new list. */
  readonly onGone: (key: string) => void;
  /** Called after each complete list. */
  readonly onListed: () => void;
  /** Called on a change, with the reason why there are no events, and its HTTP status if there is one. Undefined: it works. */
  readonly onTrouble: (trouble: string | undefined, code?: number) => void;
}

/** Lists and watches until the signal aborts. No error ends it. */
export async function runListWatch(
  deps: ListWatchDeps,
  spec: ListWatchSpec,
  handlers: ListWatchHandlers,
  signal: AbortSignal,
): Promise<void> {
  const context: ListWatchContext = { deps, spec, handlers, knownVersions: createKnownVersions(), signal };
  let state = LIST_WATCH_START;
  const advance = (outcome: ListWatchOutcome): void => {
    const before = state.trouble;
    state = nextStep(state, outcome, { backoff: spec.backoff ?? LIST_WATCH_BACKOFF, random: deps.random });
    if (state.step.kind === "wait" && outcome.kind !== "moved") {
      deps.onRestart?.(spec.resource.plural, state.step.next);
    }
    if (state.trouble !== before) {
      recordTrouble(context, state, outcome.kind === "status" ? outcome.code : undefined);
    }
  };
  while (!signal.aborted) {
    try {
      advance(await perform(context, state, advance));
    } catch (error) {
      if (!signal.aborted) {
        advance({ kind: "broken", message: messageOf(error) });
      }
    }
  }
}

interface ListWatchContext {
  readonly deps: ListWatchDeps;
  readonly spec: ListWatchSpec;
  readonly handlers: ListWatchHandlers;
  readonly knownVersions: KnownVersions;
  readonly signal: AbortSignal;
}

type Advance = (outcome: ListWatchOutcome) => void;

/** The event loop gets a turn after this many objects, so that Leases, health checks and answers are not delayed. */
const YIELD_EVERY = 100;

async function perform(
  context: ListWatchContext,
  { step }: ListWatchState,
  advance: Advance,
): Promise<ListWatchOutcome> {
  switch (step.kind) {
    case "list":
      return listPage(context, step.token);
    case "watch":
      return watch(context, step.resourceVersion, advance);
    case "wait":
      await context.deps.clock.sleep(step.ms, context.signal);
      return { kind: "waited" };
  }
}

async function listPage(context: ListWatchContext, token: string): Promise<ListWatchOutcome> {
  const { deps, spec, knownVersions, signal } = context;
  const path = pathOf(spec.resource, {
    namespace: spec.namespace,
    query: {
      limit: String(spec.pageSize ?? 500),
      ...(token === "" ? {} : { continue: token }),
      ...(spec.fieldSelector === undefined ? {} : { fieldSelector: spec.fieldSelector }),
    },
  });
  const request = {
    method: "GET",
    path,
    timeoutMs: 60_000,
    accept: acceptOf(spec, "PartialObjectMetadataList"),
  } as const;
  const result = await deps.transport.request(request, signal);
  if (result.kind !== "ok") {
    const message = describeResult(result);
    return result.kind === "status" ? { ...result, message } : { kind: "broken", message };
  }
  if (token === "") {
    knownVersions.beginList();
  }
  await applyList(context, listAt(result.body, "items"));
  const next = textAt(result.body, "metadata", "continue");
  if (next === "") {
    knownVersions.endList().forEach((key) => guarded(context, () => context.handlers.onGone(key)));
    guarded(context, () => context.handlers.onListed());
  }
  return { kind: "page", token: next, resourceVersion: textAt(result.body, "metadata", "resourceVersion") };
}

async function applyList(context: ListWatchContext, items: readonly unknown[]): Promise<void> {
  await setImmediate();
  for (const [index, item] of items.entries()) {
    if (isObject(item)) {
      applyObject(context, item);
    }
    if (index % YIELD_EVERY === YIELD_EVERY - 1) {
      await setImmediate();
    }
  }
}

function applyObject(context: ListWatchContext, object: JsonObject): void {
  if (context.knownVersions.see(object)) {
    // Items of a list have neither apiVersion nor kind.
    const { apiVersion, kind } = context.spec.resource;
    guarded(context, () => context.handlers.onObject({ apiVersion, kind, ...trimObject(object) }));
  }
}

async function watch(context: ListWatchContext, resourceVersion: string, advance: Advance): Promise<ListWatchOutcome> {
  const { deps, spec, signal } = context;
  const startedAt = deps.clock.now();
  const path = pathOf(spec.resource, {
    namespace: spec.namespace,
    query: {
      watch: "1",
      allowWatchBookmarks: "true",
      resourceVersion,
      timeoutSeconds: String(Math.ceil((spec.watchSeconds ?? 290) * (1 + 0.2 * deps.random()))),
      ...(spec.fieldSelector === undefined ? {} : { fieldSelector: spec.fieldSelector }),
    },
  });
  const accept = acceptOf(spec, "PartialObjectMetadata");
  const result = await deps.transport.stream({ path, accept, idleMs: spec.idleMs ?? 150_000 }, signal);
  if (result.kind !== "stream") {
    const message = describeResult(result);
    return result.kind === "status" ? { ...result, message } : { kind: "broken", message };
  }
  advance({ kind: "watching" });
  let count = 0;
  for await (const line of jsonLines(result.chunks)) {
    const outcome = applyWatchEvent(context, parseJson(line));
    if (outcome.kind !== "moved") {
      return outcome;
    }
    advance(outcome);
    count += 1;
    if (count % YIELD_EVERY === 0) {
      await setImmediate();
    }
  }
  return { kind: "ended", tookMs: deps.clock.now() - startedAt };
}

function applyWatchEvent(context: ListWatchContext, event: unknown): ListWatchOutcome {
  const object = isObject(event) ? event["object"] : undefined;
  const type = textAt(event, "type");
  if (type === "ERROR") {
    return { ...toStatus(500, object), message: `the watch was ended: ${textAt(object, "message")}` };
  }
  if (!isObject(object)) {
    return { kind: "broken", message: "the watch sent a line that is not an event" };
  }
  if (type === "DELETED") {
    const key = context.knownVersions.forget(object);
    if (key !== undefined) {
      guarded(context, () => context.handlers.onGone(key));
    }
  } else if (type === "ADDED" || type === "MODIFIED") {
    applyObject(context, object);
  }
  return { kind: "moved", resourceVersion: textAt(object, "metadata", "resourceVersion") };
}

function acceptOf(spec: ListWatchSpec, as: string): string {
  return spec.metadataOnly === true ? `application/json;as=${as};g=meta.k8s.io;v=v1` : "application/json";
}

function recordTrouble(
  { deps, spec, handlers }: ListWatchContext,
  state: ListWatchState,
  code: number | undefined,
): void {
  const fields = { resource: spec.resource.plural, namespace: spec.namespace };
  if (state.trouble === undefined) {
    deps.log.info(fields, "watching again");
  } else if (state.failures === 1) {
    deps.log.warn({ ...fields, err: state.trouble }, "watch interrupted");
  }
  handlers.onTrouble(state.trouble, code);
}

function guarded({ deps, spec }: ListWatchContext, call: () => void): void {
  try {
    call();
  } catch (error) {
    deps.log.error({ resource: spec.resource.plural, err: messageOf(error) }, "handler of a watched object failed");
  }
}

/** `kubectl apply` writes it: a second copy of the whole object. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Removes unused parts of an object: managedFields and the last-applied annotation. */
export function trimObject(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  if (!isObject(metadata)) {
    return object;
  }
  const { managedFields: _managedFields, ...kept } = metadata;
  const annotations = memberAt(metadata, "annotations");
  if (!isObject(annotations) || !(LAST_APPLIED in annotations)) {
    return { ...object, metadata: kept };
  }
  const { [LAST_APPLIED]: _lastApplied, ...others } = annotations;
  return { ...object, metadata: { ...kept, annotations: others } };
}
