import { objectKey } from "../../api/meta.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { ActualZone } from "../../providers/provider.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import { deferred, failed, recordInputProblem, settleAs } from "./findings.ts";
import { REFUSED_RETRY_MS, resyncMs } from "./next-plan.ts";
import type { ReconcileDeps } from "./reconcile-deps.ts";
import { concurrentWrites, writeSeen } from "./state/concurrent-writer.ts";
import { type BackendContent, ownedNames, readDone } from "./state/observed.ts";
import { observe, replace, type ZoneState } from "./state/zone-state.ts";

/** The state of the backend, from a recent read or a new one. If the read fails, returns the time of the next round. */
export async function readBackend(
  deps: ReconcileDeps,
  state: ZoneState,
  { plan, since }: { readonly plan: ZonePlan; readonly since: BackendContent["since"] },
  signal: AbortSignal,
): Promise<ActualZone | Requeue> {
  const names = plan.names.map(({ name }) => name);
  const { observed } = state;
  const { readNames } = observed;
  const targets = deps.targetNames(state.handle.zone);
  const known =
    names.every((name) => readNames.has(name)) &&
    (observed.lists !== false || targets.every((name) => readNames.has(name)));
  if (observed.actual !== undefined && known && deps.clock.now() - (observed.readAt ?? 0) < resyncMs(state)) {
    return observed.actual;
  }
  const queried = new Set([...names, ...ownedNames(observed), ...deps.formerNames(state.handle.zone)]);
  const all = new Set([...queried, ...targets]);
  const read = await state.handle.provider.read([...all].sort(byCodeUnit), signal);
  switch (read.kind) {
    case "ok": {
      const actual = { ...read.zone, sets: deps.setsHere(state.handle.zone, queried, read.zone.sets) };
      const theirs = concurrentWrites(state.observed, actual, deps.ownerId);
      replace(state, { writerHolds: writeSeen(state.writerHolds, theirs, deps.clock.now()) });
      deps.refreshTargets(objectKey(state.handle.zone.meta), theirs);
      const { inputProblem } = state.observed;
      const done = { actual, ownerId: deps.ownerId, since, names: all, at: deps.clock.now() };
      observe(state, readDone(state.observed, done));
      recordInputProblem(deps, state, inputProblem);
      return actual;
    }
    case "refused":
      return settleAs(deps, state, read, { afterMs: REFUSED_RETRY_MS });
    case "failed":
      return read.deferred === true ? deferred(deps, state, read) : failed(deps, state, read);
  }
}
