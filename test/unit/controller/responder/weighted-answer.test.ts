import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../../src/api/dns-alias.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ClientAnswer, LiveAnswer } from "../../../../src/responder/answer-source.ts";
import { BASE_ZONE, type ControllerWorld, startWorld } from "../../../support/controller-world.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { alias, zone } from "../../../support/objects.ts";
import { servingPlay } from "../../../support/serving-play.ts";
import { CHECK, playedChecks, steeredAlias } from "../../../support/steering-play.ts";

const MINUTE = 60_000;
const EXAMPLE = parseName("example.com");
const ZONE = zone("dns/com", "example.com", {
  responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
});
const SUBNET = { address: "198.51.100.0", prefix: 24 };

/** Target `a` has addresses in 11.0.1.0/24 and 2001:db8:1::, and so on. */
function target(
  name: string,
  weight: number | undefined,
  ...addresses: readonly string[]
): AliasSpec["targets"][number] {
  return {
    kind: "addresses",
    name,
    priority: 0,
    ...(weight !== undefined && { weight }),
    addresses,
    healthCheck: CHECK,
  };
}

const A = target("a", 70, "11.0.1.1", "11.0.1.2");
const B = target("b", 30, "11.0.2.1");
const C = target("c", 0, "11.0.3.1");

function weighted(...targets: AliasSpec["targets"]): DnsAlias {
  return steeredAlias({ selection: "Weighted", targets });
}

async function ask(
  world: ControllerWorld,
  more: { readonly family?: "A" | "AAAA"; readonly subnet?: typeof SUBNET } = {},
) {
  const asked = world.controller.answers.live({ zone: EXAMPLE, name: EXAMPLE, family: "A", ...more });
  await world.clock.advance(100);
  return asked;
}

/** "11.0.1.1,11.0.1.2 70% | 11.0.2.1 30%"; the percentages are rounded to 5. */
function shown(answer: LiveAnswer | undefined): string {
  if (answer?.kind !== "weighted") {
    return answer === undefined ? "nothing" : choiceText(answer);
  }
  const { choices, table } = answer;
  return choices
    .map((choice, index) => {
      const share = (table.filter((one) => one === index).length / table.length) * 20;
      return `${choiceText(choice)} ${Math.round(share) * 5}%`;
    })
    .join(" | ");
}

function choiceText(choice: ClientAnswer): string {
  return choice.kind === "addresses" ? choice.addresses.join() : choice.kind;
}

function parts(...aliases: readonly DnsAlias[]) {
  const checks = playedChecks();
  return { checks, zones: [ZONE], aliases, healthChecks: checks, serving: servingPlay() };
}

for (const [name, aliases, want] of [
  ["each network gets all addresses of one target", [weighted(A, B)], "11.0.1.1,11.0.1.2 70% | 11.0.2.1 30%"],
  ["weight 0 is left out", [weighted(A, B, C)], "11.0.1.1,11.0.1.2 70% | 11.0.2.1 30%"],
  ["one target needs no table", [weighted(A, C)], "11.0.1.1,11.0.1.2"],
  [
    "a target without addresses of the family",
    [weighted(A, target("x", 30, "2001:db8::1"))],
    "11.0.1.1,11.0.1.2 70% | none 30%",
  ],
  ["no target has the family", [weighted(target("x", 1, "2001:db8::1"), target("y", 1, "2001:db8::2"))], "none"],
  [
    "targets of equal priority",
    [
      steeredAlias({
        targets: [
          { ...A, weight: 50 },
          { ...B, weight: 50 },
          { ...target("c", undefined, "11.0.3.1"), priority: 1 },
        ],
      }),
    ],
    "11.0.1.1,11.0.1.2 50% | 11.0.2.1 50%",
  ],
  [
    "another alias of the name is added to each choice",
    [weighted(A, B), alias("web/twin", { targets: [["11.0.9.9"]] })],
    "11.0.1.1,11.0.1.2,11.0.9.9 70% | 11.0.2.1,11.0.9.9 30%",
  ],
  [
    "a paused alias has the published addresses, which are none",
    [weighted(A, B)].map((one) => ({ ...one, spec: { ...one.spec, paused: true } })),
    "none",
  ],
] as const) {
  test(`weights at query time: ${name}`, async () => {
    await using world = startWorld(parts(...aliases));
    await world.clock.advance(MINUTE);
    assert.equal(shown(await ask(world)), want);
  });
}

