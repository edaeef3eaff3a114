import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE, type ControllerWorld, startWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";
import { MAIN, playedChecks, SECOND, steeredAlias } from "../../support/steering-play.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com", {
  responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
});
const EXAMPLE = parseName("example.com");

async function served(world: ControllerWorld): Promise<readonly string[]> {
  const asked = world.controller.answers.live({ zone: EXAMPLE, name: EXAMPLE, family: "A" });
  await world.clock.advance(1_000);
  const answer = await asked;
  return answer?.kind === "addresses" ? answer.addresses : [];
}

test("the responder of a replica that doesn't lead follows the status, and checks nothing", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const [checks, standbyChecks] = [playedChecks(), playedChecks()];
  const parts = { clock, zones: [ZONE], aliases: [steeredAlias()], targets: { "main.test": [MAIN] } };
  await using leader = startWorld({ ...parts, healthChecks: checks, serving: servingPlay() });
  const serving = servingPlay();
  await using standby = startWorld({ ...parts, healthChecks: standbyChecks, leads: false, serving });
  const show = async (): Promise<void> => {
    const alias = leader.alias("web/shop");
    assert.ok(alias);
    standby.send({ kind: "alias", alias });
    await clock.advance(1_000);
  };
  await clock.advance(1_000);
  assert.deepEqual(await served(standby), [], "nothing is selected yet");
  await clock.advance(MINUTE);
  await show();
  assert.deepEqual([await served(leader), await served(standby)], [[MAIN], [MAIN]]);
  checks.dead.add(MAIN);
  await clock.advance(MINUTE);
  serving.reported.length = 0;
  await show();
  assert.deepEqual([await served(leader), await served(standby)], [[SECOND], [SECOND]]);
  assert.deepEqual(serving.reported, ["changed example.com example.com"]);
  assert.deepEqual(standbyChecks.checked, []);
  assert.deepEqual(leader.published("dns/com"), [`example.com 300 ${SECOND}`]);
});

test("a replica that begins to lead keeps the selection, and checks", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const [checks, standbyChecks] = [playedChecks(), playedChecks()];
  [checks, standbyChecks].forEach(({ dead }) => dead.add(MAIN));
  const parts = { clock, zones: [ZONE], targets: { "main.test": [MAIN] } };
  const leader = startWorld({ ...parts, aliases: [steeredAlias()], healthChecks: checks });
  await clock.advance(2 * MINUTE);
  const alias = leader.alias("web/shop");
  assert.deepEqual(alias?.status?.selected?.targets, ["second"]);
  await using standby = startWorld({
    ...parts,
    stores: leader.stores,
    aliases: [alias],
    healthChecks: standbyChecks,
    leads: false,
  });
  await leader[Symbol.asyncDispose]();
  standby.lead();
  for (let second = 0; second < 60; second += 1) {
    await clock.advance(1_000);
    assert.deepEqual(standby.published("dns/com"), [`example.com 300 ${SECOND}`]);
  }
  assert.ok(standbyChecks.checked.includes(MAIN));
  assert.equal(standby.condition("web/shop", "Healthy"), "False FailedOver");
});
