import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import { createViews } from "../../../../src/cli/compose/resolver-views.ts";
import { takeSnapshot, type SnapshotOptions, type SnapshotSource } from "../../../../src/cli/inspect/snapshot.ts";
import type { InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import type { LookupResult, TargetKey } from "../../../../src/dns/lookup-result.ts";
import { displayName } from "../../../../src/dns/name/name.ts";
import { failed, found } from "../../../support/hold-play.ts";
import { alias, zone } from "../../../support/objects.ts";

const NEVER = new AbortController().signal;
const SERVER = { protocol: "udp", address: "192.0.2.53", port: 53 } as const;
const ALL: SnapshotOptions = { concerns: () => true, concurrency: 2, onProgress: () => undefined };

interface Asked {
  /** "cdn.test A", with the server to avoid. */
  readonly lines: string[];
}

/** An inventory of these events, and look-ups that are answered by the function. */
function source(
  events: readonly InventoryEvent[],
  answer: (key: TargetKey, avoid: string | undefined) => LookupResult = () => failed(),
): SnapshotSource & Asked {
  const lines: string[] = [];
  return {
    lines,
    platform: {
      writeTargetOf: (of) => of.meta.uid,
      inventory: {
        healthy: () => true,
        run: async ({ onEvent, onSynced }, signal) => {
          events.forEach(onEvent);
          onSynced();
          assert.ok(signal.aborted, "a reader that has everything ends the inventory");
        },
      },
    },
    views: createViews([SERVER]),
    lookup: {
      lookUp: async (key, { avoid }) => {
        lines.push(`${displayName(key.target)} ${key.family}${avoid === undefined ? "" : ` not ${avoid}`}`);
        return answer(key, avoid);
      },
    },
    rememberFrom: (store) => lines.push(`remembered ${[...store.zones()].length} zones`),
  };
}

const ZONE: InventoryEvent = { kind: "zone", zone: zone("dns/com", "example.com") };
const aliasEvent = (key: string, parts: Parameters<typeof alias>[1] = {}): InventoryEvent => ({
  kind: "alias",
  alias: alias(key, parts),
});

test("each target is looked up once for each family, however many aliases and names lead to it", async () => {
  const from = source(
    [
      ZONE,
      aliasEvent("web/a", { hostnames: ["a.example.com", "b.example.com"] }),
      aliasEvent("web/b", { targets: ["cdn.test", ["192.0.2.1"], "two.test"], spec: { families: ["A"] } }),
    ],
    () => found("192.0.2.7"),
  );
  const progress: string[] = [];
  const onProgress = (done: number, total: number): void => void progress.push(`${done}/${total}`);
  const { answers, store, invalid } = await takeSnapshot(from, { ...ALL, onProgress }, NEVER);
  const [remembered, ...lookups] = from.lines;
  assert.equal(remembered, "remembered 1 zones", "before any look-up");
  assert.deepEqual(lookups.toSorted(), ["cdn.test A", "cdn.test AAAA", "two.test A"]);
  assert.deepEqual(progress, ["1/3", "2/3", "3/3"]);
  assert.deepEqual(
    [...answers.values()].map(({ addresses }) => addresses.join()),
    Array(3).fill("192.0.2.7"),
  );
  assert.deepEqual([store.claimsIn("dns/com").size, invalid], [3, []]);
});

test("only the aliases that concern the command are looked up, in zones that take them", async () => {
  const from = source([
    ZONE,
    aliasEvent("web/a", { targets: ["a.test"], spec: { families: ["A"] } }),
    aliasEvent("web/b", { targets: ["b.test"] }),
    aliasEvent("web/c", { targets: ["c.test"], hostnames: ["www.example.net"] }),
  ]);
  await takeSnapshot(from, { ...ALL, concerns: ({ meta }) => meta.name !== "b" }, NEVER);
  assert.deepEqual(from.lines.slice(1), ["a.test A"]);
});

test("no more look-ups are made at once than allowed", async () => {
  let inside = 0;
  let most = 0;
  const from = source([ZONE, aliasEvent("web/a", { targets: ["a.test", "b.test", "c.test"] })]);
  const lookUp = async (): Promise<LookupResult> => {
    most = Math.max(most, (inside += 1));
    await new Promise(setImmediate);
    inside -= 1;
    return failed();
  };
  const { answers } = await takeSnapshot({ ...from, lookup: { lookUp } }, ALL, NEVER);
  assert.deepEqual([most, answers.size], [2, 6]);
});

test("objects that can't be read are listed, each once, with their last problems", async () => {
  const invalid = (key: string, problem: string): InventoryEvent => ({
    kind: "invalid",
    manifest: { kind: "DnsAlias", key, generation: 1, problems: [problem] },
  });
  const from = source([invalid("web/a", "first"), invalid("web/b", "other"), invalid("web/a", "second")]);
  const snapshot = await takeSnapshot(from, ALL, NEVER);
  assert.deepEqual(
    snapshot.invalid.map(({ key, problems }) => `${key} ${problems.join()}`),
    ["web/a second", "web/b other"],
  );
});

const STATUS: AliasStatus = {
  observedGeneration: 1,
  conditions: [],
  hostnames: [],
  targets: [
    {
      name: "cdn.test",
      hostname: "cdn.test",
      chain: ["cdn.test"],
      addresses: ["192.0.2.1", "192.0.2.2"],
      ttl: 60,
      outcome: "Positive",
      lastTransitionTime: "2026-11-24T10:00:00Z",
    },
  ],
};

const REMEMBERED: readonly (readonly [
  name: string,
  answers: readonly [first: string | undefined, other: string | undefined],
  asked: readonly string[],
  want: string,
])[] = [
  ["the same set is taken at once", ["192.0.2.1 192.0.2.2", undefined], ["cdn.test A"], "192.0.2.1,192.0.2.2"],
  [
    "another set is confirmed by another server first",
    ["192.0.2.9", "192.0.2.9"],
    ["cdn.test A", "cdn.test A not s1"],
    "192.0.2.9",
  ],
  [
    "a set that the other server doesn't have is not taken",
    ["192.0.2.9", "192.0.2.1 192.0.2.2"],
    ["cdn.test A", "cdn.test A not s1"],
    "192.0.2.1,192.0.2.2",
  ],
  ["a failure leaves what the status remembers", [undefined, undefined], ["cdn.test A"], "192.0.2.1,192.0.2.2"],
];

for (const [name, [first, other], asked, want] of REMEMBERED) {
  test(`of a target that the status remembers, ${name}`, async () => {
    const one = alias("web/a", { spec: { families: ["A"] } });
    const from = source([ZONE, { kind: "alias", alias: { ...one, status: STATUS } }], (_key, avoid) => {
      const addresses = avoid === undefined ? first : other;
      return addresses === undefined ? failed() : found(addresses, { server: avoid === undefined ? "s1" : "s2" });
    });
    const { answers } = await takeSnapshot(from, ALL, NEVER);
    assert.deepEqual(from.lines.slice(1), asked);
    assert.equal([...answers.values()][0]?.addresses.join(), want);
  });
}

test("an abort while the inventory is read ends it", async () => {
  const from = source([]);
  const ending = new AbortController();
  const run = async (): Promise<void> => ending.abort(new Error("stopped"));
  const platform = { ...from.platform, inventory: { healthy: () => true, run } };
  await assert.rejects(takeSnapshot({ ...from, platform }, ALL, ending.signal), /stopped/);
  assert.deepEqual(from.lines, []);
});

for (const [outcome, addresses, wanted] of [
  ["Positive", ["192.0.2.7"], ["A positive 192.0.2.7", "AAAA nodata "]],
  ["A Positive, AAAA NxDomain", ["192.0.2.7"], ["A positive 192.0.2.7", "AAAA nxdomain "]],
  ["A Positive, AAAA Failure: servfail", ["192.0.2.7"], ["A positive 192.0.2.7", "AAAA failure "]],
  ["NoData", [], ["A nodata ", "AAAA nodata "]],
] as const) {
  test(`from the statuses, a target with the outcome "${outcome}" has an answer for each family without a lookup`, async () => {
    const status: AliasStatus = {
      observedGeneration: 1,
      conditions: [],
      hostnames: [],
      targets: [
        {
          name: "cdn.test",
          hostname: "cdn.test",
          chain: ["cdn.test"],
          addresses,
          ttl: 60,
          outcome,
          lastTransitionTime: "2027-01-15T08:00:00Z",
        },
      ],
    };
    const one = alias("web/a", { targets: ["cdn.test"] });
    const from = source([ZONE, { kind: "alias", alias: { ...one, status } }]);
    const { answers } = await takeSnapshot(from, { ...ALL, answersOf: "statuses" }, NEVER);
    assert.deepEqual(
      [...answers.values()].map((one) => `${one.key.family} ${one.outcome?.kind} ${one.addresses.join()}`).toSorted(),
      wanted,
    );
    assert.deepEqual(from.lines, ["remembered 1 zones"]);
    assert.ok([...answers.values()].every(({ isRestored }) => isRestored === undefined));
  });
}
