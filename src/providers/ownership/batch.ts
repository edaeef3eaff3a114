import { byCodeUnit, sameMembers } from "../../base/order.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, type AliasType, type Seconds, rrsetKey } from "../../dns/record.ts";
import type { Write } from "../../plan/change.ts";
import type { BackendCapabilities, BackendChange } from "../backend.ts";
import { markerSetOf, type RecordMap } from "./marker-owner.ts";
import type { NameOwnership } from "./name-ownership.ts";
import { markerData, readMarker, type Marker } from "./marker.ts";
import { markerNameOf } from "./marker-name.ts";
import type { OwnMarkers } from "./own-markers.ts";

export interface BatchInput {
  /** The RRsets that were read. */
  readonly sets: RecordMap;
  /** Every name that is written, and every name with a missing or unnecessary marker. */
  readonly names: readonly TouchedName[];
  readonly own: Pick<OwnMarkers, "ownerId" | "isOwn">;
  readonly resourceOf: (name: Name) => ObjectKey;
  readonly capabilities: Pick<BackendCapabilities, "atomic" | "minTtl">;
}

export interface TouchedName {
  readonly name: Name;
  readonly ownership: NameOwnership;
  readonly writes: readonly Write[];
}

/** Returns the changes of RRsets and markers for the writes, in the order that {@link BackendBatch} requires. */
export function batchOf(input: BatchInput): readonly BackendChange[] {
  const address = input.names
    .flatMap(({ writes }) => writes.map((write) => setChange(write, input)))
    .filter((change) => !isNoChange(change));
  const coming: BackendChange[] = [];
  const going: BackendChange[] = [];
  for (const touched of input.names) {
    const { change, grows } = markerChange(touched, input);
    if (change !== undefined) {
      (grows ? coming : going).push(change);
    }
  }
  return [coming, address, going].flatMap((part) => part.sort((a, b) => byCodeUnit(keyOf(a), keyOf(b))));
}

/** The RRsets after the changes. */
export function afterChanges(sets: RecordMap, changes: readonly BackendChange[]): RecordMap {
  const after = new Map(sets);
  for (const change of changes) {
    if (change.after === undefined) {
      after.delete(keyOf(change));
    } else {
      after.set(keyOf(change), change.after);
    }
  }
  return after;
}

function setChange(write: Write, { sets, capabilities }: BatchInput): BackendChange {
  if (write.kind === "delete") {
    return { before: sets.get(rrsetKey(write.before)), after: undefined };
  }
  const { name, type, ttl, data } = write.after;
  const after = { name, type, ttl: Math.max(ttl, capabilities.minTtl ?? 0), data: [...data].sort(byCodeUnit) };
  return { before: sets.get(rrsetKey({ name, type })), after };
}

interface MarkerChange {
  readonly change: BackendChange | undefined;
  /** True if the new marker lists a type that the old one does not. */
  readonly grows: boolean;
}

function markerChange(touched: TouchedName, input: BatchInput): MarkerChange {
  const { name, ownership } = touched;
  const markerName = markerNameOf(name);
  if (markerName === undefined) {
    return { change: undefined, grows: false };
  }
  const before = markerSetOf(input.sets, name);
  const had = ownership.holder.kind === "ours" ? ownership.holder.types : [];
  const wanted = typesAfter(touched);
  const grows = wanted.some((type) => !had.includes(type));
  // If a batch can be interrupted, the marker lists the old and the new types, so that every existing type is listed. The next
  // write removes types that no longer exist.
  const types = grows && input.capabilities.atomic !== "batch" ? [...new Set([...had, ...wanted])] : wanted;
  const resource = resourceAfter(touched, input.resourceOf);
  const isOwn = (marker: Marker | undefined): boolean => marker !== undefined && input.own.isOwn(marker.owner, name);
  const foreign = (before?.data ?? []).filter((data) => !isOwn(readMarker(data)));
  const data = types.length === 0 ? foreign : [...foreign, markerData({ owner: input.own.ownerId, types, resource })];
  const ttl: Seconds = before?.ttl ?? Math.max(MARKER_TTL, input.capabilities.minTtl ?? 0);
  const after =
    data.length === 0 ? undefined : { name: markerName, type: "TXT", ttl, data: [...data].sort(byCodeUnit) };
  const change: BackendChange = { before, after };
  return { change: isNoChange(change) ? undefined : change, grows };
}

/** Only dnsalias queries markers, so a short TTL has no benefit. */
const MARKER_TTL: Seconds = 300;

/** The types of dnsalias at the name after the writes. */
function typesAfter({ ownership, writes }: TouchedName): readonly AliasType[] {
  return ALIAS_TYPES.filter((type) => {
    const write = writes.find((one) => setOf(one).type === type);
    const stands = ownership.sets.some((set) => set.type === type && set.owner !== undefined);
    return write === undefined ? stands : write.kind !== "delete";
  });
}

function resourceAfter({ name, writes }: TouchedName, resourceOf: BatchInput["resourceOf"]): ObjectKey {
  const resources = writes.flatMap((write) => (write.kind === "delete" ? [] : write.after.resources));
  return [...resources].sort(byCodeUnit)[0] ?? resourceOf(name);
}

/** The RRset of a write, for its name and type. */
export function setOf(write: Write): { readonly name: Name; readonly type: AliasType } {
  return write.kind === "delete" ? write.before : write.after;
}

function keyOf({ before, after }: BackendChange): string {
  const set = after ?? before;
  return set === undefined ? "" : rrsetKey(set);
}

function isNoChange({ before, after }: BackendChange): boolean {
  if (before === undefined || after === undefined) {
    return before === after;
  }
  return before.ttl === after.ttl && sameMembers(before.data, after.data);
}
