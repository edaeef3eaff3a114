import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../../../../src/api/condition/condition.ts";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import type { ZoneStatus } from "../../../../src/api/dns-zone.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { createFolderReporter } from "../../../../src/folder/state/folder-reporter.ts";
import { createStatuses } from "../../../../src/folder/state/statuses.ts";
import { objectId, type StateEntry } from "../../../../src/folder/manifest/state-entry.ts";
import type { StateFile } from "../../../../src/folder/state/state-file.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { alias, zone } from "../../../support/objects.ts";

const NEVER = new AbortController().signal;
const NOW = Date.parse("2026-11-28T10:00:00Z");
const READY: Condition = {
  type: "Ready",
  status: "True",
  reason: "Published",
  message: "all is well",
  observedGeneration: 1,
  lastTransitionTime: "2026-11-28T09:00:00Z",
};
const ALIAS_STATUS: AliasStatus = { observedGeneration: 1, conditions: [READY], hostnames: [], targets: [] };
const ZONE_STATUS: ZoneStatus = { observedGeneration: 1, conditions: [READY], provider: "CoreDNS" };

const ALIAS_ENTRY: StateEntry = {
  kind: "DnsAlias",
  namespace: "web",
  name: "a",
  file: "a.yaml",
  identity: { generation: 1, createdAt: 1000, specHash: "" },
  object: {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "a", namespace: "web" },
    spec: { hostnames: ["example.com"], targets: [{ hostname: "cdn.test" }] },
  },
};
const ZONE_ENTRY: StateEntry = {
  ...ALIAS_ENTRY,
  kind: "DnsZone",
  namespace: "dns",
  name: "z",
  object: {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "z", namespace: "dns" },
    spec: { domain: "example.com", provider: { coreDNS: { zoneFile: { baseZone: { inline: "@ A 192.0.2.1" } } } } },
  },
};

