import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { FINALIZER } from "../../../src/api/meta.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const COM = zone("dns/com", "example.com");
const SUB = zone("dns/sub", "sub.example.com", {}, { createdAt: 9_000 });
const APP = alias("web/app", { hostnames: ["app.sub.example.com"] });
const DOWN = { kind: "failed", message: "down" } as const;

interface Lab extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly world: ControllerWorld;
  readonly com: MemoryBackend;
  readonly sub: MemoryBackend;
}

/** A name in a zone whose server doesn't list its records. */
async function published(subLists: boolean): Promise<Lab> {
  const clock = fakeClock(1_800_000_000_000);
  const com = memoryBackend("example.com", { listsZone: false });
  const sub = memoryBackend("sub.example.com", { listsZone: subLists });
  const world = startWorld({
    clock,
    zones: [COM],
    aliases: [APP],
    targets: { "cdn.test": ["198.51.100.1"] },
    providerOf: (of: DnsZone) => owned(of.meta.name === "com" ? com : sub, { zone: of, ownerId: "me", clock }),
  });
  await clock.advance(MINUTE);
  assert.equal(records(com).length, 1);
  return { clock, world, com, sub, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Nothing but the process knows where the name was: someone removed the status. */
function loseStatus(world: ControllerWorld): void {
  const { status: _, ...without } = world.alias("web/app") ?? assert.fail("no alias");
  world.send({ kind: "alias", alias: without });
  world.apply(without);
}

function records(backend: MemoryBackend): readonly string[] {
  return backend.list().flatMap(({ name, type }) => (name === "app.sub.example.com." && type === "A" ? [name] : []));
}

for (const subLists of [false, true]) {
  const where = subLists ? "a zone that is listed" : "another one that isn't";
  test(`a name moves to ${where} and its alias is deleted: the withdrawal is seen at the old place first`, async () => {
    await using lab = await published(subLists);
    const { clock, world, com, sub } = lab;
    world.apply(SUB);
    await clock.advance(1);
    com.fail(DOWN);
    loseStatus(world);
    world.remove("web/app");
    await clock.advance(5 * MINUTE);
    assert.deepEqual([records(com).length, records(sub)], [1, []]);
    assert.ok(world.alias("web/app")?.meta.finalizers.includes(FINALIZER), "the old place still has the name");
    com.fail(undefined);
    await clock.advance(3 * MINUTE);
    assert.deepEqual([records(com), world.alias("web/app")], [[], undefined]);
  });
}

test("an alias whose name moves to a zone that is listed keeps its finalizer until the old place has let the name go", async () => {
  await using lab = await published(true);
  const { clock, world, com } = lab;
  com.fail(DOWN);
  loseStatus(world);
  world.apply(SUB);
  await clock.advance(5 * MINUTE);
  assert.ok(world.alias("web/app")?.meta.finalizers.includes(FINALIZER));
  com.fail(undefined);
  await clock.advance(3 * MINUTE);
  assert.deepEqual([records(com), world.alias("web/app")?.meta.finalizers], [[], []]);
});
