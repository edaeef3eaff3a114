import type { BackendApplyResult, BackendBatch, BackendRead, RecordBackend } from "../backend.ts";
import { byKey, pendingChanges, targetOf } from "../rrset-changes.ts";
import { type BackendProblem, recordsRejectedBy } from "../http-error.ts";
import type { EtcdClientDeps } from "./etcd-calls.ts";
import { createEtcdClient, type EtcdClient } from "./client.ts";
import { keyChangesFor, type NameChanges } from "./key-changes.ts";
import { obstaclesIn } from "./obstacle.ts";
import { pieces, transactionBody } from "./transaction.ts";
import { zoneKeysOf, type ZoneKeys } from "./zone-keys.ts";

export type CoreDNSEtcdDeps = EtcdClientDeps;

/**
 * A zone in etcd for CoreDNS's `etcd` plugin. One range request reads the whole zone. One transaction makes all changes of a
 * batch if no key of the zone has changed since. The owner markers are in the hostname's own key, where no query returns them.
 */
export function createCoreDNSEtcdBackend(deps: CoreDNSEtcdDeps): RecordBackend {
  const client = createEtcdClient(deps);
  const state: State = { client, deps, seen: undefined };
  return {
    id: "coreDNSEtcd",
    capabilities: { atomic: "batch", comparesAndSwaps: true, listsZone: true, minTtl: 1, lacks: ["HTTPS"] },
    read: (_names, signal) => read(state, signal),
    apply: (batch, signal) => apply(state, batch, signal),
  };
}

interface State {
  readonly client: EtcdClient;
  readonly deps: CoreDNSEtcdDeps;
  /** The last read, for the next write. etcd itself checks whether this read is still current. */
  seen: ZoneKeys | undefined;
}

/** The types that this backend writes: addresses and markers. */
const HELD_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "TXT"]);
/** The maximum number of tries while another writer changes the zone. After that, dnsalias plans again. */
const MAX_TRIES = 4;

async function read(state: State, signal: AbortSignal): Promise<BackendRead> {
  const answer = await readRecords(state, signal);
  if (answer.kind !== "ok") {
    return answer;
  }
  const { view } = answer;
  state.seen = view;
  return { kind: "ok", sets: view.sets, complete: true, obstacleOf: obstaclesIn(view) };
}

async function apply(state: State, batch: BackendBatch, signal: AbortSignal): Promise<BackendApplyResult> {
  const others = batch.changes.map(targetOf).filter(({ type }) => !HELD_TYPES.has(type));
  if (others.length > 0) {
    const message = "the etcd plugin of CoreDNS has no records of this type";
    const records = others.map(({ name, type }) => ({ name, type, reason: "NotSupported" as const, message }));
    return { kind: "rejected", message, records };
  }
  const { client, seen } = state;
  state.seen = undefined;
  const early = seen === undefined ? undefined : pendingChanges(batch, byKey(seen.sets));
  if (seen !== undefined && early?.kind === "ok" && early.open.length > 0) {
    const written = await writeAll(client, seen, keyChangesFor(seen, early.open), signal);
    if (written.kind !== "stale") {
      return resultOf(written);
    }
    return applyAnew(state, batch, true, signal);
  }
  return applyAnew(state, batch, false, signal);
}

/** Reads, compares, and writes, and repeats this if another writer is faster. An earlier transaction can have taken effect although its answer was lost. */
async function applyAnew(
  state: State,
  batch: BackendBatch,
  mayHaveWritten: boolean,
  signal: AbortSignal,
): Promise<BackendApplyResult> {
  const { client } = state;
  let wrote = mayHaveWritten;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const answer = await readRecords(state, signal);
    if (answer.kind !== "ok") {
      return answer;
    }
    const { view } = answer;
    const checked = pendingChanges(batch, byKey(view.sets));
    if (checked.kind === "conflict") {
      return checked;
    }
    if (checked.open.length === 0) {
      return { kind: "applied", revision: String(view.revision), wrote };
    }
    const written = await writeAll(client, view, keyChangesFor(view, checked.open), signal);
    if (written.kind !== "stale") {
      return resultOf(written);
    }
    wrote = true;
  }
  const message = `the zone's keys at ${client.server} were changed by another writer each time they were read`;
  return { kind: "conflict", message };
}

function resultOf(written: Exclude<Written, { readonly kind: "stale" }>): BackendApplyResult {
  if (written.kind === "applied") {
    return { kind: "applied", revision: written.revision, wrote: true };
  }
  const problem = recordsRejectedBy(written.problem);
  return problem.kind === "rejected" && written.inPart ? { ...problem, partial: true } : problem;
}

type RecordsRead = { readonly kind: "ok"; readonly view: ZoneKeys } | BackendProblem;

async function readRecords({ client, deps: { spec, domain } }: State, signal: AbortSignal): Promise<RecordsRead> {
  const listed = await client.list(signal);
  return listed.kind === "ok"
    ? { kind: "ok", view: zoneKeysOf({ pathPrefix: spec.pathPrefix, domain }, listed.pairs, listed.revision) }
    : listed;
}

type Written =
  | { readonly kind: "applied"; readonly revision: string }
  /** The zone has changed since it was read. A part may have been written. */
  | { readonly kind: "stale" }
  /** `inPart`: earlier transactions succeeded. */
  | { readonly kind: "problem"; readonly problem: BackendProblem; readonly inPart: boolean };

/** Writes all changes in as few transactions as possible. Each transaction requires the revision of the one before. */
async function writeAll(
  client: EtcdClient,
  view: ZoneKeys,
  names: readonly NameChanges[],
  signal: AbortSignal,
): Promise<Written> {
  let { revision } = view;
  for (const [index, piece] of pieces(names).entries()) {
    const answer = await client.transact(transactionBody(view, piece, revision), signal);
    if (answer.kind !== "ok") {
      return { kind: "problem", problem: answer, inPart: index > 0 };
    }
    if (!answer.succeeded) {
      return { kind: "stale" };
    }
    revision = answer.revision;
  }
  return { kind: "applied", revision: String(revision) };
}
