import assert from "node:assert/strict";
import type { Random } from "../../src/base/clock.ts";
import type { AliasSpec, DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone } from "../../src/api/dns-zone.ts";
import { APPROVE_ANNOTATION, objectKey, type ObjectKey } from "../../src/api/meta.ts";
import { familyOf } from "../../src/dns/address/address.ts";
import { parseName, parseOwnerName } from "../../src/dns/name/name.ts";
import { FAMILIES } from "../../src/dns/record.ts";
import type { LiveQuestion } from "../../src/responder/answer-source.ts";
import { readBaseZone } from "../../src/providers/base-zone.ts";
import { BASE_ZONE } from "./controller-world.ts";
import { checkLiveAnswer } from "./controller-addresses.ts";
import { checkEnd, checkWrite } from "./controller-truth.ts";
import { describe, MAX_DELETE_PERCENT, MINUTE, type Stage, ZONES } from "./controller-stage.ts";
import { alias, zone } from "./objects.ts";
import {
  createReplicasWorld,
  eventOf,
  NO_FAULTS,
  writeTargetOf,
  type Replica,
  type ReplicasWorld,
  type TargetSays,
} from "./replicas-world.ts";

/** One random history of a cluster, and what must be true of it at every moment and at its end. */
export interface Play {
  readonly world: ReplicasWorld;
  /** What happened so far, for a report. */
  readonly log: readonly string[];
  step(): Promise<void>;
  /** Ends all trouble and waits until everything can have settled. */
  calm(): Promise<void>;
  check(): void;
}

const NAMESPACES = ["web", "api", "ops"];
const HOSTNAMES = [
  "example.com",
  "shop.example.com",
  "*.example.com",
  "sub.example.com",
  "a.sub.example.com",
  "example.net",
  "b.example.net",
  "c.example.com",
  "d.example.com",
  "e.example.com",
  "f.example.com",
];
const TARGETS = ["one.test", "two.test", "three.test", "four.test", "five.test"];
/** Addresses that every target may have; the rest of its pool is its own, so that an old address shows whose it was. */
const SHARED = ["198.51.100.1", "2001:db8::1"];
const HOUR = 60 * MINUTE;

export function createPlay(seed: number): Play {
  const random = randomFrom(seed);
  const world = createReplicasWorld({
    random,
    hasResponder: true,
    onZoneWrite: (replica, location, before, after) => {
      try {
        checkWrite(stage, replica, location, before, after);
      } catch (error) {
        stage.problem ??= error instanceof Error ? error : new Error(String(error));
      }
    },
  });
  const stage: Stage = {
    world,
    random,
    log: [],
    serials: new Map(),
    baseTexts: new Map(),
    written: new Map(),
    answers: 0,
    targets: TARGETS,
    problem: undefined,
    created: 0,
  };
  TARGETS.forEach((target) => setTarget(stage, target, poolOf(target).slice(0, 1 + Math.floor(random() * 6))));
  ZONES.forEach(([, , location]) => setBase(stage, location, BASE_ZONE));
  ZONES.slice(0, 3).forEach(([key]) => putZone(stage, key, {}));
  world.start().lead();
  return {
    world,
    log: stage.log,
    step: async () => {
      const [name, act] = pick(stage, STEPS);
      stage.log.push(`${name} ${act(stage) ?? ""}`);
      checkLeader(stage);
      const wait = pick(stage, [0, 20, 500, 3_000, 30_000, 65_000, 200_000]);
      if (wait > 0) {
        await world.clock.advance(wait);
      }
      stage.log.push(`  +${wait}`);
      if (stage.problem !== undefined) {
        throw stage.problem;
      }
    },
    calm: () => calm(stage),
    check: () => checkEnd(stage),
  };
}

type Act = (stage: Stage) => string | undefined;

