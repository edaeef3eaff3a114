import { pick, randomFrom } from "../history/random.ts";
import { MINUTE } from "../history/scene.ts";
import { pass } from "../history/stage.ts";
import { addSome, PLANE_ACTIONS, type PlaneAction } from "./plane-actions.ts";
import { comparePlanes, type PlaneTally } from "./plane-judge.ts";
import { createPlaneStage, followReplica, recordForgotten, recordLeader, type PlaneStage } from "./plane-stage.ts";

const STEPS = 25;
const ALIASES = 6;
const WAITS_MS = [3_000, 30_000, 65_000, 200_000, 11 * MINUTE];

/** Plays one random history, compares the planes after each step, and throws the differences with what happened until then. */
export async function playPlanes(seed: number, tally: PlaneTally): Promise<void> {
  const random = randomFrom(seed);
  const plane = await createPlaneStage(random, random() < 0.5 ? ["dns/sub"] : []);
  const actions = PLANE_ACTIONS.flatMap((action) => Array.from({ length: action.weight }, () => action));
  try {
    for (let count = 0; count < ALIASES; count += 1) {
      plane.log.push(`add an alias: ${addSome(plane)}`);
    }
    for (let step = 0; step < STEPS; step += 1) {
      await playStep(plane, pick(random, actions), tally);
    }
  } finally {
    plane.world.replicas.forEach((replica) => replica.kill());
  }
}

async function playStep(plane: PlaneStage, { kind, act }: PlaneAction, tally: PlaneTally): Promise<void> {
  plane.world.brokenPlaces.forEach((place) => plane.brokenAt.set(place, plane.world.clock.now()));
  const done = await act(plane);
  if (done === undefined) {
    return;
  }
  const wait = pick(plane.random, WAITS_MS);
  plane.log.push(`${kind}: ${done}`, `  +${wait / 1000} s`);
  followReplica(plane);
  recordZones(plane);
  recordForgotten(plane);
  await pass(plane, wait);
  recordLeader(plane);
  const faults = await comparePlanes(plane, tally);
  if (faults.length > 0) {
    throw new Error([...faults.map((fault) => `FAULT ${fault}`), "after", ...plane.log].join("\n"));
  }
}

function recordZones({ world, zoneSeenAt }: PlaneStage): void {
  for (const { meta } of world.zones.values()) {
    zoneSeenAt.set(meta.uid, zoneSeenAt.get(meta.uid) ?? world.clock.now());
  }
}