test("a target that dies leaves the table, and the others keep their networks", async () => {
  const { checks, ...world } = parts(weighted(A, B, target("d", 50, "11.0.4.1")));
  await using started = startWorld(world);
  await started.clock.advance(MINUTE);
  const before = await ask(started);
  checks.dead.add("11.0.2.1");
  await started.clock.advance(MINUTE);
  const after = await ask(started);
  assert.ok(before?.kind === "weighted" && after?.kind === "weighted");
  assert.equal(shown(after), "11.0.1.1,11.0.1.2 60% | 11.0.4.1 40%");
  const text = ({ choices, table }: typeof after, bucket: number): string =>
    choiceText(choices[table[bucket] ?? 0] ?? assert.fail());
  for (let bucket = 0; bucket < before.table.length; bucket += 1) {
    assert.ok(text(before, bucket) === "11.0.2.1" || text(before, bucket) === text(after, bucket));
  }
});

test("the answer for a subnet holds for that subnet only", async () => {
  const ecs = zone("dns/com", "example.com", {
    responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: true },
  });
  await using world = startWorld({ ...parts(weighted(A, B)), zones: [ecs] });
  await world.clock.advance(MINUTE);
  const answer = await ask(world, { subnet: SUBNET });
  assert.ok(answer?.kind === "weighted");
  assert.deepEqual(
    answer.choices.map(({ scope }) => scope),
    [24, 24],
  );
});

test("a replica that follows has the same table as the leader, and leaves out the same addresses", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const { checks, ...leading } = parts(weighted(A, B));
  await using leader = startWorld({ ...leading, clock });
  await using standby = startWorld({ ...parts(weighted(A, B)), clock, leads: false });
  await clock.advance(MINUTE);
  for (const dead of ["", "11.0.1.2", "11.0.2.1"]) {
    checks.dead.add(dead);
    await clock.advance(MINUTE);
    const made = leader.alias("web/shop");
    assert.ok(made);
    standby.send({ kind: "alias", alias: made });
    await clock.advance(1_000);
    const [one, other] = [await ask(leader), await ask(standby)];
    assert.equal(shown(other), shown(one));
    if (one?.kind === "weighted" && other?.kind === "weighted") {
      assert.deepEqual(other.table, one.table);
    }
  }
  assert.equal(shown(await ask(standby)), "11.0.1.1");
});

test("the TTL of the leader outlives no switch, and is long while all is well", async () => {
  const { checks, ...world } = parts(
    steeredAlias({
      targets: [target("a", undefined, "11.0.1.1", "11.0.1.2"), { ...target("b", undefined, "11.0.2.1"), priority: 1 }],
    }),
  );
  await using started = startWorld(world);
  await started.clock.advance(2 * MINUTE);
  const rests: number[] = [];
  const ends: number[] = [];
  const poll = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await started.clock.advance(900);
      const answer = await ask(started);
      assert.ok(answer?.kind === "addresses");
      if (choiceText(answer) !== "11.0.2.1") {
        rests.push((answer.ttlUntil ?? 0) - started.clock.now());
        ends.push(answer.ttlUntil ?? 0);
      }
    }
  };
  await poll(60);
  assert.ok(Math.min(...rests) >= 19_000 && Math.max(...rests) <= 30_000, rests.join());
  ["11.0.1.1", "11.0.1.2"].forEach((address) => checks.dead.add(address));
  await poll(40);
  const switched = Date.parse(started.alias("web/shop")?.status?.selected?.lastTransitionTime ?? "");
  // The status has whole seconds.
  assert.ok(Math.max(...ends) <= switched + 1_000, `${Math.max(...ends) - switched}`);
  assert.ok(Math.max(...ends) >= switched - 1_000, `${Math.max(...ends) - switched}`);
});

test("a replica that follows uses the time of the failures after the first two, at least 5 s", async () => {
  for (const [failureThreshold, periodMs, want] of [
    [3, 10_000, 10_000],
    [5, 10_000, 30_000],
    [1, 10_000, 5_000],
    [3, 5_000, 5_000],
  ] as const) {
    const healthCheck = { ...CHECK, failureThreshold, periodMs };
    const made = steeredAlias({
      targets: [
        { ...A, healthCheck },
        { ...B, priority: 1, healthCheck },
      ],
    });
    const selected = { targets: ["a"], lastTransitionTime: "2026-11-30T12:00:00Z", reason: "Initial" };
    const status = { observedGeneration: 1, conditions: [], targets: [], hostnames: [], selected };
    await using world = startWorld({ ...parts({ ...made, status }), leads: false });
    await world.clock.advance(1_000);
    const asked = world.controller.answers.live({ zone: EXAMPLE, name: EXAMPLE, family: "A" });
    const answer = await asked;
    assert.ok(answer?.kind === "addresses");
    assert.deepEqual([(answer.ttlUntil ?? 0) - world.clock.now(), answer.refreshAt - world.clock.now()], [want, 5_000]);
  }
});
