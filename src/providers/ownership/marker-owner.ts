import { byCodeUnit } from "../../base/order.ts";
import type { Name } from "../../dns/name/name.ts";
import { type AliasType, type RRset, rrsetKey } from "../../dns/record.ts";
import { readMarker, type Marker } from "./marker.ts";
import { markerNameOf } from "./marker-name.ts";

/** Record sets by {@link rrsetKey}. */
export type RecordMap = ReadonlyMap<string, RRset>;

/** Who has an owner name: a name with anybody's marker is one owner's as a whole. */
export type Holder =
  | { readonly kind: "nobody" }
  | { readonly kind: "ours"; readonly types: readonly AliasType[]; readonly resource: string }
  | { readonly kind: "foreign"; readonly owner: string };

/**
 * Reads the markers of a name. Where two owners marked it at the same moment, the one whose id comes first has it: each decides so
 * by itself, and none touches the other's marker.
 */
export function holderOf(sets: RecordMap, name: Name, ownerId: string): Holder {
  const markers = markersAt(sets, name);
  const owner = markers.map((marker) => marker.owner).sort(byCodeUnit)[0];
  if (owner === undefined) {
    return { kind: "nobody" };
  }
  if (owner !== ownerId) {
    return { kind: "foreign", owner };
  }
  const own = markers.filter((marker) => marker.owner === ownerId);
  return { kind: "ours", types: own.flatMap(({ types }) => types), resource: own[0]?.resource ?? "" };
}

/** The record set in which the marker of a name stands or would stand. */
export function markerSetOf(sets: RecordMap, name: Name): RRset | undefined {
  const at = markerNameOf(name);
  return at === undefined ? undefined : sets.get(rrsetKey({ name: at, type: "TXT" }));
}

function markersAt(sets: RecordMap, name: Name): readonly Marker[] {
  return (markerSetOf(sets, name)?.data ?? []).flatMap((data) => readMarker(data) ?? []);
}
