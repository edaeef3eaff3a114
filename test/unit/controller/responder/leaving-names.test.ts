import assert from "node:assert/strict";
import { test } from "node:test";
import type { ZoneSpec } from "../../../../src/api/dns-zone.ts";
import { displayName, parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import { BASE_ZONE, startWorld, type ControllerWorld, type WorldOptions } from "../../../support/controller-world.ts";
import { alias, zone } from "../../../support/objects.ts";
import { servingPlay, type ServingPlay } from "../../../support/serving-play.ts";

const MINUTE = 60_000;
const INLINE: Partial<ZoneSpec> = { responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false } };
const FROM_MAP: Partial<ZoneSpec> = {
  responder: { base: { kind: "configMap", name: "base", key: "zone" }, clientSubnet: false },
};
const COM = zone("dns/com", "example.com", INLINE);
const SUB = zone("dns/sub", "sub.example.com", FROM_MAP, { createdAt: 9_000 });
const APP = alias("web/app", { hostnames: ["app.sub.example.com", "*.sub.example.com"] });

for (const leads of [true, false]) {
  const who = leads ? "a leader" : "a replica that waits";

  test(`${who} answers a name in its old zone until the new zone is served, and follows the target`, async () => {
    await using world = start({ zones: [COM], aliases: [APP], leads });
    await world.clock.advance(MINUTE);
    world.apply(SUB);
    await world.clock.advance(MINUTE);
    assert.deepEqual(namesIn(world, "example.com"), ["*.sub.example.com", "app.sub.example.com"]);
    assert.deepEqual(await answer(world, "example.com"), ["198.51.100.1"]);
    world.targets.set("cdn.test", ["198.51.100.2"]);
    await world.clock.advance(3 * MINUTE);
    assert.deepEqual(await answer(world, "example.com"), ["198.51.100.2"]);
    world.serving.bases.set("dns/base/zone", BASE_ZONE);
    world.send({ kind: "input", zone: "dns/sub" });
    await world.clock.advance(1_000);
    assert.deepEqual(namesIn(world, "sub.example.com"), ["*.sub.example.com", "app.sub.example.com"]);
    assert.deepEqual(namesIn(world, "example.com"), []);
    assert.deepEqual(await answer(world, "sub.example.com"), ["198.51.100.2"]);
  });

  test(`${who} answers it there for as long as the new zone can't be served`, async () => {
    await using world = start({ zones: [COM], aliases: [APP], leads });
    await world.clock.advance(MINUTE);
    world.apply(SUB);
    await world.clock.advance(60 * MINUTE);
    assert.equal(namesIn(world, "example.com").length, 2);
    assert.deepEqual(await answer(world, "example.com"), ["198.51.100.1"]);
    world.serving.bases.set("dns/base/zone", BASE_ZONE);
    world.send({ kind: "input", zone: "dns/sub" });
    await world.clock.advance(1_000);
    assert.deepEqual(namesIn(world, "example.com"), []);
  });
}

test("a replica that starts while a name waits answers it in the old zone, by the alias's status", async () => {
  const hostnames = [{ hostname: "app.sub.example.com", zone: "dns/com", addresses: ["198.51.100.1"] }];
  const app = { ...APP, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
  await using world = start({ zones: [COM, SUB], aliases: [app], leads: false });
  await world.clock.advance(MINUTE);
  assert.deepEqual(namesIn(world, "example.com"), ["app.sub.example.com"]);
  assert.deepEqual(await answer(world, "example.com"), ["198.51.100.1"]);
});

test("a status gives no name to a zone that doesn't admit the alias", async () => {
  const hostnames = [{ hostname: "app.sub.example.com", zone: "dns/com", addresses: ["198.51.100.1"] }];
  const app = { ...APP, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
  const closed = zone("dns/com", "example.com", { ...INLINE, allowedNamespaces: { from: "Same" } });
  await using world = start({ zones: [closed, SUB], aliases: [app], leads: false });
  await world.clock.advance(MINUTE);
  assert.deepEqual(namesIn(world, "example.com"), []);
  assert.equal(await answer(world, "example.com"), undefined);
});

function start(options: WorldOptions): ControllerWorld & { readonly serving: ServingPlay } {
  const serving = servingPlay();
  return Object.assign(startWorld({ targets: { "cdn.test": ["198.51.100.1"] }, ...options, serving }), { serving });
}

function namesIn({ serving }: { readonly serving: ServingPlay }, domain: string): readonly string[] {
  return (serving.zones.get(domain)?.aliases ?? []).map(({ name }) => displayName(name)).toSorted();
}

async function answer(world: ControllerWorld, domain: string): Promise<readonly string[] | undefined> {
  const question = { zone: parseName(domain), name: parseOwnerName("app.sub.example.com"), family: "A" } as const;
  const asked = world.controller.answers.live(question);
  await world.clock.advance(10);
  const found = await asked;
  return found?.kind === "addresses" ? found.addresses : undefined;
}
