import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { startWorld } from "../../support/controller-world.ts";
import { memoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com");
const PAUSED = { paused: true };
const TARGETS = { "cdn.test": ["198.51.100.1"], "own.test": ["203.0.113.1"] };

test("a paused alias keeps no records that were published for an alias of another namespace", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [
      alias("web/shop"),
      alias("zeta/shop", { targets: ["own.test"], meta: { createdAt: 2_000 }, spec: PAUSED }),
    ],
    targets: TARGETS,
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  world.remove("web/shop");
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  world.apply(alias("zeta/shop", { targets: ["own.test"], meta: { createdAt: 2_000, generation: 2 } }));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 203.0.113.1"]);
});

test("a paused alias keeps the records of an alias of its own namespace", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [
      alias("web/shop"),
      alias("web/other", { targets: ["own.test"], meta: { createdAt: 2_000 }, spec: PAUSED }),
    ],
    targets: TARGETS,
  });
  await world.clock.advance(MINUTE);
  const before = world.published("dns/com");
  world.remove("web/shop");
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), before);
});

for (const { targets, and } of [
  { targets: ["cdn.test"], and: "" },
  { targets: ["cdn.test", "failing.test"], and: ", and another target of it was never read" },
]) {
  test(`a paused alias keeps records that became its own without a write, because another namespace had the same${and}`, async () => {
    await using world = startWorld({
      zones: [ZONE],
      aliases: [alias("web/shop"), alias("zeta/shop", { targets, meta: { createdAt: 2_000 } })],
      targets: { ...TARGETS, "failing.test": "servfail" },
    });
    await world.clock.advance(MINUTE);
    const before = world.published("dns/com");
    assert.deepEqual(before, ["example.com 60 198.51.100.1"]);
    world.remove("web/shop");
    await world.clock.advance(5 * MINUTE);
    world.apply(alias("zeta/shop", { targets, meta: { createdAt: 2_000, generation: 2 }, spec: PAUSED }));
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(world.published("dns/com"), before);
  });
}

test("a paused alias keeps records that its targets have, if the backend was away since another namespace had the name", async () => {
  const backend = memoryBackend("example.com");
  const targets = ["cdn.test", "own.test"];
  await using world = startWorld({
    zones: [ZONE],
    aliases: [alias("web/shop"), alias("zeta/shop", { targets, meta: { createdAt: 2_000 } })],
    targets: TARGETS,
    providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock: systemClock }),
  });
  const published = (): readonly string[] =>
    backend.list().flatMap(({ name, type, data }) => (name === "example.com." && type === "A" ? data : []));
  await world.clock.advance(MINUTE);
  backend.fail({ kind: "failed", message: "down" });
  world.remove("web/shop");
  await world.clock.advance(5 * MINUTE);
  world.apply(alias("zeta/shop", { targets, meta: { createdAt: 2_000, generation: 2 }, spec: PAUSED }));
  await world.clock.advance(MINUTE);
  backend.fail(undefined);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(published(), ["198.51.100.1"]);
});
