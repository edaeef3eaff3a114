import { nothingObserved, type Observed, readDone } from "../../src/controller/zone/state/observed.ts";
import type { ActualRRset } from "../../src/plan/change.ts";
import type { ActualZone } from "../../src/providers/provider.ts";

/** What is known of a backend after a read that found these RRsets; those with the owner "me" are ours. */
export function observedSets(
  sets: readonly ActualRRset[],
  { actual, ...more }: Partial<Omit<Observed, "actual">> & { readonly actual?: Partial<ActualZone> } = {},
): Observed {
  const zone = { revision: "1", sets, ...actual };
  const read = { actual: zone, ownerId: "me", since: 0, names: new Set<never>(), at: 1 };
  return { ...readDone(nothingObserved(undefined), read), ...more };
}
