import { byCodeUnit } from "../../base/order.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { ALIAS_TYPES, type AliasType, type RRset, rrsetKey } from "../../dns/record.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Obstacle, ObstacleOf } from "../backend.ts";
import { holderOf, type Holder, type RecordMap } from "./marker-owner.ts";
import { markerNameOf } from "./marker-name.ts";
import type { OwnMarkers } from "./own-markers.ts";

/** The RRsets at one hostname, with their owners. */
export interface NameOwnership {
  readonly sets: readonly ActualRRset[];
  readonly holder: Holder;
  /** Types of dnsalias whose marker another writer removed, according to the last write. */
  readonly lost: readonly AliasType[];
  /** The marker of dnsalias lists a type without records, or has a former owner id. */
  readonly leftover: boolean;
}

export interface OwnershipInput {
  readonly sets: RecordMap;
  readonly own: Pick<OwnMarkers, "ownerId" | "isOwn">;
  /** True for an RRset that equals the last written one. */
  readonly isAsLeft: (set: RRset) => boolean;
  /** The obstacle that the backend reports at a name without records of dnsalias. */
  readonly obstacleOf?: ObstacleOf | undefined;
}

/** Returns the writer of each type at the name, and the obstacle to a write. */
export function ownershipOf(name: Name, input: OwnershipInput): NameOwnership {
  const holder = holderOf(input.sets, name, input.own);
  const isOpen = holder.kind === "nobody";
  const obstacle = obstacleAt(name, input.sets) ?? (isOpen ? input.obstacleOf?.(name) : undefined);
  const owned = holder.kind === "ours" ? holder.types : [];
  const outdated = holder.kind === "ours" && holder.outdated;
  if (obstacle !== undefined) {
    const { message: note, unsupported } = obstacle;
    const sets = ALIAS_TYPES.map((type) => ({
      ...actualOf(name, type, input.sets),
      owner: undefined,
      note,
      ...(unsupported === true && { unsupported }),
    }));
    return { sets, holder, lost: [], leftover: owned.length > 0 };
  }
  if (holder.kind === "foreign") {
    return {
      sets: ALIAS_TYPES.map((type) => foreignSet(name, type, holder.owner, input.sets)),
      holder,
      lost: [],
      leftover: false,
    };
  }
  const existing = ALIAS_TYPES.flatMap((type) => input.sets.get(rrsetKey({ name, type })) ?? []);
  const lost = ALIAS_TYPES.filter((type) =>
    existing.some((set) => set.type === type && !owned.includes(type) && input.isAsLeft(set)),
  );
  const ours = new Set([...owned, ...lost]);
  const sets = ALIAS_TYPES.filter((type) => existing.some((set) => set.type === type)).map((type) => ({
    ...actualOf(name, type, input.sets),
    owner: ours.has(type) ? input.own.ownerId : undefined,
  }));
  const leftover = outdated || owned.some((type) => !existing.some((set) => set.type === type));
  return { sets, holder, lost, leftover };
}

function actualOf(name: Name, type: AliasType, sets: RecordMap): Omit<ActualRRset, "owner"> {
  const set = sets.get(rrsetKey({ name, type }));
  return { name, type, ttl: set?.ttl ?? 0, data: [...(set?.data ?? [])].sort(byCodeUnit) };
}

/** The refusal for a name of another owner, to whom all types at the name belong. */
function foreignSet(name: Name, type: AliasType, owner: string, sets: RecordMap): ActualRRset {
  const set = { ...actualOf(name, type, sets), owner };
  return set.data.length > 0
    ? set
    : { ...set, note: `the dnsalias owner "${owner}" has marked ${displayName(name)} as its own` };
}

function obstacleAt(name: Name, sets: RecordMap): Obstacle | undefined {
  const markerName = markerNameOf(name);
  if (markerName === undefined) {
    const message = `the owner marker of ${displayName(name)} cannot be written (the name is too long, or begins with _wildcard)`;
    return { message };
  }
  for (const at of [name, markerName]) {
    const cname = sets.get(rrsetKey({ name: at, type: "CNAME" }));
    if (cname !== undefined) {
      return { message: `${displayName(at)} has a CNAME to ${cname.data.join(", ")}` };
    }
  }
  return undefined;
}
