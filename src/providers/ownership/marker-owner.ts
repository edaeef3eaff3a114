import { byCodeUnit } from "../../base/order.ts";
import type { Name } from "../../dns/name/name.ts";
import { type AliasType, type RRset, rrsetKey } from "../../dns/record.ts";
import { readMarker, type Marker } from "./marker.ts";
import { markerNameOf } from "./marker-name.ts";
import type { OwnMarkers } from "./own-markers.ts";

/** RRsets by {@link rrsetKey}. */
export type RecordMap = ReadonlyMap<string, RRset>;

/** The owner of a hostname. A marker applies to all types at the name. */
export type Holder =
  | { readonly kind: "nobody" }
  | {
      readonly kind: "ours";
      readonly types: readonly AliasType[];
      readonly resource: string;
      /** True if a marker has a former owner id of this installation. */
      readonly outdated: boolean;
    }
  | { readonly kind: "foreign"; readonly owner: string };

/**
 * Reads the markers of a name. If several owners have marked it, the owner whose id sorts first owns it. Each installation decides
 * this independently, and changes no marker of another one.
 */
export function holderOf(sets: RecordMap, name: Name, own: Pick<OwnMarkers, "ownerId" | "isOwn">): Holder {
  const markers = markersAt(sets, name);
  const ownerOf = ({ owner }: Marker): string => (own.isOwn(owner, name) ? own.ownerId : owner);
  const owner = markers.map(ownerOf).sort(byCodeUnit)[0];
  if (owner === undefined) {
    return { kind: "nobody" };
  }
  if (owner !== own.ownerId) {
    return { kind: "foreign", owner };
  }
  const ours = markers.filter((marker) => ownerOf(marker) === owner);
  return {
    kind: "ours",
    types: ours.flatMap(({ types }) => types),
    resource: ours[0]?.resource ?? "",
    outdated: ours.some((marker) => marker.owner !== owner),
  };
}

/** The RRset with the marker of a name. */
export function markerSetOf(sets: RecordMap, name: Name): RRset | undefined {
  const at = markerNameOf(name);
  return at === undefined ? undefined : sets.get(rrsetKey({ name: at, type: "TXT" }));
}

function markersAt(sets: RecordMap, name: Name): readonly Marker[] {
  return (markerSetOf(sets, name)?.data ?? []).flatMap((data) => readMarker(data) ?? []);
}
