import type { Millis } from "../../base/clock.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { AliasType } from "../../dns/record.ts";
import type { Write } from "../../plan/change.ts";
import type { BackendApplyResult, BackendChange, RecordsRejected } from "../backend.ts";
import type { ApplyRequest, ApplyResult, Rejection } from "../provider.ts";
import { type Sent, splitBatch } from "../split-batch.ts";
import { afterChanges, batchOf, setOf, type TouchedName } from "./batch.ts";
import { ownerNameIn } from "./marker-name.ts";
import { makeView, readView, remember, type State, type View } from "./owned-view.ts";
import { problemOf, rebase } from "./rebase-write.ts";

/**
 * Makes the writes as one batch, each with its marker. If the backend rejects some records of the batch, the others are sent
 * without them. A rejected write is sent again separately once a minute.
 */
export async function applyOwned(
  state: State,
  { zone, writes }: ApplyRequest,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { backend, view } = state;
  if (view === undefined || view.revision !== zone.revision) {
    return { kind: "conflict", message: `the plan is out of date: ${backend.id} was read again after it was made` };
  }
  const problem = writes.map((write) => problemOf(state, view, write)).find((found) => found !== undefined);
  if (problem !== undefined) {
    return problem;
  }
  const items = itemsOf(view, writes);
  const session = newSession(state, view, signal);
  state.view = undefined;
  const stop = await sendAll(session, items);
  if (stop !== undefined) {
    return stop;
  }
  state.view = session.view;
  return appliedAs(session, items);
}

/** The maximum number of batches in one call. It limits the load that a zone with many rejected records causes at the server. */
const MAX_BATCHES = 32;
/** Below 60 s, after which the budget ends a call. */
const MAX_DURATION_MS: Millis = 20_000;
const CONTINUE_AFTER_MS: Millis = 1_000;

interface Session {
  readonly state: State;
  readonly signal: AbortSignal;
  /** The zone after all batches so far. */
  view: View;
  serial: number | undefined;
  wrote: boolean;
  batches: number;
  readonly startedAt: Millis;
  /** The keys of items that are done. */
  readonly done: Set<string>;
}

function newSession(state: State, view: View, signal: AbortSignal): Session {
  const startedAt = state.clock.now();
  return { state, signal, view, serial: undefined, wrote: false, batches: 0, startedAt, done: new Set() };
}

/** One write, or a name whose marker must be corrected. */
interface Item {
  readonly key: string;
  readonly name: Name;
  readonly type: AliasType | undefined;
  readonly write: Write | undefined;
}

type Stop = Exclude<ApplyResult, { readonly kind: "applied" }>;

function itemsOf({ ownership }: View, writes: readonly Write[]): readonly Item[] {
  const byName = Map.groupBy(writes, (write) => setOf(write).name);
  return [...ownership].flatMap(([name, { lost, leftover }]): readonly Item[] => {
    const own = byName.get(name) ?? [];
    return own.length === 0 && (lost.length > 0 || leftover)
      ? [markerItem(name)]
      : own.map((write) => itemOf(name, write));
  });
}

function markerItem(name: Name): Item {
  return { key: `${name} marker`, name, type: undefined, write: undefined };
}

function itemOf(name: Name, write: Write): Item {
  const { type } = setOf(write);
  return { key: `${name} ${type} ${write.kind === "delete" ? "delete" : "put"}`, name, type, write };
}

/** Sends the writes without a rejection first, so that rejected writes cannot delay them. */
async function sendAll(session: Session, items: readonly Item[]): Promise<Stop | undefined> {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const markers = new Map(items.map(({ name }) => markerItem(name)).map((item) => [item.key, item]));
  const plan = session.state.rejections.plan([...new Set([...byKey.keys(), ...markers.keys()])]);
  const stop = (await split(session, pick(byKey, plan.fresh))) ?? (await retry(session, pick(byKey, plan.due)));
  const isUntidy = ({ name }: Item): boolean => {
    const { leftover = false, lost = [] } = session.view.ownership.get(name) ?? {};
    return leftover || lost.length > 0;
  };
  return stop ?? split(session, pick(markers, [...plan.fresh, ...plan.due]).filter(isUntidy));
}

/** Tries rejected writes again: as one batch, and then one by one. */
async function retry(session: Session, due: readonly Item[]): Promise<Stop | undefined> {
  if (due.length === 0 || !mayContinue(session)) {
    return undefined;
  }
  const all = await send(session, due);
  if (all.kind === "done") {
    return undefined;
  }
  return all.kind === "stopped" ? all.result : retryEach(session, due, all);
}

function pick(items: ReadonlyMap<string, Item>, keys: readonly string[]): readonly Item[] {
  return keys.flatMap((key) => items.get(key) ?? []);
}

/** Retries the items one by one, because most of them are still rejected. */
async function retryEach(session: Session, due: readonly Item[], all: Rejected): Promise<Stop | undefined> {
  const { rejections } = session.state;
  for (const item of due) {
    if (!mayContinue(session)) {
      rejections.postpone(item.key);
      continue;
    }
    const sent = due.length === 1 ? all : await send(session, [item]);
    if (sent.kind === "stopped") {
      return sent.result;
    }
    if (sent.kind === "rejected") {
      rejections.reject(item.key, sent.named?.find((one) => one.item === item)?.cause ?? sent.cause);
    }
  }
  return undefined;
}

async function split(session: Session, items: readonly Item[]): Promise<Stop | undefined> {
  const result = await splitBatch<Item, Stop>(items, {
    send: (part) => send(session, part),
    groupOf: ({ name }) => name,
    typeOf: ({ type }) => type ?? "TXT",
    mayContinue: () => mayContinue(session),
  });
  for (const { item, cause } of result.rejected) {
    session.state.rejections.reject(item.key, cause);
  }
  return result.stop;
}

