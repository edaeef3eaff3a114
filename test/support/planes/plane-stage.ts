import type { Millis, Random } from "../../../src/base/clock.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { drawAddresses } from "../history/actions.ts";
import { zonesOf } from "../history/claims.ts";
import { HOSTILE_ADDRESSES, HOSTILE_TARGET, PLACES, TARGETS } from "../history/scene.ts";
import { createStage, knowRetained, lead, pass, putZone, setBase, setTarget, type Stage } from "../history/stage.ts";
import { targetsOf } from "../history/target-facts.ts";
import type { Replica } from "../replicas-world.ts";
import { PLANE_BASE, PLANE_HOSTNAMES, recordsOf } from "./plane-scene.ts";

/** A stage whose responders serve what is published. */
export interface PlaneStage extends Stage {
  /** For each place the last base zone that was valid. */
  readonly validBases: Map<string, string>;
  /** For each place when its base zone became invalid. */
  readonly spoiltAt: Map<string, Millis>;
  /** For each place when its calls last failed. */
  readonly brokenAt: Map<string, Millis>;
  /** When each DnsZone was first there, by uid. */
  readonly zoneSeenAt: Map<string, Millis>;
  /** For each target and family, `one.test A`, when last no alias asked for it: nobody remembers what it had until then. */
  readonly forgottenAt: Map<string, Forgotten>;
  /** Names at which somebody else has records that the responder's base zones don't have. */
  readonly foreignNames: Set<string>;
  /** When a replica last led, as far as that is noted. */
  ledAt: Millis;
  /** The last time without a leader. */
  leaderless: { readonly from: Millis; readonly until: Millis } | undefined;
  /** The replica whose responder is queried: the one that leads, or led last. */
  replica: Replica;
}

export interface Forgotten {
  readonly at: Millis;
  /** The empty readings in a row until then. */
  readonly emptyReadings: number;
}

/** The responder is told the records of zones whose provider has no base zone, but not those of `dns/deep`. */
const WITH_BASE = { responder: { clientSubnet: false, base: { kind: "inline", text: "" } } } as const;

/** All targets, some zones, and a leader. Servers of other providers have the records of the base zone. */
export async function createPlaneStage(random: Random, moreZones: readonly string[] = []): Promise<PlaneStage> {
  const stage = createStage({
    random,
    hostnames: PLANE_HOSTNAMES,
    zoneSpecs: { "dns/net": WITH_BASE, "dns/org": WITH_BASE },
  });
  const replica = stage.world.start();
  const plane: PlaneStage = Object.assign(stage, {
    validBases: new Map<string, string>(),
    spoiltAt: new Map<string, Millis>(),
    brokenAt: new Map<string, Millis>(),
    zoneSeenAt: new Map<string, Millis>(),
    forgottenAt: new Map<string, Forgotten>(),
    foreignNames: new Set<string>(),
    ledAt: -Infinity,
    leaderless: undefined,
    replica,
  });
  PLACES.forEach((place) => setValidBase(plane, place, PLANE_BASE));
  TARGETS.forEach((target) => setTarget(stage, target, drawAddresses(stage, target)));
  setTarget(stage, HOSTILE_TARGET, HOSTILE_ADDRESSES);
  ["dns/com", "dns/net", "dns/org", "dns/deep", ...moreZones].forEach((key) => putZone(stage, key));
  lead(stage, replica);
  await pass(stage, 10_000);
  return plane;
}

/** The base zone of a place changes: in a zone file the rendered zone follows, and elsewhere somebody writes it at the server. */
export function setValidBase(plane: PlaneStage, place: string, text: string): void {
  const backend = plane.backends.get(place);
  if (backend !== undefined) {
    const before = plane.validBases.get(place);
    const old = before === undefined ? backend.list() : recordsOf(before, backend.domain);
    old.forEach(({ name, type }) => backend.remove(name, type));
    recordsOf(text, backend.domain).forEach((set) => backend.put(set));
  }
  plane.validBases.set(place, text);
  plane.spoiltAt.delete(place);
  setBase(plane, place, text);
}

/** The base zone of a place becomes one that nobody can read. */
export function spoilBase(plane: PlaneStage, place: string): void {
  setBase(plane, place, "no zone file at all (");
  if (!plane.spoiltAt.has(place)) {
    plane.spoiltAt.set(place, plane.world.clock.now());
  }
}

/** Notes the targets that no alias asks for, which every replica forgets. Call it after each change of an object. */
export function recordForgotten({ world, forgottenAt }: PlaneStage): void {
  const asking = [...world.aliases.values()].filter(
    (alias) =>
      alias.meta.deletedAt === undefined && alias.spec.hostnames.some((name) => zonesOf(world, name, alias).length > 0),
  );
  const asked = new Set(
    asking.flatMap((alias) =>
      targetsOf(alias).flatMap((target) => alias.spec.families.map((family) => `${target} ${family}`)),
    ),
  );
  const keys = [...world.targets.keys()].flatMap((target) => FAMILIES.map((family) => `${target} ${family}`));
  for (const key of keys.filter((one) => !asked.has(one))) {
    forgottenAt.set(key, { at: world.clock.now(), emptyReadings: world.emptyRunOf.get(key)?.readings ?? 0 });
  }
}

/** Notes that a replica leads, and has written statuses. */
export function recordLeader(plane: PlaneStage): void {
  plane.ledAt = [...plane.world.replicas].some((replica) => replica.leads()) ? plane.world.clock.now() : plane.ledAt;
}

/** From now on, the leader is queried, or without one the replica that led last. Without a leader, the names of deleted DnsZones are those that this replica knows. */
export function followReplica(plane: PlaneStage): void {
  const { world, judge } = plane;
  const replicas = [...world.replicas];
  const leader = replicas.find((one) => one.leads());
  const next = leader ?? replicas.find((one) => one === plane.replica) ?? replicas[0] ?? plane.replica;
  if (leader === undefined && next !== plane.replica) {
    knowRetained(world, next);
    judge.changed();
  }
  plane.replica = next;
  const now = world.clock.now();
  const isOver = plane.leaderless === undefined || plane.leaderless.until <= now;
  if (leader === undefined && isOver) {
    plane.leaderless = { from: now, until: Infinity };
  } else if (leader !== undefined && plane.leaderless !== undefined && !isOver) {
    plane.leaderless = { ...plane.leaderless, until: now };
  }
}
