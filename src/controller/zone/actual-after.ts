import type { ActualRRset } from "../../plan/change.ts";
import type { ActualZone, Applied, Drift } from "../../providers/provider.ts";

/** What the backend has after a write: a write of ours changes neither the room of its place nor the hosts of its base zone. */
export function actualAfter(
  { serial: before, warning, capacity, hosts, encloserOf }: ActualZone,
  { revision, serial = before }: Applied,
  { sets, drift }: { readonly sets: readonly ActualRRset[]; readonly drift: readonly Drift[] },
): ActualZone {
  return {
    revision,
    sets,
    ...(serial === undefined ? {} : { serial }),
    ...(drift.length === 0 ? {} : { drift }),
    ...(warning === undefined ? {} : { warning }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(encloserOf === undefined ? {} : { encloserOf }),
  };
}
