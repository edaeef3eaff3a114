import type { Clock, Millis } from "../../base/clock.ts";
import { addressSet, parseAddress } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import type { AliasType } from "../../dns/record.ts";
import type { Write } from "../../plan/change.ts";
import { EXTERNAL_DNS_LACKS } from "../external-dns-types.ts";
import { checkedOwnerId, SHARED_OWNER_ID, sharedOwnerId, withoutOwnerId } from "../owner-id.ts";
import type { Applied, ApplyRequest, ApplyResult, ReadResult, Rejection, ZoneProvider } from "../provider.ts";
import { createRejectionMemory, type RejectionMemory } from "../rejection-memory.ts";
import { aliasesIn, aliasesText, objectFor, setsIn, writerOfOurs, type EndpointSet, type Ours } from "./convert.ts";
import type { EndpointConflict, EndpointProblem, EndpointStore, StoredEndpoint } from "./endpoint-store.ts";
import { actualOf, driftOf, unsound, viewOf, type View } from "./endpoint-view.ts";

export interface DnsEndpointDeps extends Ours {
  readonly store: EndpointStore;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Passes the names of a zone to a running ExternalDNS: one DNSEndpoint object for each hostname, which its `crd` source reads. Names, labels, and annotations
 * identify the objects of dnsalias. It reads all other objects of the namespace and never writes them.
 */
export function createDnsEndpointProvider(deps: DnsEndpointDeps): ZoneProvider {
  checkedOwnerId(deps.ownerId);
  if (deps.ownerId === SHARED_OWNER_ID) {
    return withoutOwnerId("dnsEndpoint", sharedOwnerId(deps.zone));
  }
  const rejections = createRejectionMemory(deps.clock);
  const state: State = { ...deps, rejections, view: undefined, left: new Map(), unseen: new Map() };
  return {
    id: "dnsEndpoint",
    lacks: EXTERNAL_DNS_LACKS,
    read: (ownerNames, signal) => read(state, ownerNames, signal),
    apply: (request, signal) => apply(state, request, signal),
  };
}

/** If no ExternalDNS has read an object after this time, the status has a warning. */
const UNSEEN_MS: Millis = 180_000;
const CONCURRENT_WRITES = 8;

interface State extends DnsEndpointDeps {
  /** The rejected writes, by {@link writeKey} and {@link marksKey}. */
  readonly rejections: RejectionMemory;
  view: View | undefined;
  /** The RRsets in each object after the last write of this process. They show whether an object was deleted. */
  left: Map<Name, readonly EndpointSet[]>;
  /** For each object (by uid): since when ExternalDNS has not read its present generation. */
  unseen: Map<string, { readonly generation: number; readonly since: Millis }>;
}

async function read(state: State, ownerNames: readonly Name[], signal: AbortSignal): Promise<ReadResult> {
  const list = await state.store.list(signal);
  if (list.kind !== "ok") {
    return list;
  }
  const view = viewOf(list.objects, state);
  state.view = view;
  const drift = driftOf(view, state.left);
  state.left = new Map([...view.ours].map(([name, object]) => [name, setsIn(object, name)]));
  const warning = warningOf(state, view);
  return {
    kind: "ok",
    zone: {
      ...actualOf(view, state, new Set(ownerNames)),
      ...(drift.length === 0 ? {} : { drift }),
      ...(warning === undefined ? {} : { warning }),
    },
  };
}

/** ExternalDNS records the generation of an object that it has read. Without this record, probably no ExternalDNS reads the objects. */
function warningOf(state: State, { ours }: View): string | undefined {
  const now = state.clock.now();
  const unseen = new Map<string, { readonly generation: number; readonly since: Millis }>();
  for (const { uid, generation, observedGeneration } of ours.values()) {
    if (observedGeneration !== generation) {
      const known = state.unseen.get(uid);
      unseen.set(uid, known?.generation === generation ? known : { generation, since: now });
    }
  }
  state.unseen = unseen;
  const late = [...unseen.values()].filter(({ since }) => now - since >= UNSEEN_MS).length;
  return late === 0
    ? undefined
    : `no ExternalDNS has read ${late} of ${ours.size} DNSEndpoint objects for ${UNSEEN_MS / 60_000} minutes. Check that one runs with --source=crd, and that its namespace and label filters admit them`;
}

async function apply(state: State, { zone, writes }: ApplyRequest, signal: AbortSignal): Promise<ApplyResult> {
  const { view } = state;
  if (view === undefined || view.revision !== zone.revision) {
    return {
      kind: "conflict",
      message: "the plan is out of date: the DNSEndpoint objects were read again after it was made",
    };
  }
  state.view = undefined;
  const tasks = tasksOf(state, view, writes);
  const problem = await runAll(tasks, (task) => carryOut(state, task, signal));
  if (problem !== undefined) {
    return problem;
  }
  const objects = new Map(view.ours);
  for (const { name, outcome } of tasks) {
    if (outcome.object === undefined) {
      objects.delete(name);
    } else {
      objects.set(name, outcome.object);
    }
  }
  state.view = viewOf([...objects.values(), ...view.others], state);
  const wrote = tasks.some(({ before, outcome }) => outcome.object !== before);
  return { kind: "applied", revision: state.view.revision, wrote, ...rejectedOf(state, writes) };
}

function rejectedOf({ rejections }: State, writes: readonly Write[]): Pick<Applied, "rejected" | "retryAfterMs"> {
  const rejected = writes.flatMap((write): readonly Rejection[] => {
    const cause = rejections.causeOf(writeKey(write));
    return cause === undefined ? [] : [{ write, reason: cause.reason, message: cause.message }];
  });
  const retryAfterMs = rejections.nextRetryMs();
  return { ...(rejected.length > 0 && { rejected }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The work for one object. */
interface Task {
  readonly name: Name;
  readonly before: StoredEndpoint | undefined;
  /** Can be empty. Then only the labels and annotations of the object are restored. */
  readonly writes: readonly Write[];
  readonly aliases: string;
  readonly outcome: { object: StoredEndpoint | undefined };
}

/** Leaves out rejected changes whose retry is not due. */
function tasksOf(state: State, view: View, writes: readonly Write[]): readonly Task[] {
  const damaged = unsound(view, state);
  const { fresh, due } = state.rejections.plan([...writes.map(writeKey), ...damaged.map(marksKey)]);
  const open = new Set([...fresh, ...due]);
  const byName = Map.groupBy(
    writes.filter((write) => open.has(writeKey(write))),
    (write) => subjectOf(write).name,
  );
  const names = [...new Set([...byName.keys(), ...damaged.filter((name) => open.has(marksKey(name)))])];
  return names.map((name) => {
    const before = view.ours.get(name);
    const own = byName.get(name) ?? [];
    const keys = own.flatMap((write) => (write.kind === "delete" ? [] : write.after.resources));
    const aliases = keys.length === 0 && before !== undefined ? aliasesIn(before) : aliasesText(keys);
    return { name, before, writes: own, aliases, outcome: { object: before } };
  });
}

/** One key for all tries to write these records, and one for all tries to remove them. */
function writeKey(write: Write): string {
  const { name, type } = subjectOf(write);
  return `${name} ${type} ${write.kind === "delete" ? "delete" : "put"}`;
}

function marksKey(name: Name): string {
  return `${name} marks`;
}

function subjectOf(write: Write): { readonly name: Name; readonly type: AliasType } {
  return write.kind === "delete" ? write.before : write.after;
}

function setsAfter(before: readonly EndpointSet[], writes: readonly Write[]): readonly EndpointSet[] {
  const sets = new Map<AliasType, EndpointSet>(before.map((set) => [set.type, set]));
  for (const write of writes) {
    if (write.kind === "delete") {
      sets.delete(write.before.type);
    } else if (write.after.type !== "HTTPS") {
      const { type, ttl } = write.after;
      const addresses = addressSet(write.after.data.map((address) => parseAddress(address) ?? address));
      sets.set(type, { type, ttl, addresses });
    }
  }
  return [...sets.values()];
}

type Problem = EndpointConflict | EndpointProblem;

/** Undefined: the task is done, or rejected. If an object with several changes is rejected, each change is tried separately. */
async function carryOut(state: State, task: Task, signal: AbortSignal): Promise<Problem | undefined> {
  const { name, writes } = task;
  const keys = writes.length === 0 ? [marksKey(name)] : writes.map(writeKey);
  const problem = await tryTask(state, task, signal);
  if (problem === undefined) {
    keys.forEach((key) => state.rejections.accept(key));
    return undefined;
  }
  if (problem.kind !== "refused" || problem.reason !== "Rejected") {
    return problem;
  }
  if (writes.length > 1) {
    for (const write of writes) {
      const other = await carryOut(state, { ...task, writes: [write] }, signal);
      if (other !== undefined) {
        return other;
      }
    }
    return undefined;
  }
  keys.forEach((key) => state.rejections.reject(key, { reason: "Rejected", message: problem.message }));
  return undefined;
}

async function tryTask(state: State, task: Task, signal: AbortSignal): Promise<Problem | undefined> {
  const { name, writes, aliases, outcome } = task;
  const { object } = outcome;
  const sets = setsAfter(object === undefined ? [] : setsIn(object, name), writes);
  if (sets.length === 0) {
    const removed = object === undefined ? undefined : await state.store.remove(object, signal);
    if (removed !== undefined && removed.kind !== "ok") {
      return removed;
    }
    outcome.object = undefined;
    state.left.delete(name);
    return undefined;
  }
  const put = await state.store.put(objectFor(writerOfOurs(state, object, name), name, sets, aliases), object, signal);
  if (put.kind !== "ok") {
    return put;
  }
  outcome.object = put.object;
  state.left.set(name, sets);
  return undefined;
}

/** Runs a few tasks at once. A rejected object is recorded and doesn't stop the others. Any other problem ends the run. */
async function runAll(
  tasks: readonly Task[],
  run: (task: Task) => Promise<Problem | undefined>,
): Promise<Problem | undefined> {
  const work = tasks.values();
  const problems: Problem[] = [];
  const worker = async (): Promise<void> => {
    for (const task of work) {
      const problem = await run(task);
      if (problem !== undefined) {
        problems.push(problem);
      }
      if (problems.some(concernsAll)) {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_WRITES, tasks.length) }, worker));
  return problems.find(concernsAll) ?? problems[0];
}

function concernsAll(problem: Problem): boolean {
  return problem.kind !== "conflict";
}
