import type { Clock, Millis } from "../../base/clock.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { FAMILIES, type Family, rrsetKey } from "../../dns/record.ts";
import type { NamePlan } from "../../plan/name-plan.ts";
import { type Move, moveEndsAt, nextMove } from "../inventory/move/name-move.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { FindingDeps } from "./findings.ts";
import { ownedNames } from "./state/observed.ts";
import { movesDecided, type Planned } from "./state/planned.ts";
import { replace, type ZoneState } from "./state/zone-state.ts";

/** The facts about names that leave a zone. */
export interface Departures {
  /** The former names of the zone that other zones have now. */
  readonly formerNames: (zone: ObjectKey) => Iterable<Name>;
  /** The other zones that have the name now, sorted. Empty: no alias has it. */
  readonly zonesOf: (zone: ObjectKey, name: Name) => readonly ObjectKey[];
  readonly hasClaim: (zone: ObjectKey, name: Name) => boolean;
  readonly stateOf: (zone: ObjectKey) => ZoneState | undefined;
  /** The desired records of these names while they stay. Records of a name that is missing in this plan don't change. */
  readonly plan: (zone: DnsZone, names: readonly Name[]) => ZonePlan;
  /** True if both zones read and write the same records. */
  readonly sharesRecords: (zone: ObjectKey, other: ObjectKey) => boolean;
  /** Called when the zone no longer has any state of the name. */
  readonly ended: (zone: ObjectKey, name: Name) => void;
}

export interface MoveDeps extends FindingDeps {
  readonly clock: Clock;
  readonly departures: Departures;
}

/** The plan of a zone for the names that other zones have now. */
export interface Leaving {
  /** The desired records of these names while they remain. */
  readonly plan: ZonePlan;
  /** The names whose records are withdrawn now. While the guard holds their deletes, their addresses follow their targets. */
  readonly going: ReadonlySet<Name>;
}

/** Decides which records of the zone remain until the new zones of their names serve them, and reports changes. */
export function leave(deps: MoveDeps, state: ZoneState, plan: ZonePlan): Leaving {
  const zone = objectKey(state.handle.zone.meta);
  const { departures } = deps;
  const planned = new Set(plan.names.map(({ name }) => name));
  const unplanned = [...ownedNames(state.observed)].filter((name) => !planned.has(name));
  const leaving = new Set(
    unplanned.filter((name) => !departures.hasClaim(zone, name) && departures.zonesOf(zone, name).length > 0),
  );
  const follow = departures.plan(state.handle.zone, [...leaving]);
  const plans = new Map(follow.names.map((one) => [one.name, one]));
  const before = state.planned.moves;
  const moves = movesOf(deps, state, leaving, plans);
  replace(state, { planned: movesDecided(state.planned, moves, dueAt(moves.values(), follow)) });
  for (const name of departures.formerNames(zone)) {
    if (!moves.has(name) && !planned.has(name)) {
      departures.ended(zone, name);
    }
  }
  reportMoves(deps, state, before);
  const isShared = ({ to }: Move): boolean => to.some((other) => departures.sharesRecords(zone, other));
  // A claim can have returned since the plan was made.
  const kept = unplanned.filter((name) => departures.hasClaim(zone, name)).map(unchanged);
  const going = new Set<Name>();
  for (const [name, move] of [...moves].filter(([one]) => leaving.has(one))) {
    const follows = plans.get(name) ?? unchanged(name);
    const isOver = move.phase !== "waiting";
    kept.push(isOver && isShared(move) ? unchanged(name) : follows);
    if (isOver && !isShared(move)) {
      going.add(name);
    }
  }
  return kept.length === 0
    ? { plan, going }
    : {
        plan: { ...plan, names: [...plan.names, ...kept], claims: new Map([...plan.claims, ...follow.claims]) },
        going,
      };
}

/**
 * The moves of the names. A name that was withdrawn before its new zone served it is remembered until that zone serves it, or no
 * longer has it.
 */
