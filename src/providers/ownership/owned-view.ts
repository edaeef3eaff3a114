import { createHash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, type RRset, rrsetKey } from "../../dns/record.ts";
import type { EncloserOf } from "../../dns/zone-file/closest-encloser.ts";
import type { ObstacleOf, RecordBackend } from "../backend.ts";
import type { BackendProblem } from "../http-error.ts";
import type { RejectionMemory } from "../rejection-memory.ts";
import type { LastWritten } from "./last-written.ts";
import type { RecordMap } from "./marker-owner.ts";
import { markerNameOf, ownerNameIn } from "./marker-name.ts";
import type { OwnMarkers } from "./own-markers.ts";
import { otherEnclosers } from "./other-names.ts";
import { ownershipOf, type NameOwnership } from "./name-ownership.ts";

/** The state of one zone at one backend in this process. */
export interface State {
  readonly backend: RecordBackend;
  readonly domain: Name;
  readonly own: OwnMarkers;
  readonly lastWritten: LastWritten;
  readonly rejections: RejectionMemory;
  readonly clock: Pick<Clock, "now">;
  /** The view of the last plan. Undefined after a write that may have taken effect partly. */
  view: View | undefined;
}

/** The zone after the last read or write. */
export interface View {
  readonly revision: string;
  /** The A, AAAA and CNAME RRsets at hostnames, and the TXT RRsets at marker names. */
  readonly sets: RecordMap;
  readonly ownership: ReadonlyMap<Name, NameOwnership>;
  readonly serial: number | undefined;
  readonly obstacleOf: ObstacleOf | undefined;
}

interface ReadView {
  readonly kind: "ok";
  readonly view: View;
  readonly isPartial: boolean;
  /** The enclosers among the records of other writers; see ActualZone. */
  readonly encloserOf: EncloserOf | undefined;
}

/** Reads these names, and every other name that has a marker. */
export async function readView(
  state: State,
  requested: readonly Name[],
  signal: AbortSignal,
): Promise<ReadView | BackendProblem> {
  const { backend, domain } = state;
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
  remember(state, view);
  const { ownership } = view;
  const others = { domain, ownerId: state.own.ownerId, read: got, requested: new Set(requested), ownership };
  return { kind: "ok", view, isPartial: !got.complete, encloserOf: otherEnclosers(others) };
}

function withMarkers(names: readonly Name[]): readonly Name[] {
  return [...new Set(names.flatMap((name) => [name, markerNameOf(name) ?? name]))].sort(byCodeUnit);
}

export interface Seen {
  readonly names: ReadonlySet<Name>;
  readonly sets: Iterable<RRset>;
  readonly serial: number | undefined;
  readonly obstacleOf: View["obstacleOf"];
}

export function makeView({ own, lastWritten }: State, { names, sets: all, serial, obstacleOf }: Seen): View {
  const checked = new Set(withMarkers([...names]));
  const sets = new Map<string, RRset>();
  for (const set of all) {
    if (checked.has(set.name)) {
      sets.set(rrsetKey(set), set);
    }
  }
  const input = { sets, own, isAsLeft: (set: RRset) => lastWritten.isAsLeft(set), obstacleOf };
  const ownership = new Map([...names].sort(byCodeUnit).map((name) => [name, ownershipOf(name, input)]));
  let revision: string | undefined;
  return {
    // Computed on demand. For a large zone it takes as long as all other work, and the batches of one write don't need it.
    get revision() {
      revision ??= revisionOf(sets);
      return revision;
    },
    sets,
    ownership,
    serial,
    obstacleOf,
  };
}

/** Equal records have equal revisions, regardless of their order. */
function revisionOf(sets: RecordMap): string {
  const hash = createHash("sha256");
  for (const key of [...sets.keys()].sort(byCodeUnit)) {
    hash.update(JSON.stringify([key, sets.get(key)?.ttl, [...(sets.get(key)?.data ?? [])].sort(byCodeUnit)]));
  }
  return hash.digest("hex").slice(0, 16);
}

export function remember({ lastWritten }: State, { sets, ownership }: View): void {
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