const STEPS: readonly (readonly [string, Act])[] = [
  ["add", addAlias],
  ["add", addAlias],
  ["add", addAlias],
  ["change", changeAlias],
  ["change", changeAlias],
  [
    "delete",
    (stage) => onSome(stage, stage.world.aliases, (one) => stage.world.remove("DnsAlias", objectKey(one.meta))),
  ],
  ["pause", (stage) => changeSome(stage, (spec) => ({ paused: !spec.paused }))],
  ["target", changeTarget],
  ["target", changeTarget],
  ["target", changeTarget],
  ["faults", (stage) => setFaults(stage)],
  ["faults", (stage) => setFaults(stage)],
  ["edit", foreignEdit],
  ["base", changeBase],
  ["zone", changeZone],
  [
    "zone gone",
    (stage) => onSome(stage, stage.world.zones, (one) => stage.world.remove("DnsZone", objectKey(one.meta))),
  ],
  ["invalid", badEdit],
  ["replica", (stage) => void (stage.world.replicas.size < 3 && stage.world.start())],
  ["lead", (stage) => onReplica(stage, (replica) => replica.lead())],
  ["lose", (stage) => onReplica(stage, (replica) => replica.loseLead())],
  ["hold", (stage) => onReplica(stage, (replica) => replica.hold(true))],
  ["let go", (stage) => onReplica(stage, (replica) => replica.hold(false))],
  ["redeliver", (stage) => onReplica(stage, (replica) => replica.redeliver())],
  ["kill", kill],
  ["kill", kill],
  ["lose statuses", loseStatuses],
  ["approve", approve],
  ["query", query],
  ["query", query],
  ["query", query],
];

function addAlias(stage: Stage): string {
  const { world, random } = stage;
  const key = `${pick(stage, NAMESPACES)}/${pick(stage, ["a", "b", "c", "d"])}`;
  if (world.aliases.has(key)) {
    return "";
  }
  stage.created += 1;
  const object = alias(key, {
    ...parts(stage),
    meta: { uid: `uid-${stage.created}`, createdAt: 1_000 + Math.floor(random() * 5) },
    spec: {
      onEmpty: pick(stage, ["Hold", "Hold", "Withdraw", "Fallback"]),
      onStale: pick(stage, ["Keep", "Keep", "Withdraw", "Fallback"]),
      fallbackAddresses: ["203.0.113.99"],
      maxStalenessMs: pick(stage, [HOUR / 10, HOUR, 24 * HOUR]),
    },
  });
  world.put(object);
  return describe(object);
}

function parts(stage: Stage): {
  readonly hostnames: readonly string[];
  readonly targets: readonly (string | readonly string[])[];
} {
  const statics = stage.random() < 0.25 ? [["203.0.113.7"]] : [];
  const hosts = some(stage, TARGETS, stage.random() < 0.2 && statics.length > 0 ? 0 : 2);
  return { hostnames: some(stage, HOSTNAMES, 5), targets: [...hosts, ...statics] };
}

function changeAlias(stage: Stage): string {
  const made = alias("x/y", parts(stage)).spec;
  const both = stage.random();
  return changeSome(stage, () => ({
    ...(both < 0.7 ? { hostnames: made.hostnames } : {}),
    ...(both > 0.4 ? { targets: made.targets } : {}),
  }));
}

function changeSome(stage: Stage, change: (spec: AliasSpec) => Partial<AliasSpec>): string {
  return onSome(stage, stage.world.aliases, (one) => {
    const next = { ...one, spec: { ...one.spec, ...change(one.spec) } };
    stage.world.put({ ...next, meta: { ...one.meta, generation: one.meta.generation + 1 } });
    stage.log.push(describe(next));
  });
}

function changeTarget(stage: Stage): string {
  const target = pick(stage, TARGETS);
  const kind = stage.random();
  const says: TargetSays =
    kind < 0.25 ? "servfail" : kind < 0.4 ? "nxdomain" : kind < 0.5 ? [] : some(stage, poolOf(target), 4);
  setTarget(stage, target, says);
  return `${target} ${String(says)}`;
}

function poolOf(target: string): readonly string[] {
  const index = TARGETS.indexOf(target) + 1;
  const own = [1, 2, 3].map((last) => `198.51.100.${10 * index + last}`);
  return [SHARED[0] ?? "", ...own, `2001:db8:${index}::1`, SHARED[1] ?? ""];
}

/** What fails or is empty says nothing of the addresses: those before are right until others are read. */
function setTarget({ world }: Stage, target: string, says: TargetSays): void {
  world.targets.set(target, says);
  const all = typeof says === "string" ? [] : says;
  for (const family of FAMILIES) {
    const key = `${target} ${family}`;
    const own = all.filter((address) => familyOf(address) === family);
    if (own.length > 0) {
      world.history.set(key, own, world.clock.now());
    } else {
      world.history.down(world.clock.now(), key);
    }
  }
}

