import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { displayName, parseName, parseOwnerName, type Name } from "../../../src/dns/name/name.ts";
import { decideClaim } from "../../../src/plan/claims.ts";
import type { TargetAnswer } from "../../../src/plan/target-answer.ts";
import { planZone, type ZonePlan } from "../../../src/plan/zone-plan.ts";
import { alias, answer, zone } from "../../support/objects.ts";

interface Scene {
  readonly aliases: readonly DnsAlias[];
  readonly answers?: readonly TargetAnswer[];
  /** Aliases that have names in other zones. */
  readonly elsewhere?: readonly DnsAlias[];
  /** The wildcard that answers for a name that no alias has, by name. */
  readonly wildcards?: Readonly<Record<string, string>>;
}

interface Planned {
  readonly plan: ZonePlan;
  /** "cdn.test A view", each time that an answer was asked for. */
  readonly asked: readonly string[];
}

function planned({ aliases, answers = [], elsewhere = [], wildcards = {} }: Scene): Planned {
  const asked: string[] = [];
  const names = new Set(aliases.flatMap(({ spec }) => spec.hostnames));
  const asking = (name: Name, list: readonly DnsAlias[]) => list.filter(({ spec }) => spec.hostnames.includes(name));
  const plan = planZone({
    zone: zone("dns/com", "example.com"),
    claims: new Map([...names].map((name) => [name, decideClaim(asking(name, aliases))])),
    answerOf: (target, family, view) => {
      asked.push(`${displayName(target)} ${family} ${view}`);
      return answers.find(({ key }) => key.target === target && key.family === family);
    },
    viewIdOf: (_zone, { spec }) => (spec.allowPrivate ? "private" : "public"),
    wildcardsOf: (name) => [wildcards[displayName(name)] ?? []].flat().map(parseOwnerName),
    claimantsOf: (name) => asking(name, [...aliases, ...elsewhere]),
    now: 1_000_000,
  });
  return { plan, asked };
}

function lines({ names }: ZonePlan): readonly string[] {
  return names.map(({ name, sets, frozen }) => {
    const texts = sets.map(({ type, data, ttl }) => `${type} ${ttl} ${data.join(",")}`);
    return `${displayName(name)}${frozen ? " frozen" : ""}: ${texts.join(" ")}`;
  });
}

const A = answer("cdn.test", "A", ["192.0.2.1"]);
const AAAA = answer("cdn.test", "AAAA", ["2001:db8::1"], { ttl: 900 });

test("names are sorted, and each has what its aliases bring", () => {
  const { plan } = planned({
    aliases: [
      alias("web/b", { hostnames: ["b.example.com", "a.example.com"] }),
      alias("web/c", { hostnames: ["b.example.com"], targets: [["192.0.2.7"]], spec: { families: ["A"] } }),
    ],
    answers: [A, AAAA],
  });
  assert.deepEqual(lines(plan), [
    "a.example.com: A 60 192.0.2.1 AAAA 300 2001:db8::1",
    "b.example.com: A 60 192.0.2.1,192.0.2.7 AAAA 300 2001:db8::1",
  ]);
  assert.deepEqual([...plan.contributions.keys()].toSorted(), ["web/b", "web/c"]);
  assert.deepEqual([...plan.loops], []);
});

test("aliases that lost the name contribute nothing", () => {
  const late = alias("other/late", { targets: [["192.0.2.66"]], meta: { createdAt: 9_000 } });
  const { plan } = planned({ aliases: [alias("web/shop"), late], answers: [A] });
  assert.deepEqual(lines(plan), ["example.com: A 60 192.0.2.1"]);
  assert.deepEqual([...plan.contributions.keys()], ["web/shop"]);
});

test("an alias's contribution is made once, however many names it has, in the view that it asks for", () => {
  const hostnames = Array.from({ length: 20 }, (_, index) => `n${index}.example.com`);
  const { asked } = planned({
    aliases: [alias("web/shop", { hostnames, spec: { allowPrivate: true } })],
    answers: [A],
  });
  assert.ok(asked.length <= 4, asked.join());
  assert.deepEqual([...new Set(asked)], ["cdn.test A private", "cdn.test AAAA private"]);
});

const LOOPS: readonly (readonly [name: string, scene: Scene, want: string])[] = [
  ["an alias to its own name", { aliases: [alias("web/a", { targets: ["example.com"] })] }, "example.com example.com"],
  [
    "an alias whose chain comes by its own name",
    {
      aliases: [alias("web/a")],
      answers: [{ ...A, chain: [parseName("cdn.test"), parseName("example.com")] }],
    },
    "example.com example.com",
  ],
  [
    "one of two aliases of a name to that name",
    {
      aliases: [alias("web/a", { targets: ["example.com"] }), alias("web/b")],
      answers: [A],
    },
    "example.com example.com",
  ],
  [
    "two aliases that lead to each other over zones",
    {
      aliases: [alias("web/a", { targets: ["www.example.net"] })],
      elsewhere: [alias("web/b", { hostnames: ["www.example.net"], targets: [["192.0.2.1"], "example.com"] })],
    },
    "example.com www.example.net example.com",
  ],
];

const WILDCARD_LOOPS: readonly (readonly [name: string, scene: Scene, want: string])[] = [
  [
    "a wildcard that answers its own target",
    {
      aliases: [alias("web/a", { hostnames: ["*.example.com"], targets: ["lb.example.com"] })],
      wildcards: { "lb.example.com": "*.example.com" },
    },
    "*.example.com lb.example.com *.example.com",
  ],
  [
    "a wildcard that answers a name of its target's chain",
    {
      aliases: [alias("web/a", { hostnames: ["*.example.com"] })],
      answers: [{ ...A, chain: [parseName("cdn.test"), parseName("lb.example.com")] }],
      wildcards: { "lb.example.com": "*.example.com" },
    },
    "*.example.com lb.example.com *.example.com",
  ],
  [
    "a name whose target a wildcard answers that leads to the name",
    {
      aliases: [alias("web/a", { targets: ["lb.example.net"] })],
      elsewhere: [alias("web/b", { hostnames: ["*.example.net"], targets: ["example.com"] })],
      wildcards: { "lb.example.net": "*.example.net" },
    },
    "example.com lb.example.net *.example.net example.com",
  ],
];

for (const [name, scene, want] of [...LOOPS, ...WILDCARD_LOOPS]) {
  test(`${name} is a loop: its name is frozen, and the path is kept`, () => {
    const { plan } = planned(scene);
    assert.deepEqual(
      [...plan.loops].map(([, path]) => path.map(displayName).join(" ")),
      [want],
    );
    assert.equal(plan.names[0]?.frozen, true);
  });
}

test("an alias to another alias's name is no loop", () => {
  const { plan } = planned({
    aliases: [alias("web/a", { targets: ["www.example.net"] }), alias("web/c", { hostnames: ["c.example.com"] })],
    elsewhere: [alias("web/b", { hostnames: ["www.example.net"] })],
    answers: [A],
  });
  assert.deepEqual([plan.loops.size, plan.names.map(({ frozen }) => frozen)], [0, [false, false]]);
});

test("one name of an alias may be a loop while the other is not", () => {
  const { plan } = planned({
    aliases: [alias("web/a", { hostnames: ["example.com", "www.example.com"], targets: ["www.example.com"] })],
  });
  assert.deepEqual(
    plan.names.map(({ name, frozen }) => `${displayName(name)} ${frozen}`),
    ["example.com false", "www.example.com true"],
  );
});
