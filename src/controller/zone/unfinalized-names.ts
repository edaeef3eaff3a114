import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Write } from "../../plan/change.ts";
import type { ZoneState } from "./zone-state.ts";

export interface UnfinalizedDeps {
  /** Whether an alias that has the name keeps its object until the name is withdrawn. */
  readonly isFinalized: (zone: ObjectKey, name: Name) => boolean;
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/**
 * Leaves out the first write of a name at a backend that does not list its zone while none of the name's aliases has its finalizer: if such an object goes while no
 * controller runs, nothing tells of the name any more. Each name that is left out has its aliases reported, which sets the finalizer.
 */
export function withoutUnfinalized(
  { isFinalized, onChanged }: UnfinalizedDeps,
  state: ZoneState,
  writes: readonly Write[],
): readonly Write[] {
  if (state.lists !== false || state.zone.spec.policy !== "Sync") {
    state.unfinalized = new Set();
    return writes;
  }
  const zone = objectKey(state.zone.meta);
  const known = new Set([...state.own.values()].map(({ name }) => name));
  const isLeftOut = (write: Write): boolean =>
    write.kind !== "delete" && !known.has(write.after.name) && !isFinalized(zone, write.after.name);
  const leftOut = writes.flatMap((write) => (write.kind !== "delete" && isLeftOut(write) ? [write.after.name] : []));
  const news = leftOut.filter((name) => !state.unfinalized.has(name));
  state.unfinalized = new Set(leftOut);
  if (news.length > 0) {
    onChanged(zone, news);
  }
  return writes.filter((write) => !isLeftOut(write));
}