function mayContinue({ state, batches, startedAt }: Session): boolean {
  return batches < MAX_BATCHES && state.clock.now() - startedAt < MAX_DURATION_MS;
}

type Rejected = Extract<Sent<Item, Stop>, { readonly kind: "rejected" }>;

/** Sends the remaining writes of the items, with their markers. */
async function send(session: Session, items: readonly Item[]): Promise<Sent<Item, Stop>> {
  const { state, view } = session;
  const { lastWritten, own, backend } = state;
  const rebased = items.map((item) => ({ item, write: item.write && rebase(view, item.write) }));
  const moved = rebased.find(({ write }) => write === "conflict");
  if (moved !== undefined) {
    const message = `${displayName(moved.item.name)} ${moved.item.type} was changed by another writer during the write`;
    return { kind: "stopped", result: { kind: "conflict", message } };
  }
  const writes = rebased.flatMap(({ write }) => (write === undefined || write === "conflict" ? [] : write));
  const changes = batchOf({
    sets: view.sets,
    names: touchedNames(view, items, writes),
    own,
    resourceOf: (name) => lastWritten.resourceOf(name),
    capabilities: backend.capabilities,
  });
  if (changes.length === 0) {
    return done(session, items);
  }
  session.batches += 1;
  const result = await attempt(state, changes, session.signal);
  switch (result.kind) {
    case "applied":
      takeOver(session, changes, result);
      return done(session, items);
    case "rejected":
      return rejected(session, items, result);
    case "conflict":
    case "refused":
    case "failed":
      return { kind: "stopped", result };
  }
}

function done(session: Session, items: readonly Item[]): Sent<Item, Stop> {
  for (const { key } of items) {
    session.done.add(key);
    session.state.rejections.accept(key);
  }
  return { kind: "done" };
}

function touchedNames({ ownership }: View, items: readonly Item[], writes: readonly Write[]): readonly TouchedName[] {
  const byName = Map.groupBy(writes, (write) => setOf(write).name);
  return [...new Set(items.map(({ name }) => name))].flatMap((name) => {
    const found = ownership.get(name);
    const own = byName.get(name) ?? [];
    return found !== undefined && (own.length > 0 || found.lost.length > 0 || found.leftover)
      ? [{ name, ownership: found, writes: own }]
      : [];
  });
}

/** A failed write may have taken effect, so its records count as records of dnsalias. */
async function attempt(
  { backend, lastWritten }: State,
  changes: readonly BackendChange[],
  signal: AbortSignal,
): Promise<BackendApplyResult> {
  try {
    const result = await backend.apply({ changes }, signal);
    if (result.kind === "failed" || (result.kind === "rejected" && result.partial === true)) {
      lastWritten.tried(changes);
    }
    return result;
  } catch (error) {
    lastWritten.tried(changes);
    throw error;
  }
}

function takeOver(
  session: Session,
  changes: readonly BackendChange[],
  { serial, wrote }: Extract<ApplyResult, { readonly kind: "applied" }>,
): void {
  const { state, view } = session;
  state.lastWritten.wrote(changes);
  session.view = makeView(state, {
    names: new Set(view.ownership.keys()),
    sets: afterChanges(view.sets, changes).values(),
    serial,
    obstacleOf: view.obstacleOf,
  });
  session.serial = serial ?? session.serial;
  session.wrote ||= wrote;
  remember(state, session.view);
}

/** Reads the zone after a partly applied batch, so that the next batch starts with the current records. */
async function rejected(
  session: Session,
  items: readonly Item[],
  { message, records = [], partial, outage }: RecordsRejected,
): Promise<Sent<Item, Stop>> {
  const { state, view, signal } = session;
  if (partial === true) {
    session.wrote = true;
    const got = await readView(state, [...view.ownership.keys()], signal);
    if (got.kind !== "ok") {
      return { kind: "stopped", result: got };
    }
    session.view = got.view;
  }
  const named = items.flatMap((item) => {
    const found = records.find(({ name, type }) => isAbout(state.domain, { name, type }, item));
    return found === undefined ? [] : [{ item, cause: { reason: found.reason, message: found.message } }];
  });
  return {
    kind: "rejected",
    cause: { reason: "Rejected", message, ...(outage !== undefined && { mayPass: true }) },
    ...(named.length > 0 && { named }),
    ...(outage !== undefined && { outage }),
  };
}

/** Whether a rejection concerns the name of an item. A rejected marker prevents all writes at its name. */
function isAbout(domain: Name, record: { readonly name: Name; readonly type: string }, { name, type }: Item): boolean {
  return record.type === "TXT"
    ? ownerNameIn(domain, record.name) === name
    : record.name === name && (record.type === type || type === undefined);
}

function appliedAs({ state, view, serial, wrote, done }: Session, items: readonly Item[]): ApplyResult {
  const { rejections } = state;
  const rejected: Rejection[] = [];
  const deferred: Write[] = [];
  for (const { key, write } of items) {
    const cause = rejections.causeOf(key);
    if (write !== undefined && cause !== undefined) {
      rejected.push({ write, reason: cause.reason, message: cause.message });
    } else if (write !== undefined && !done.has(key)) {
      deferred.push(write);
    }
  }
  const nextMs = deferred.length > 0 ? CONTINUE_AFTER_MS : rejections.nextRetryMs();
  return {
    kind: "applied",
    revision: view.revision,
    wrote,
    ...(serial !== undefined && { serial }),
    ...(rejected.length > 0 && { rejected }),
    ...(deferred.length > 0 && { deferred }),
    ...(nextMs !== undefined && { retryAfterMs: Math.max(CONTINUE_AFTER_MS, nextMs) }),
  };
}