function play(entries: readonly StateEntry[]) {
  const kept = new Map(entries.map((entry) => [objectId(entry), entry]));
  const state: StateFile = {
    get: (id) => kept.get(id),
    all: () => [...kept.values()],
    put: (entry) => void kept.set(objectId(entry), entry),
    remove: (id) => void kept.delete(id),
    problem: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const statuses = createStatuses(state);
  const heard: string[] = [];
  statuses.listen((id) => heard.push(id));
  const clock = fakeClock(NOW);
  const logged: object[] = [];
  const log = {
    ...silentLogger,
    debug: (fields: object, message: string) => void logged.push({ ...fields, is: message }),
    warn: (fields: object, message: string) => void logged.push({ ...fields, is: message, level: "warn" }),
  };
  return { reporter: createFolderReporter({ statuses, clock, log }), statuses, kept, heard, logged, clock };
}

test("statuses of aliases and zones come back after a restart", async () => {
  const { reporter, kept } = play([ALIAS_ENTRY, ZONE_ENTRY]);
  assert.deepEqual(await reporter.aliasStatus(alias("web/a"), ALIAS_STATUS, NEVER), { kind: "written" });
  assert.deepEqual(await reporter.zoneStatus(zone("dns/z", "example.com"), ZONE_STATUS, NEVER), { kind: "written" });
  const { statuses } = play([...kept.values()]);
  assert.deepEqual(statuses.alias("web/a")?.conditions, [READY]);
  assert.deepEqual([statuses.zone("dns/z")?.conditions, statuses.zone("dns/z")?.provider], [[READY], "CoreDNS"]);
  assert.equal(statuses.alias("dns/z"), undefined);
  assert.equal(statuses.zone("web/a"), undefined);
});

test("a status that the schema doesn't take any more is forgotten, and so is one of a removed object", () => {
  const broken = { ...ALIAS_ENTRY, status: { conditions: "none" } };
  assert.equal(play([broken]).statuses.alias("web/a"), undefined);
  const { statuses } = play([
    { ...ALIAS_ENTRY, status: ALIAS_STATUS },
    { ...ZONE_ENTRY, status: ZONE_STATUS },
  ]);
  assert.deepEqual(statuses.alias("web/a")?.conditions, [READY]);
  statuses.remove("DnsAlias web/a");
  assert.equal(statuses.alias("web/a"), undefined);
  assert.notEqual(statuses.zone("dns/z"), undefined);
  statuses.remove("DnsZone dns/z");
  assert.equal(statuses.zone("dns/z"), undefined);
});

test("the status of an object that is in no file any more is dropped", async () => {
  const { reporter, heard } = play([]);
  assert.deepEqual(await reporter.aliasStatus(alias("web/a"), ALIAS_STATUS, NEVER), { kind: "obsolete" });
  assert.deepEqual(await reporter.zoneStatus(zone("dns/z", "example.com"), ZONE_STATUS, NEVER), { kind: "obsolete" });
  const invalid = { kind: "DnsZone", key: "dns/z", generation: 2, problems: ["p"] } as const;
  assert.deepEqual(await reporter.invalidObject(invalid, NEVER), { kind: "obsolete" });
  assert.deepEqual(heard, []);
});

test("who listens hears of a status that differs, and not of the same one again", async () => {
  const { reporter, statuses, heard } = play([ALIAS_ENTRY, ZONE_ENTRY]);
  for (const _ of [1, 2]) {
    await reporter.aliasStatus(alias("web/a"), ALIAS_STATUS, NEVER);
    await reporter.zoneStatus(zone("dns/z", "example.com"), ZONE_STATUS, NEVER);
  }
  assert.deepEqual(heard, ["DnsAlias web/a", "DnsZone dns/z"]);
  statuses.listen(undefined);
  await reporter.aliasStatus(alias("web/a"), { ...ALIAS_STATUS, observedGeneration: 2 }, NEVER);
  assert.equal(heard.length, 2);
});

test("a file that is wrong makes the object not accepted, not ready, and stalled, with what is wrong", async () => {
  const { reporter, statuses, heard, clock } = play([
    {
      ...ALIAS_ENTRY,
      status: { ...ALIAS_STATUS, stalenessBound: "2m0s", conditions: [READY, { ...READY, type: "Resolved" }] },
    },
    ZONE_ENTRY,
  ]);
  const invalid = {
    kind: "DnsAlias",
    key: "web/a",
    generation: 2,
    problems: ["a.yaml:3:1: one", "a.yaml:4:1: two"],
  } as const;
  assert.deepEqual(await reporter.invalidObject(invalid, NEVER), { kind: "written" });
  const bad = {
    reason: "Invalid",
    message: "The object is not valid: a.yaml:3:1: one; a.yaml:4:1: two.",
    observedGeneration: 2,
    lastTransitionTime: "2026-11-28T10:00:00Z",
  };
  const conditions = [
    { type: "Accepted", status: "False", ...bad },
    { type: "Ready", status: "False", ...bad },
    { type: "Reconciling", status: "False", ...bad },
    { type: "Stalled", status: "True", ...bad },
    { ...READY, type: "Resolved" },
  ];
  const first = statuses.alias("web/a");
  assert.deepEqual(first?.conditions, conditions);
  assert.deepEqual([first?.observedGeneration, first?.stalenessBound], [2, "2m0s"]);
  await clock.advance(60_000);
  await reporter.invalidObject({ ...invalid, generation: 3 }, NEVER);
  assert.deepEqual(
    statuses.alias("web/a")?.conditions.map(({ lastTransitionTime }) => lastTransitionTime),
    conditions.map(({ lastTransitionTime }) => lastTransitionTime),
    "the same status is no transition",
  );
  await reporter.invalidObject({ ...invalid, kind: "DnsZone", key: "dns/z" }, NEVER);
  assert.equal(statuses.zone("dns/z")?.conditions?.length, 4);
  assert.deepEqual(heard, [], "nobody waits for the status of a wrong file");
});

test("what is wrong is cut at 2,000 characters", async () => {
  const { reporter, statuses } = play([ALIAS_ENTRY]);
  const told = async (problem: string): Promise<string | undefined> => {
    await reporter.invalidObject({ kind: "DnsAlias", key: "web/a", generation: 2, problems: [problem] }, NEVER);
    return statuses.alias("web/a")?.conditions[0]?.message;
  };
  const start = "The object is not valid: ";
  const room = 2000 - start.length;
  assert.equal(await told("x".repeat(room - 1)), `${start}${"x".repeat(room - 1)}.`);
  assert.equal(await told("x".repeat(room)), `${start}${"x".repeat(room - 1)}…`);
});

test("a condition is logged when its status or its reason changes", async () => {
  const { reporter, logged } = play([ALIAS_ENTRY, ZONE_ENTRY]);
  const write = (condition: Partial<Condition>) =>
    reporter.aliasStatus(alias("web/a"), { ...ALIAS_STATUS, conditions: [{ ...READY, ...condition }] }, NEVER);
  await write({});
  await write({ message: "another text" });
  await write({ reason: "Held" });
  await write({ reason: "Held", status: "False" });
  await reporter.zoneStatus(zone("dns/z", "example.com"), ZONE_STATUS, NEVER);
  const line = { condition: "Ready", message: "all is well", is: "condition changed" };
  assert.deepEqual(logged, [
    { ...line, alias: "web/a", status: "True", reason: "Published" },
    { ...line, alias: "web/a", status: "True", reason: "Held" },
    { ...line, alias: "web/a", status: "False", reason: "Held" },
    { ...line, zone: "dns/z", status: "True", reason: "Published" },
  ]);
});

test("the same Event about the same object is logged once in ten minutes", async () => {
  const { reporter, logged, clock } = play([]);
  const event = { type: "Warning", reason: "Stale", message: "m" } as const;
  const lines = async (ms: number): Promise<number> => {
    await clock.advance(ms);
    reporter.event(alias("web/a"), event);
    return logged.length;
  };
  assert.deepEqual([await lines(0), await lines(599_999), await lines(1), await lines(599_999)], [1, 1, 2, 2]);
  reporter.event(alias("web/b"), event);
  reporter.event(zone("dns/z", "example.com"), { ...event, message: "n" });
  assert.deepEqual(logged.slice(2), [
    { alias: "web/b", type: "Warning", reason: "Stale", message: "m", is: "event", level: "warn" },
    { zone: "dns/z", type: "Warning", reason: "Stale", message: "n", is: "event", level: "warn" },
  ]);
});

test("an Event that repeats the reason of the Ready condition is logged at debug", async () => {
  const { reporter, logged } = play([ALIAS_ENTRY]);
  const status = { ...ALIAS_STATUS, conditions: [{ ...READY, status: "False" as const, reason: "LookupFailed" }] };
  await reporter.aliasStatus(alias("web/a"), status, NEVER);
  logged.length = 0;
  reporter.event(alias("web/a"), { type: "Warning", reason: "LookupFailed", message: "m" });
  reporter.event(alias("web/a"), { type: "Warning", reason: "BadAnnotation", message: "n" });
  assert.deepEqual(logged, [
    { alias: "web/a", type: "Warning", reason: "LookupFailed", message: "m", is: "event" },
    { alias: "web/a", type: "Warning", reason: "BadAnnotation", message: "n", is: "event", level: "warn" },
  ]);
});

test("of a thousand other Events the oldest is forgotten, not the newest", () => {
  const { reporter, logged } = play([]);
  const log = (number: number): void =>
    reporter.event(alias("web/a"), { type: "Normal", reason: "R", message: String(number) });
  Array.from({ length: 1001 }, (_, number) => log(number));
  assert.equal(logged.length, 1001);
  log(1000);
  log(1);
  assert.equal(logged.length, 1001, "those that are remembered aren't logged again");
  log(0);
  assert.equal(logged.length, 1002);
});
