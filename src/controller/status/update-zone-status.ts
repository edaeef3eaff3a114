import type { Refusal } from "../../plan/change.ts";
import { isDeepStrictEqual } from "node:util";
import type { Millis } from "../../base/clock.ts";
import type { Condition } from "../../api/condition/condition.ts";
import { sentences } from "../../api/condition/sentence.ts";
import { summarize } from "../../api/condition/summarize.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey, type ObjectMeta } from "../../api/meta.ts";
import { byCodeUnit } from "../../base/order.ts";
import { displayName } from "../../dns/name/name.ts";
import { type Move, moveEndsAt } from "../inventory/move/name-move.ts";
import { releaseUnserved, updateInvalidStatus } from "./update-alias-status.ts";
import { endUnreadZone, endZone, stepZoneFinalizer, type ZoneFinalizerDeps } from "./zone-finalizer.ts";
import { type ConditionResult, invalidMessage } from "./alias-conditions.ts";
import { unverifiedCondition } from "./programmed-condition.ts";
import { time } from "./field/time.ts";
import { leftHostnames } from "./left-hostnames.ts";
import { afterWrite } from "./finalizer.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import type { Observer } from "../ports/observer.ts";
import type { Reporter } from "../ports/reporter.ts";
import { boundText } from "./field/bound.ts";
import type { Store } from "../inventory/store.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import { guardStatus } from "../zone/guarded-writes.ts";
import type { Confirmed, Propagation } from "../zone/state/confirmed.ts";
import { ownedNames } from "../zone/state/observed.ts";
import type { ZoneState } from "../zone/state/zone-state.ts";

export interface ZoneReportDeps extends ZoneFinalizerDeps {
  readonly reporter: Reporter;
  readonly observer: Observer;
  readonly store: Store;
  readonly zoneState: (zone: ObjectKey) => ZoneState | undefined;
  readonly invalidEdit: (zone: ObjectKey) => InvalidObject | undefined;
  readonly mayWrite: () => boolean;
  /** The metadata of a DnsZone that is being deleted only because its CustomResourceDefinition is being deleted. */
  readonly unserved: (zone: ObjectKey) => ObjectMeta | undefined;
}

/** Updates the finalizer and the status of one zone. It writes only differences. */
export async function updateZoneStatus(deps: ZoneReportDeps, key: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const state = deps.zoneState(key);
  const zone = deps.store.zone(key);
  const unserved = deps.unserved(key);
  if (!deps.mayWrite()) {
    return { requeue: "done" };
  }
  if (unserved !== undefined) {
    return releaseUnserved(deps, { kind: "DnsZone", meta: unserved }, signal);
  }
  if (zone === undefined) {
    const invalid = deps.invalidEdit(key);
    const ended = invalid && (await endUnreadZone(deps, invalid, signal));
    return ended ?? updateInvalidStatus(deps, invalid, signal);
  }
  const failed = await stepZoneFinalizer(deps, zone, signal);
  const isPlanned = state !== undefined && state.planned.outcome.kind !== "pending";
  const written: Requeue = isPlanned ? await writeStatus(deps, zone, state, signal) : { requeue: "done" };
  if (zone.meta.deletedAt !== undefined) {
    return endZone(deps, zone, state, signal);
  }
  return failed ?? written;
}

async function writeStatus(
  deps: ZoneReportDeps,
  zone: DnsZone,
  state: ZoneState,
  signal: AbortSignal,
): Promise<Requeue> {
  const key = objectKey(zone.meta);
  const left = leftHostnames(deps, zone, state);
  const status = {
    ...zoneStatus(zone, state, deps.invalidEdit(key), deps.clock.now()),
    ...(left.length > 0 && { leftHostnames: left }),
  };
  if (isDeepStrictEqual(status, zone.status)) {
    return { requeue: "done" };
  }
  const written = await deps.reporter.zoneStatus(zone, status, signal);
  deps.observer.statusWrite(written.kind);
  if (written.kind === "written") {
    deps.store.rememberZoneStatus(zone, status);
  } else if (written.kind === "failed") {
    deps.log.warn({ zone: key, err: written.message }, "status not written");
  }
  return afterWrite(written);
}

function zoneStatus(zone: DnsZone, state: ZoneState, invalidEdit: InvalidObject | undefined, now: Millis): ZoneStatus {
  const { outcome, guard: memory } = state.planned;
  const { propagation, propagationTimes } = state.confirmed;
  const generation = invalidEdit?.generation ?? zone.meta.generation;
  const lag =
    propagationTimes.length === 0 ? undefined : boundText(Math.max(...propagationTimes), zone.status?.deliveryLag, 100);
  const servers = serverCounts(propagation, zone.status?.servers);
  const guard = guardStatus(memory);
  const serial = state.observed.serial ?? zone.status?.serial;
  return {
    observedGeneration: generation,
    conditions: summarize({
      accepted: acceptedCondition(state, invalidEdit),
      programmed: programmedCondition(
        state,
        zone.status?.conditions.find(({ type }) => type === "Programmed"),
      ),
      paused: false,
      generation,
      previous: zone.status?.conditions ?? [],
      now,
    }),
    provider: state.handle.provider.id,
    names: ownedNames(state.observed).size,
    ...(serial === undefined ? {} : { serial }),
    ...(servers === undefined ? {} : { servers }),
    ...(lag === undefined ? {} : { deliveryLag: lag }),
    ...(outcome.kind === "held" ? { planHash: outcome.hash } : {}),
    ...(guard === undefined ? {} : { guard }),
  };
}

