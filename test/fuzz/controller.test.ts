import assert from "node:assert/strict";
import { test } from "node:test";
import { objectKey } from "../../src/api/meta.ts";
import { createPlay, type Play } from "../support/controller-play.ts";
import { FUZZ_SEED } from "../support/property.ts";

/** Raise it by hand while hunting; each play takes half a second to a second. */
const PLAYS = 12;
const FIRST_SEED = FUZZ_SEED;
const STEPS = 40;
const MINUTE = 60_000;

for (let seed = FIRST_SEED; seed < FIRST_SEED + PLAYS; seed += 1) {
  test(`whatever happens, the zones end as the objects and targets say, and no name is blanked on the way (seed ${seed})`, async () => {
    const play = createPlay(seed);
    try {
      for (let step = 0; step < STEPS; step += 1) {
        await play.step();
      }
      await play.calm();
      play.check();
      await checkQuiet(play);
      await checkForgotten(play);
    } catch (error) {
      throw new Error(play.log.join("\n"), { cause: error });
    } finally {
      play.world.replicas.forEach((replica) => replica.kill());
    }
  });
}

async function checkQuiet({ world }: Play): Promise<void> {
  const counts = (): readonly number[] => [
    world.objectWrites,
    ...[...world.stores.values()].map((store) => store.writes),
  ];
  const before = counts();
  await world.clock.advance(12 * MINUTE);
  assert.deepEqual(counts(), before, "nothing is written while nothing changes");
}

/** When all objects are gone, nothing is remembered of them. */
async function checkForgotten({ world }: Play): Promise<void> {
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