/** Without a leader nobody follows the targets. */
function checkLeader({ world }: Stage): void {
  if (![...world.replicas].some((replica) => replica.leads())) {
    for (const key of TARGETS.flatMap((target) => FAMILIES.map((family) => `${target} ${family}`))) {
      world.history.down(world.clock.now(), key);
    }
  }
}

function setFaults({ world, random }: Stage): string {
  world.faults =
    random() < 0.4
      ? NO_FAULTS
      : {
          fails: random() < 0.5 ? random() : 0,
          lost: random() < 0.5 ? random() : 0,
          slowMs: random() < 0.6 ? 4_000 : 0,
        };
  return JSON.stringify(world.faults);
}

function foreignEdit(stage: Stage): string {
  const location = pick(stage, ZONES)[2];
  const store = stage.world.stores.get(location);
  if (store?.text?.includes("; BEGIN dnsalias") !== true) {
    // A text with none of our marks is another's, and left alone.
    return "";
  }
  const text = store.text ?? "";
  const edited = pick(stage, [
    text.replace("198.51.100.", "192.0.2."),
    text.replace(/^.*198\.51\.100.*\n/m, ""),
    `${text}; a remark\n`,
    text.replace(/IN\s+MX.*/, "IN MX 99 evil.test."),
    "",
  ]);
  store.edit(edited);
  if (edited === "") {
    stage.serials.delete(location);
  }
  if (stage.random() < 0.7) {
    inputFor(stage, location);
  }
  return location;
}

function changeBase(stage: Stage): string {
  const location = pick(stage, ZONES)[2];
  const kind = stage.random();
  setBase(
    stage,
    location,
    kind < 0.2
      ? "no zone file at all ("
      : kind < 0.4
        ? `${BASE_ZONE}shop IN A 192.0.2.81\n`
        : `${BASE_ZONE}x${Math.floor(stage.random() * 100)} IN TXT "x"\n`,
  );
  inputFor(stage, location);
  return location;
}

function setBase({ world, baseTexts }: Stage, location: string, text: string): void {
  world.bases.set(location, text);
  const domain = ZONES.find((one) => one[2] === location)?.[1] ?? "";
  const read = readBaseZone(text, parseName(domain), "base");
  if (read.kind === "ok") {
    baseTexts.set(location, [...(baseTexts.get(location) ?? []).slice(-2), read.base.othersText]);
  }
}

function inputFor({ world }: Stage, location: string): void {
  for (const one of world.zones.values()) {
    if (writeTargetOf(one) === location) {
      world.replicas.forEach((replica) => replica.send({ kind: "input", zone: objectKey(one.meta) }));
    }
  }
}

function changeZone(stage: Stage): string {
  const key = pick(stage, ZONES)[0];
  putZone(stage, key, {
    allowedNamespaces: pick(stage, [{ from: "All" }, { from: "All" }, { from: "Same" }] as const),
    ttl: { min: pick(stage, [30, 60]), max: 300 },
  });
  return key;
}

function putZone({ world }: Stage, key: ObjectKey, spec: Partial<DnsZone["spec"]>): void {
  const [, domain = "", location = ""] = ZONES.find(([one]) => one === key) ?? [];
  const before = world.zones.get(key);
  const made = zone(
    key,
    domain,
    { maxDeletePercent: MAX_DELETE_PERCENT, ...spec },
    { createdAt: ZONES.findIndex(([one]) => one === key) },
  );
  const { provider } = made.spec;
  assert.equal(provider.kind, "coreDNSZoneFile");
  const configMap = { name: location, key: "zone" };
  world.put({
    ...made,
    meta: { ...made.meta, generation: (before?.meta.generation ?? 0) + 1 },
    spec: { ...made.spec, provider: { ...provider, zoneFile: { ...provider.zoneFile, configMap } } },
    ...(before?.status === undefined ? {} : { status: before.status }),
  });
}

/** An edit that nobody can read, and the edit that mends it. */
function badEdit(stage: Stage): string {
  return onSome(stage, stage.world.aliases, (one) => {
    stage.world.unread.set(objectKey(one.meta), one.meta.generation + 1);
    stage.world.put(one);
    if (stage.random() < 0.3) {
      mend(stage);
    }
  });
}

function mend({ world }: Stage): void {
  for (const [key, generation] of world.unread) {
    const one = world.aliases.get(key);
    world.unread.delete(key);
    if (one !== undefined) {
      world.put({ ...one, meta: { ...one.meta, generation: Math.max(one.meta.generation, generation + 1) } });
    }
  }
}

