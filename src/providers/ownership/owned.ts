import { createHash } from "node:crypto";
import type { DnsZone } from "../../api/dns-zone.ts";
import { byCodeUnit } from "../../base/order.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, type RRset, rrsetKey } from "../../dns/record.ts";
import type { Write } from "../../plan/change.ts";
import type { BackendChange, ObstacleOf, RecordBackend } from "../backend.ts";
import { checkedOwnerId } from "../owner-id.ts";
import type { ActualZone, ApplyRequest, ApplyResult, Drift, ReadResult, ZoneProvider } from "../provider.ts";
import { afterChanges, batchOf, setOf, type TouchedName } from "./batch.ts";
import { holderOf, type RecordMap } from "./marker-owner.ts";
import { ownershipOf, type NameOwnership } from "./name-ownership.ts";
import { markerNameOf, ownerNameIn } from "./marker-name.ts";
import { createLastWritten, type LastWritten } from "./last-written.ts";

export interface Ownership {
  readonly zone: DnsZone;
  readonly ownerId: string;
}

/**
 * Makes a zone's provider of a backend that knows nothing of owners: TXT markers beside the address sets say what is ours (docs/concepts/ownership.md).
 * What stands without our marker, or with another's, is never written over unless the plan adopts it.
 */
export function owned(backend: RecordBackend, { zone, ownerId }: Ownership): ZoneProvider {
  checkedOwnerId(ownerId);
  const state: State = {
    backend,
    domain: zone.spec.domain,
    ownerId,
    lastWritten: createLastWritten(),
    view: undefined,
  };
  const { minTtl, lacks } = backend.capabilities;
  return {
    id: backend.id,
    ...(minTtl === undefined ? {} : { minTtl }),
    ...(lacks === undefined ? {} : { lacks }),
    read: (ownerNames, signal) => read(state, ownerNames, signal),
    apply: (request, signal) => apply(state, request, signal),
  };
}

interface State {
  readonly backend: RecordBackend;
  readonly domain: Name;
  readonly ownerId: string;
  readonly lastWritten: LastWritten;
  /** What the last plan is made against; gone after a write that may have taken effect in part. */
  view: View | undefined;
}

interface View {
  readonly revision: string;
  /** A, AAAA and CNAME sets at owner names, TXT sets at their marker names. */
  readonly sets: RecordMap;
  readonly ownership: ReadonlyMap<Name, NameOwnership>;
  readonly serial: number | undefined;
  readonly obstacleOf: ObstacleOf | undefined;
}

async function read(state: State, ownerNames: readonly Name[], signal: AbortSignal): Promise<ReadResult> {
  const { backend, domain, lastWritten } = state;
  const known = [...(state.view?.ownership ?? [])]
    .filter(([, { holder }]) => holder.kind === "ours")
    .map(([name]) => name);
  const requested = [...new Set([...ownerNames, ...known, ...lastWritten.names()])].sort(byCodeUnit);
  const got = await backend.read(withMarkers(requested), signal);
  if (got.kind !== "ok") {
    return got;
  }
  const marked = got.sets.flatMap((set) => (set.type === "TXT" ? (ownerNameIn(domain, set.name) ?? []) : []));
  const view = makeView(state, {
    names: new Set([...requested, ...marked]),
    sets: got.sets,
    serial: got.serial,
    obstacleOf: got.obstacleOf,
  });
  state.view = view;
  remember(state, view);
  return { kind: "ok", zone: actualZone(state, view, new Set(requested)) };
}

function withMarkers(names: readonly Name[]): readonly Name[] {
  return [...new Set(names.flatMap((name) => [name, markerNameOf(name) ?? name]))].sort(byCodeUnit);
}

interface Seen {
  readonly names: ReadonlySet<Name>;
  readonly sets: Iterable<RRset>;
  readonly serial: number | undefined;
  readonly obstacleOf: View["obstacleOf"];
}

function makeView({ ownerId, lastWritten }: State, { names, sets: all, serial, obstacleOf }: Seen): View {
  const checked = new Set(withMarkers([...names]));
  const sets = new Map<string, RRset>();
  for (const set of all) {
    if (checked.has(set.name)) {
      sets.set(rrsetKey(set), set);
    }
  }
  const input = { sets, ownerId, isAsLeft: (set: RRset) => lastWritten.isAsLeft(set), obstacleOf };
  const ownership = new Map([...names].sort(byCodeUnit).map((name) => [name, ownershipOf(name, input)]));
  return { revision: revisionOf(sets), sets, ownership, serial, obstacleOf };
}

/** The same records give the same revision, in whatever order they came. */
function revisionOf(sets: RecordMap): string {
  const hash = createHash("sha256");
  for (const key of [...sets.keys()].sort(byCodeUnit)) {
    hash.update(JSON.stringify([key, sets.get(key)?.ttl, [...(sets.get(key)?.data ?? [])].sort(byCodeUnit)]));
  }
  return hash.digest("hex").slice(0, 16);
}

function remember({ lastWritten }: State, { sets, ownership }: View): void {
  for (const [name, { holder, sets: actual }] of ownership) {
    if (holder.kind === "ours") {
      lastWritten.recordResource(name, holder.resource);
    }
    for (const type of ALIAS_TYPES) {
      const set = sets.get(rrsetKey({ name, type }));
      if (set === undefined) {
        lastWritten.recordMissing(name, type);
      } else if (holder.kind === "ours" && actual.some((one) => one.type === type && one.owner !== undefined)) {
        lastWritten.see(set);
      }
    }
  }
}

