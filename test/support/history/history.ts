import assert from "node:assert/strict";
import { objectKey } from "../../../src/api/meta.ts";
import { BASE_ZONE } from "../controller-world.ts";
import { NO_FAULTS } from "../replicas-world.ts";
import { ACTIONS, drawAddresses, type Action } from "./actions.ts";
import { queryAll } from "./clients.ts";
import { pick, randomFrom } from "./random.ts";
import { HOSTILE_ADDRESSES, HOSTILE_TARGET, HOSTNAMES, MINUTE, PLACES, TARGETS } from "./scene.ts";
import { createStage, lead, mend, pass, putZone, setBase, setHeld, setPlace, setTarget, type Stage } from "./stage.ts";

/** At most three names in each zone. */
const FEW_HOSTNAMES = [
  "example.com",
  "*.example.com",
  "a.sub.example.com",
  "example.net",
  "a.deep.example.net",
  "example.org",
  "b.example.org",
] as const;
const STEPS = 40;
/** The draw for clients takes nothing from the history's own numbers. */
const CLIENTS_SEED = 0x5eed;

interface Options {
  /** Whether clients query every name at every replica after each step. Defaults to one of two histories. */
  readonly hasClients?: boolean;
}
const WAITS_MS = [0, 20, 500, 3_000, 30_000, 65_000, 200_000, 11 * MINUTE];

/**
 * Plays one random history with its judge, and throws the judge's faults with what happened until then. `without`: kinds of actions that don't happen.
 */
export async function playHistory(seed: number, without: ReadonlySet<string>, options: Options = {}): Promise<void> {
  const random = randomFrom(seed);
  const hasClients = options.hasClients ?? randomFrom(seed ^ CLIENTS_SEED)() < 0.5;
  // In two of three histories no zone gets ten RRsets, so that no guard keeps names from coming and going.
  const hasMany = random() < 0.33;
  const hostnames = hasMany ? HOSTNAMES : FEW_HOSTNAMES;
  const stage = createStage({ random, hostnames });
  const actions = ACTIONS.filter(({ kind }) => !without.has(kind)).flatMap((action) =>
    Array.from({ length: action.weight }, () => action),
  );
  try {
    startStage(stage, random() < 0.5 ? ["dns/sub"] : []);
    const add = ACTIONS.find(({ kind }) => kind === "add an alias");
    for (let count = 0; count < 6; count += 1) {
      stage.log.push(add?.act(stage) ?? "");
    }
    for (let step = 0; step < STEPS; step += 1) {
      await playStep(stage, pick(stage.random, actions), hasClients);
    }
    await calm(stage);
    await checkQuiet(stage);
    await checkForgotten(stage);
  } finally {
    stage.world.replicas.forEach((replica) => replica.kill());
  }
}

/** Some zones, all targets, and a leader. */
export function startStage(stage: Stage, moreZones: readonly string[] = []): void {
  TARGETS.forEach((target) => setTarget(stage, target, drawAddresses(stage, target)));
  setTarget(stage, HOSTILE_TARGET, HOSTILE_ADDRESSES);
  ["dns/com", "dns/net", "dns/org", "dns/deep", ...moreZones].forEach((key) => putZone(stage, key));
  lead(stage, stage.world.start());
}

async function playStep(stage: Stage, { kind, act }: Action, hasClients: boolean): Promise<void> {
  const done = act(stage);
  if (done === undefined) {
    return;
  }
  stage.log.push(`${kind}: ${done}`);
  const wait = pick(stage.random, WAITS_MS);
  await pass(stage, wait);
  stage.log.push(`  +${wait / 1000} s`);
  if (hasClients) {
    await queryAll(stage);
  }
  throwFaults(stage);
}

/** Throws what the judge has found. */
export function throwFaults({ judge, log }: Stage): void {
  const faults = [...new Set(judge.faults)];
  if (faults.length > 0) {
    throw new Error([...faults.map((fault) => `FAULT ${fault}`), "after", ...log].join("\n"));
  }
}

/** Ends all trouble, and waits until everything has settled. */
async function calm(stage: Stage): Promise<void> {
  const { world } = stage;
  stage.log.push("calm");
  world.faults = NO_FAULTS;
  stage.judge.changed("faults");
  mend(stage);
  PLACES.forEach((place) => setBase(stage, place, BASE_ZONE));
  PLACES.forEach((place) => setPlace(stage, place, false));
  TARGETS.forEach((target) => setTarget(stage, target, drawAddresses(stage, target)));
  world.replicas.forEach((replica) => setHeld(stage, replica, false));
  lead(stage, [...world.replicas][0] ?? world.start());
  for (let round = 0; round < 3; round += 1) {
    await pass(stage, 25 * MINUTE);
    const approve = ACTIONS.find(({ kind }) => kind === "approve a plan");
    stage.log.push(`approve a plan: ${approve?.act(stage) ?? "none"}`);
  }
  await pass(stage, 15 * MINUTE);
  throwFaults(stage);
}

/** Nothing is written while nothing changes. */
async function checkQuiet(stage: Stage): Promise<void> {
  const { world, backends } = stage;
  const counts = (): readonly number[] => [
    world.objectWrites,
    ...[...world.stores.values(), ...backends.values()].map((store) => store.writes),
  ];
  const before = counts();
  await pass(stage, 12 * MINUTE);
  assert.deepEqual(counts(), before, "nothing is written while nothing changes");
}

/** When all objects are gone, nothing is remembered of them. */
async function checkForgotten({ world }: Stage): Promise<void> {
  for (const alias of world.aliases.values()) {
    world.remove("DnsAlias", objectKey(alias.meta));
  }
  await world.clock.advance(12 * MINUTE);
  assert.deepEqual([...world.aliases.keys()], [], "all finalizers are gone");
  for (const zone of world.zones.values()) {
    world.remove("DnsZone", objectKey(zone.meta));
  }
  await world.clock.advance(MINUTE);
  for (const { controller } of world.replicas) {
    assert.deepEqual(
      [...controller.sizes()].filter(([, size]) => size > 0),
      [],
    );
  }
}