/** During a normal delivery, the previous counts remain, so that a delivery needs no status write. */
function serverCounts(
  { obstacle, laggingSince, slow, total, current }: Propagation,
  before: ZoneStatus["servers"],
): ZoneStatus["servers"] {
  if (obstacle !== undefined) {
    return undefined;
  }
  const isSettled = laggingSince === undefined || slow;
  return isSettled && total !== undefined ? { current, total } : before;
}

function acceptedCondition(
  { planned: { outcome } }: ZoneState,
  invalidEdit: InvalidObject | undefined,
): ConditionResult {
  if (invalidEdit !== undefined) {
    return { status: "False", reason: "Invalid", message: invalidMessage(invalidEdit.problems) };
  }
  return outcome.kind === "refused" && (outcome.reason === "ZoneConflict" || outcome.reason === "NotDelegated")
    ? { status: "False", reason: outcome.reason, message: outcome.message }
    : { status: "True", reason: "Accepted", message: "The DnsZone is accepted." };
}

function programmedCondition(
  { planned, confirmed, handle: { provider }, observed: { inputProblem, actual }, deliveryProblem }: ZoneState,
  before: Condition | undefined,
): ConditionResult {
  const { outcome, refusals: all, moves } = planned;
  const { propagation: serving } = confirmed;
  switch (outcome.kind) {
    case "pending":
      return { status: "Unknown", reason: "Pending", message: "The DnsZone has not been planned yet." };
    case "refused":
      return { status: "False", reason: outcome.reason, message: outcome.message };
    case "failed":
      return {
        status: "False",
        reason: "WriteFailed",
        message: `Writes have failed since ${time(outcome.since)}: ${outcome.message}`,
      };
    case "held":
      return { status: "False", reason: "PlanHeld", message: outcome.message };
    case "ok":
      break;
  }
  if (inputProblem !== undefined) {
    return { status: "False", reason: inputProblem.reason, message: inputProblem.message };
  }
  const refusals = all.filter(({ type }) => type !== "HTTPS");
  const [first] = refusals;
  if (first !== undefined) {
    return { status: "False", reason: first.reason, message: refusedText(refusals, first) };
  }
  const unverified = unverifiedCondition(serving, before) ?? uncheckedCondition(confirmed, before);
  if (unverified !== undefined) {
    return unverified;
  }
  if (serving.slow) {
    const message = `Only ${serving.current} of ${serving.total ?? 0} servers serve the records that were written at ${time(serving.laggingSince)}.`;
    return { status: "False", reason: "PropagationSlow", message };
  }
  const [https] = all;
  const warnings = [
    ...(https === undefined ? [] : [refusedText(all, https)]),
    ...(actual?.warning === undefined ? [] : [actual.warning]),
    ...(deliveryProblem === undefined ? [] : [deliveryProblem]),
    ...movesText([...moves.values()]),
  ];
  const message = sentences([`The records are written to ${provider.id}`, ...warnings]);
  return { status: "True", reason: "Programmed", message };
}

/** The condition at the start, before the servers were listed. */
function uncheckedCondition({ servers }: Confirmed, before: Condition | undefined): ConditionResult | undefined {
  return servers !== undefined || before?.status === "True"
    ? undefined
    : {
        status: "Unknown",
        reason: "Propagating",
        message: "The records are written. The servers have not been queried yet.",
      };
}

/**
 * Sentences about moved names whose records still remain in this zone, and about names that were withdrawn here although their new
 * zone doesn't serve them.
 */
function movesText(moves: readonly Move[]): readonly string[] {
  const text = (
    isShown: (move: Move) => boolean,
    tell: (names: string, zones: string, until: Millis) => string,
  ): readonly string[] => {
    const found = moves.filter(isShown);
    const names = found.map(({ name }) => displayName(name)).sort(byCodeUnit);
    const more = names.length > SHOWN_NAMES ? [`${names.length - SHOWN_NAMES} more`] : [];
    const zones = [...new Set(found.flatMap(({ to }) => to))].sort(byCodeUnit).slice(0, SHOWN_NAMES);
    const until = Math.max(...found.flatMap((move) => moveEndsAt(move) ?? []));
    return found.length === 0
      ? []
      : [tell([...names.slice(0, SHOWN_NAMES), ...more].join(", "), zones.join(", "), until)];
  };
  return [
    ...text(
      ({ phase, stays }) => phase === "waiting" && stays === undefined,
      (names, zones, until) =>
        `Moved hostnames (${names}) remain here until DnsZone ${zones} serves them, at most until ${time(until)}`,
    ),
    ...text(
      ({ phase, stays }) => phase === "waiting" && stays === "unwritten",
      (names, zones) => `Moved hostnames (${names}) remain here until they are written to DnsZone ${zones}`,
    ),
    ...text(
      ({ phase, stays }) => phase === "waiting" && stays === "frozen",
      (names, zones) =>
        `Hostnames (${names}) remain in this DnsZone, and are not written to DnsZone ${zones}, while they are paused or lead back to themselves`,
    ),
    ...text(
      ({ phase }) => phase === "overdue",
      (names, zones) =>
        `Moved hostnames (${names}) were withdrawn. DnsZone ${zones} does not serve them after 10 minutes`,
    ),
  ];
}

function refusedText(refusals: readonly Refusal[], first: Refusal): string {
  const names = [...new Set(refusals.map(({ name }) => displayName(name)))].slice(0, SHOWN_NAMES).join(", ");
  const [are, records] = refusals.length === 1 ? ["is", "RRset"] : ["are", "RRsets"];
  return `${refusals.length} ${records} ${are} refused (${names}): ${first.message}`;
}

const SHOWN_NAMES = 10;
