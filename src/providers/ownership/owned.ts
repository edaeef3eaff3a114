import type { Clock } from "../../base/clock.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { byCodeUnit } from "../../base/order.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, rrsetKey } from "../../dns/record.ts";
import type { RecordBackend } from "../backend.ts";
import { checkedOwnerId, SHARED_OWNER_ID, sharedOwnerId, withoutOwnerId } from "../owner-id.ts";
import type { ActualZone, Drift, ReadResult, ZoneProvider } from "../provider.ts";
import { createRejectionMemory } from "../rejection-memory.ts";
import { applyOwned } from "./apply-owned.ts";
import { createLastWritten, type LastWritten } from "./last-written.ts";
import { createOwnMarkers } from "./own-markers.ts";
import { readView, type State, type View } from "./owned-view.ts";

export interface Ownership {
  readonly zone: DnsZone;
  readonly ownerId: string;
  /** Former owner ids. Records of this installation with one of them are adopted, name by name. */
  readonly formerOwnerIds?: readonly string[];
  readonly clock: Pick<Clock, "now">;
}

/**
 * Creates the provider of a zone from a backend that doesn't know owners. TXT markers identify the RRsets of dnsalias
 * (docs/concepts/ownership.md). RRsets without a marker of dnsalias, or with a marker of another owner, are never overwritten
 * unless the plan adopts them.
 */
export function owned(backend: RecordBackend, { zone, ownerId, formerOwnerIds, clock }: Ownership): ZoneProvider {
  checkedOwnerId(ownerId);
  if (ownerId === SHARED_OWNER_ID) {
    return withoutOwnerId(backend.id, sharedOwnerId(zone));
  }
  const state: State = {
    backend,
    domain: zone.spec.domain,
    own: createOwnMarkers(ownerId, formerOwnerIds),
    clock,
    lastWritten: createLastWritten(),
    rejections: createRejectionMemory(clock),
    view: undefined,
  };
  const { minTtl, lacks, listsZone } = backend.capabilities;
  return {
    id: backend.id,
    ...(minTtl === undefined ? {} : { minTtl }),
    ...(lacks === undefined ? {} : { lacks }),
    ...(listsZone ? {} : { lists: false }),
    read: (ownerNames, signal) => read(state, ownerNames, signal),
    apply: (request, signal) => applyOwned(state, request, signal),
  };
}

async function read(state: State, ownerNames: readonly Name[], signal: AbortSignal): Promise<ReadResult> {
  const known = [...(state.view?.ownership ?? [])]
    .filter(([, { holder }]) => holder.kind === "ours")
    .map(([name]) => name);
  const requested = [...new Set([...ownerNames, ...known, ...state.lastWritten.names()])].sort(byCodeUnit);
  state.own.setRequested(requested);
  const got = await readView(state, requested, signal);
  if (got.kind !== "ok") {
    return got;
  }
  state.view = got.view;
  const { encloserOf } = got;
  const zone = {
    ...actualZone(state, got.view, new Set(requested)),
    ...(encloserOf === undefined ? {} : { encloserOf }),
  };
  return { kind: "ok", zone: got.isPartial ? { ...zone, isPartial: true } : zone };
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
          needsWrite: { kind: "markers", message: `owner markers at ${backend.id} are restored: ${names.join(", ")}` },
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
      yield {
        name,
        message: `another writer removed the owner marker of ${displayName(name)} (${now.lost.join(", ")})`,
      };
    }
    for (const type of ALIAS_TYPES) {
      const drift = lastWritten.driftOf(name, type, sets.get(rrsetKey({ name, type })));
      if (drift !== undefined) {
        yield drift;
      }
    }
  }
}