function kill(stage: Stage): string {
  return onReplica(stage, (replica) => {
    const led = replica.leads();
    replica.kill();
    const next = stage.world.start();
    if (led) {
      next.lead();
    }
  });
}

/** As an operator does who has looked at the plans that the guard holds. */
function approve({ world }: Stage): string {
  const held = [...world.zones.values()].filter(({ status }) => status?.planHash !== undefined);
  for (const one of held) {
    const annotations = { ...one.meta.annotations, [APPROVE_ANNOTATION]: one.status?.planHash ?? "" };
    world.put({ ...one, meta: { ...one.meta, annotations } });
  }
  return held.map((one) => objectKey(one.meta)).join();
}

/** Somebody asks a replica's responder for a name. The answer is judged when it is there. */
function query(stage: Stage): string {
  return onReplica(stage, (replica) => {
    const name = parseOwnerName(pick(stage, HOSTNAMES));
    const zone = pick(stage, [...replica.served.keys(), parseName("example.com")]);
    const family = pick(stage, FAMILIES);
    void judgeAnswer(stage, replica, { zone, name, family });
  });
}

async function judgeAnswer(stage: Stage, replica: Replica, question: LiveQuestion): Promise<void> {
  const live = await replica.controller.answers.live(question);
  if (live?.kind === "addresses") {
    stage.answers += 1;
    try {
      checkLiveAnswer(stage, `${question.name} ${question.family}`, live);
    } catch (error) {
      stage.problem ??= error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** As when the state file of folder mode is gone. */
function loseStatuses({ world }: Stage): undefined {
  for (const [key, { status: _, ...rest }] of world.aliases) {
    world.aliases.set(key, rest);
    world.replicas.forEach((replica) => replica.send(eventOf(world, rest)));
  }
}

async function calm(stage: Stage): Promise<void> {
  const { world } = stage;
  stage.log.push("calm");
  world.faults = NO_FAULTS;
  mend(stage);
  ZONES.forEach(([, , location]) => setBase(stage, location, BASE_ZONE));
  for (const target of TARGETS) {
    if (stage.random() < 0.8) {
      setTarget(stage, target, some(stage, poolOf(target), 4));
    } else {
      setTarget(stage, target, "nxdomain");
    }
    stage.log.push(`${target} ${String(world.targets.get(target))}`);
  }
  const [first = world.start()] = world.replicas;
  for (const replica of world.replicas) {
    replica.hold(false);
    replica.redeliver();
    if (replica !== first && stage.random() < 0.7) {
      replica.loseLead();
    }
  }
  if (!first.leads()) {
    first.lead();
  }
  ZONES.forEach(([, , location]) => inputFor(stage, location));
  // What is approved may let another plan of the same zone be made, which is held in turn.
  for (let round = 0; round < 3; round += 1) {
    await world.clock.advance(25 * MINUTE);
    stage.log.push(`approve ${approve(stage)}`);
  }
  await world.clock.advance(5 * MINUTE);
  for (const replica of world.replicas) {
    if (replica !== first) {
      replica.loseLead();
    }
  }
  await world.clock.advance(2 * MINUTE);
  if (stage.problem !== undefined) {
    throw stage.problem;
  }
}

function onSome<T extends DnsAlias | DnsZone>(stage: Stage, objects: Map<ObjectKey, T>, act: (one: T) => void): string {
  const one = objects.size === 0 ? undefined : pick(stage, [...objects.values()]);
  if (one !== undefined) {
    act(one);
  }
  return one === undefined ? "" : objectKey(one.meta);
}

function onReplica(stage: Stage, act: (replica: Replica) => void): string {
  const all = [...stage.world.replicas];
  const index = Math.floor(stage.random() * all.length);
  const replica = all[index];
  if (replica !== undefined) {
    act(replica);
  }
  return String(index);
}

function pick<T>({ random }: Stage, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) {
    throw new Error("nothing to pick from");
  }
  return found;
}

/** One to `most` members, none twice. */
function some<T>(stage: Stage, from: readonly T[], most: number): readonly T[] {
  const count = most === 0 ? 0 : 1 + Math.floor(stage.random() * most);
  const all = new Set<T>();
  while (all.size < count) {
    all.add(pick(stage, from));
  }
  return [...all];
}

/** Mulberry32: the same seed gives the same history. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