function actualZone({ backend, lastWritten }: State, view: View, requested: ReadonlySet<Name>): ActualZone {
  const sets = [...view.ownership].flatMap(([name, ownership]) =>
    requested.has(name) || ownership.holder.kind === "ours" ? ownership.sets : [],
  );
  const drift = [...driftOf(lastWritten, view)];
  const untidy = [...view.ownership].filter(([, { lost, leftover }]) => lost.length > 0 || leftover);
  const names = untidy.slice(0, SHOWN_NAMES).map(([name]) => displayName(name));
  return {
    revision: view.revision,
    sets,
    ...(untidy.length === 0
      ? {}
      : {
          needsWrite: { kind: "markers", message: `owner markers at ${backend.id} are put right: ${names.join(", ")}` },
        }),
    ...(drift.length === 0 ? {} : { drift }),
    ...(view.serial === undefined ? {} : { serial: view.serial }),
  };
}

const SHOWN_NAMES = 10;

function* driftOf(lastWritten: LastWritten, { ownership, sets }: View): Generator<Drift> {
  for (const name of new Set(lastWritten.names())) {
    const now = ownership.get(name);
    if (now === undefined || now.holder.kind === "foreign") {
      continue;
    }
    if (now.lost.length > 0) {
      yield { name, message: `somebody removed the owner marker of ${displayName(name)} (${now.lost.join(", ")})` };
    }
    for (const type of ALIAS_TYPES) {
      const drift = lastWritten.driftOf(name, type, sets.get(rrsetKey({ name, type })));
      if (drift !== undefined) {
        yield drift;
      }
    }
  }
}

async function apply(state: State, { zone, writes }: ApplyRequest, signal: AbortSignal): Promise<ApplyResult> {
  const { backend, lastWritten, view, ownerId } = state;
  if (view === undefined || view.revision !== zone.revision) {
    return { kind: "conflict", message: `${backend.id} was read again since this plan was made` };
  }
  const problem = writes.map((write) => problemOf(state, view, write)).find((found) => found !== undefined);
  if (problem !== undefined) {
    return problem;
  }
  const changes = batchOf({
    sets: view.sets,
    names: touchedNames(view, writes),
    ownerId,
    resourceOf: (name) => lastWritten.resourceOf(name),
    capabilities: backend.capabilities,
  });
  if (changes.length === 0) {
    return { kind: "applied", revision: view.revision, wrote: false };
  }
  state.view = undefined;
  const result = await attempt(state, changes, signal);
  if (result.kind !== "applied") {
    return result;
  }
  lastWritten.wrote(changes);
  const sets = afterChanges(view.sets, changes);
  const serial = result.serial ?? view.serial;
  const names = new Set(view.ownership.keys());
  const after = makeView(state, { names, sets: sets.values(), serial, obstacleOf: view.obstacleOf });
  state.view = after;
  remember(state, after);
  return { ...result, revision: after.revision };
}

/** A write that failed may have taken effect all the same: what it would have left is known for ours. */
async function attempt(
  { backend, lastWritten }: State,
  changes: readonly BackendChange[],
  signal: AbortSignal,
): Promise<ApplyResult> {
  try {
    const result = await backend.apply({ changes }, signal);
    if (result.kind === "failed") {
      lastWritten.tried(changes);
    }
    return result;
  } catch (error) {
    lastWritten.tried(changes);
    throw error;
  }
}

/** The plan never asks for these; should it, nothing of anybody else's is written over all the same. */
function problemOf(
  { ownerId }: State,
  { sets, ownership }: View,
  write: Write,
): Exclude<ApplyResult, { readonly kind: "applied" }> | undefined {
  const { name, type } = setOf(write);
  const holder = holderOf(sets, name, ownerId);
  if (holder.kind === "foreign") {
    const message = `${displayName(name)} ${type} belongs to the dnsalias owner "${holder.owner}"`;
    return { kind: "refused", reason: "ForeignOwner", message };
  }
  const stands = ownership.get(name)?.sets.find((set) => set.type === type);
  if (stands?.note !== undefined) {
    return { kind: "refused", reason: "ForeignRecord", message: `${displayName(name)} ${type}: ${stands.note}` };
  }
  const isNews = write.kind === "create" ? stands !== undefined : stands === undefined;
  const isForeignDelete = write.kind === "delete" && stands?.owner === undefined;
  return ownership.has(name) && !isNews && !isForeignDelete
    ? undefined
    : { kind: "conflict", message: `${displayName(name)} ${type} is not as it was planned for` };
}

function touchedNames({ ownership }: View, writes: readonly Write[]): readonly TouchedName[] {
  const byName = new Map<Name, Write[]>();
  for (const write of writes) {
    const { name } = setOf(write);
    const list = byName.get(name) ?? [];
    list.push(write);
    byName.set(name, list);
  }
  return [...ownership].flatMap(([name, found]) => {
    const own = byName.get(name) ?? [];
    return own.length > 0 || found.lost.length > 0 || found.leftover ? [{ name, ownership: found, writes: own }] : [];
  });
}
