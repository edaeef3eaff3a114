import { displayName } from "../../dns/name.ts";
import type { BackendBatch, BackendRead, RecordBackend } from "../backend.ts";
import type { ApplyResult } from "../provider.ts";
import { byKey, standing, targetOf } from "../record-sets.ts";
import type { BackendProblem } from "../http-problem.ts";
import { createEtcdClient, type EtcdClient, type EtcdClientDeps } from "./client.ts";
import { keyChangesFor, type NameChanges } from "./key-changes.ts";
import { obstaclesIn } from "./obstacle.ts";
import { pieces, transactionBody } from "./transaction.ts";
import { zoneViewOf, type ZoneView } from "./zone-view.ts";

export type CoreDNSEtcdDeps = EtcdClientDeps;

/**
 * A zone in etcd for CoreDNS's `etcd` plugin. One range reads it whole; one transaction carries a batch out, if no key of the zone changed since. Owner
 * markers stand in the owner name's own key, where no question sees them.
 */
export function createCoreDNSEtcdBackend(deps: CoreDNSEtcdDeps): RecordBackend {
  const client = createEtcdClient(deps);
  return {
    id: "coreDNSEtcd",
    capabilities: { atomic: "batch", comparesAndSwaps: true, listsZone: true, minTtl: 1 },
    read: (_names, signal) => read(client, deps, signal),
    apply: (batch, signal) => apply(client, deps, batch, signal),
  };
}

/** Addresses, and markers. */
const HELD_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "TXT"]);
/** Somebody writes to the zone all the time: then the plan is made anew. */
const MAX_TRIES = 4;

async function read(client: EtcdClient, deps: CoreDNSEtcdDeps, signal: AbortSignal): Promise<BackendRead> {
  const answer = await look(client, deps, signal);
  if (answer.kind !== "ok") {
    return answer;
  }
  const { view } = answer;
  return { kind: "ok", sets: view.sets, complete: true, obstacleOf: obstaclesIn(view) };
}

async function apply(
  client: EtcdClient,
  deps: CoreDNSEtcdDeps,
  batch: BackendBatch,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const other = batch.changes.map(targetOf).find(({ type }) => !HELD_TYPES.has(type));
  if (other !== undefined) {
    const message = `${displayName(other.name)} ${other.type}: the etcd plugin of CoreDNS has no records of this type`;
    return { kind: "refused", reason: "NotSupported", message };
  }
  let wrote = false;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const answer = await look(client, deps, signal);
    if (answer.kind !== "ok") {
      return answer;
    }
    const { view } = answer;
    const judged = standing(batch, byKey(view.sets));
    if (judged.kind === "conflict") {
      return judged;
    }
    if (judged.open.length === 0) {
      return { kind: "applied", revision: String(view.revision), wrote };
    }
    const written = await writeAll(client, view, keyChangesFor(view, judged.open), signal);
    wrote ||= written.wrote;
    if (written.kind !== "stale") {
      return written.kind === "applied" ? { kind: "applied", revision: written.revision, wrote } : written.problem;
    }
  }
  const message = `the zone's keys at ${client.server} were changed by someone else each time they were read`;
  return { kind: "conflict", message };
}

type Look = { readonly kind: "ok"; readonly view: ZoneView } | BackendProblem;

async function look(client: EtcdClient, { spec, domain }: CoreDNSEtcdDeps, signal: AbortSignal): Promise<Look> {
  const listed = await client.list(signal);
  return listed.kind === "ok"
    ? { kind: "ok", view: zoneViewOf({ pathPrefix: spec.pathPrefix, domain }, listed.pairs, listed.revision) }
    : listed;
}

type Written = { readonly wrote: boolean } & (
  | { readonly kind: "applied"; readonly revision: string }
  /** The zone is not what it was when it was read. */
  | { readonly kind: "stale" }
  | { readonly kind: "problem"; readonly problem: BackendProblem }
);

/** One transaction, or as few as hold all changes: each that follows is made for the revision that the one before left. */
async function writeAll(
  client: EtcdClient,
  view: ZoneView,
  names: readonly NameChanges[],
  signal: AbortSignal,
): Promise<Written> {
  let { revision } = view;
  let wrote = false;
  for (const piece of pieces(names)) {
    const answer = await client.transact(transactionBody(view, piece, revision), signal);
    if (answer.kind !== "ok") {
      return { kind: "problem", problem: answer, wrote };
    }
    if (!answer.succeeded) {
      return { kind: "stale", wrote };
    }
    wrote = true;
    revision = answer.revision;
  }
  return { kind: "applied", revision: String(revision), wrote };
}