function movesOf(
  { clock, departures }: MoveDeps,
  state: ZoneState,
  leaving: ReadonlySet<Name>,
  plans: ReadonlyMap<Name, NamePlan>,
): ReadonlyMap<Name, Move> {
  const zone = objectKey(state.handle.zone.meta);
  const withdrawn = [...state.planned.moves.values()].filter(
    ({ name, phase }) => phase === "overdue" && !leaving.has(name) && !departures.hasClaim(zone, name),
  );
  const moves = new Map<Name, Move>();
  const refusedIn = planRefusals(departures.stateOf);
  for (const name of [...leaving, ...withdrawn.map((move) => move.name)]) {
    const to = departures.zonesOf(zone, name);
    const families = FAMILIES.filter((family) => plans.get(name)?.sets.some(({ type }) => type === family) === true);
    const isServed = to.every((other) => hasArrived(departures.stateOf(other), name, families));
    const isUnwritten = !to.every(
      (other) => refusedIn(other).has(name) || isDecided(departures.stateOf(other), name, families),
    );
    const isFrozen = plans.get(name)?.frozen === true;
    const input = { name, to, isServed, isFrozen, isUnwritten, now: clock.now() };
    const move = nextMove(state.planned.moves.get(name), input);
    if (leaving.has(name) || (move.phase === "overdue" && to.length > 0)) {
      moves.set(name, move);
    }
  }
  return moves;
}

/**
 * True if a zone has written the name with these families, and every server that can be queried serves it. If the list is empty,
 * any family counts.
 */
function hasArrived(state: ZoneState | undefined, name: Name, families: readonly Family[]): boolean {
  if (state === undefined || !isWritten(state, name, families)) {
    return false;
  }
  const { publishedTimes, unconfirmed } = state.confirmed;
  return publishedTimes.has(name) && !unconfirmed.has(name);
}

function isWritten({ observed }: ZoneState, name: Name, families: readonly Family[]): boolean {
  const has = (family: Family): boolean => observed.owned.has(rrsetKey({ name, type: family }));
  return observed.actual !== undefined && FAMILIES.some(has) && families.every(has);
}

/** True if a zone has written the name, or will never write it because an older DnsZone has the same write location. */
function isDecided(state: ZoneState | undefined, name: Name, families: readonly Family[]): boolean {
  if (state === undefined) {
    return false;
  }
  const { outcome } = state.planned;
  const isOthers = outcome.kind === "refused" && outcome.reason === "ZoneConflict";
  return isOthers || isWritten(state, name, families);
}

/** The names that the plan of a zone refuses, collected once for each zone. Names that the backend rejects are not included. */
function planRefusals(stateOf: Departures["stateOf"]): (zone: ObjectKey) => ReadonlySet<Name> {
  const known = new Map<ObjectKey, ReadonlySet<Name>>();
  return (zone) => {
    const before = known.get(zone);
    if (before !== undefined) {
      return before;
    }
    const { refusals = [], rejected = [] } = stateOf(zone)?.planned ?? {};
    const isRejected = new Set(rejected);
    const names = new Set(refusals.flatMap((refusal) => (isRejected.has(refusal) ? [] : [refusal.name])));
    known.set(zone, names);
    return names;
  };
}

/** Reports changed moves. The statuses of the aliases and of both zones show why a name waits, so they are updated. */
function reportMoves(deps: MoveDeps, state: ZoneState, before: Planned["moves"]): void {
  const { log, reporter } = deps;
  const { moves } = state.planned;
  const zone = objectKey(state.handle.zone.meta);
  const names = [...new Set([...before.keys(), ...moves.keys()])].filter((name) => {
    const [was, is] = [before.get(name), moves.get(name)];
    return was?.phase !== is?.phase || was?.since !== is?.since || was?.stays !== is?.stays;
  });
  for (const name of names) {
    const [was, is] = [before.get(name), moves.get(name)];
    if (is?.phase === "overdue" && was?.phase !== "overdue") {
      log.warn({ zone, hostname: displayName(name), to: is.to }, "moved hostname not served by its new zone in time");
      reporter.event(state.handle.zone, { type: "Warning", reason: "MoveOverdue", message: overdueText(is) });
    }
    for (const other of new Set([...(was?.to ?? []), ...(is?.to ?? [])])) {
      deps.onChanged(other, [name]);
    }
  }
  if (names.length > 0) {
    deps.onChanged(zone, []);
  }
}

/** The time of the next plan that is due only because of moves. */
function dueAt(moves: Iterable<Move>, follow: ZonePlan): Millis | undefined {
  const ends = [...moves].filter(({ phase }) => phase === "waiting").flatMap((move) => moveEndsAt(move) ?? []);
  const changes = [...follow.contributions.values()].flatMap(({ changesAt }) => changesAt ?? []);
  const all = [...ends, ...changes];
  return all.length === 0 ? undefined : Math.min(...all);
}

function unchanged(name: Name): NamePlan {
  return { name, sets: [], frozen: true, keepPublished: [] };
}

function overdueText({ name, to }: Move): string {
  return `Hostname ${displayName(name)} is withdrawn from this DnsZone. DnsZone ${to.join(", ")} has not served it for 10 minutes.`;
}
