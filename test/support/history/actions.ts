import { APPROVE_ANNOTATION, objectKey } from "../../../src/api/meta.ts";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { BASE_ZONE } from "../controller-world.ts";
import { NO_FAULTS, type Replica } from "../replicas-world.ts";
import { isBelow, lists } from "./action-limits.ts";
import { addSome, changeHostnames, changeTargets, forgeStatus, loseStatuses, onAlias } from "./alias-actions.ts";
import { pick, some } from "./random.ts";
import { HOSTILE, NAMESPACES, PLACES, TARGETS, ZONES } from "./scene.ts";
import {
  editAlias,
  inputChanged,
  kill,
  knownUntilOf,
  lead,
  mend,
  putZone,
  removeAlias,
  removeZone,
  setBase,
  setHeld,
  setLabels,
  setPlace,
  setTarget,
  spoilAlias,
  spoilZone,
  start,
  type Stage,
} from "./stage.ts";

/** One kind of thing that happens. `act` changes the world and returns what it did, or nothing if it can't happen now. */
export interface Action {
  readonly kind: string;
  /** How often it happens, compared with the others. */
  readonly weight: number;
  readonly act: (stage: Stage) => string | undefined;
}

/** Addresses that every target can have; the rest of its pool is its own, so that an old address shows whose it was. */
const SHARED = ["198.51.100.1", "2001:db8::1"] as const;

export function poolOf(target: string): readonly string[] {
  const index = TARGETS.findIndex((one) => one === target) + 1;
  const own = [1, 2, 3].map((last) => `198.51.100.${10 * index + last}`);
  return [...own, ...SHARED, `2001:db8:${index}::1`, `2001:db8:${index}::2`];
}

/** Addresses of both families. */
export function drawAddresses({ random }: Stage, target: string): readonly string[] {
  const pool = poolOf(target);
  return FAMILIES.flatMap((family) =>
    some(
      random,
      pool.filter((address) => address.includes(":") === (family === "AAAA")),
      2,
    ),
  );
}

export const ACTIONS: readonly Action[] = [
  { kind: "add an alias", weight: 6, act: (stage) => addSome(stage, pick(stage.random, NAMESPACES)) },
  { kind: "add a hostile alias", weight: 1, act: (stage) => addSome(stage, HOSTILE) },
  { kind: "change targets", weight: 2, act: (stage) => onAlias(stage, (one) => changeTargets(stage, one)) },
  { kind: "change hostnames", weight: 1, act: (stage) => onAlias(stage, (one) => changeHostnames(stage, one)) },
  {
    kind: "delete an alias",
    weight: 2,
    act: (stage) => onAlias(stage, (one) => removeAlias(stage, objectKey(one.meta))),
  },
  {
    kind: "pause",
    weight: 1,
    act: (stage) => onAlias(stage, ({ meta, spec }) => editAlias(stage, objectKey(meta), { paused: !spec.paused })),
  },
  { kind: "move a target", weight: 6, act: moveTarget },
  { kind: "a target loses a family", weight: 1, act: loseFamily },
  { kind: "a target fails", weight: 2, act: (stage) => setSome(stage, "servfail") },
  { kind: "a target is empty", weight: 1, act: (stage) => setSome(stage, pick(stage.random, ["nxdomain", []])) },
  { kind: "faults of the network", weight: 2, act: drawFaults },
  { kind: "break a place", weight: 2, act: (stage) => togglePlace(stage, (place) => place !== "rfc2136") },
  {
    kind: "break a place that doesn't list",
    weight: 1,
    act: (stage) => togglePlace(stage, (place) => place === "rfc2136"),
  },
  { kind: "change what is written", weight: 1, act: foreignEdit },
  {
    kind: "change a base zone",
    weight: 1,
    act: (stage) => changeBase(stage, `${BASE_ZONE}x${Math.floor(stage.random() * 100)} IN TXT "x"\n`),
  },
  { kind: "spoil a base zone", weight: 1, act: (stage) => changeBase(stage, "no zone file at all (") },
  {
    kind: "a base zone has an alias's address",
    weight: 1,
    act: (stage) => changeBase(stage, `${BASE_ZONE}shop IN A 192.0.2.81\n`),
  },
  {
    kind: "change a zone",
    weight: 1,
    act: (stage) =>
      onZone(
        stage,
        (key) =>
          stage.world.zones.has(key) && putZone(stage, key, { ttl: { min: pick(stage.random, [30, 60]), max: 300 } }),
      ),
  },
  {
    kind: "add a zone",
    weight: 2,
    act: (stage) =>
      onZone(
        stage,
        (key) => key.startsWith("dns/") && !isBelow(key) && !stage.world.zones.has(key) && putZone(stage, key),
      ),
  },
  {
    kind: "add a zone below another",
    weight: 1,
    act: (stage) =>
      onZone(
        stage,
        (key) => key.startsWith("dns/") && isBelow(key) && !stage.world.zones.has(key) && putZone(stage, key),
      ),
  },
  {
    kind: "add a hostile zone",
    weight: 1,
    act: (stage) =>
      stage.world.zones.has("mallory/shop") ? undefined : (putZone(stage, "mallory/shop"), "mallory/shop"),
  },
  {
    kind: "delete a zone",
    weight: 1,
    act: (stage) => onZone(stage, (key) => stage.world.zones.has(key) && !isBelow(key) && removeZone(stage, key)),
  },
  {
    kind: "delete a zone below another",
    weight: 1,
    act: (stage) => onZone(stage, (key) => stage.world.zones.has(key) && isBelow(key) && removeZone(stage, key)),
  },
  {
    kind: "close a zone",
    weight: 1,
    act: (stage) => closeSome(stage, (key) => key !== "dns/sub"),
  },
  { kind: "close a zone below another", weight: 1, act: (stage) => closeSome(stage, (key) => key === "dns/sub") },
  { kind: "a namespace loses its label", weight: 1, act: (stage) => (setLabels(stage, "web", {}), "web") },
  {
    kind: "a namespace gets its label",
    weight: 1,
    act: (stage) => (setLabels(stage, "web", { dns: "public" }), "web"),
  },
  {
    kind: "spoil an alias",
    weight: 1,
    act: (stage) => onAlias(stage, (one) => spoilAlias(stage, objectKey(one.meta))),
  },
  {
    kind: "spoil a zone",
    weight: 2,
    act: (stage) => spoilSome(stage, (zone) => !isBelow(zone) && lists(zone)),
  },
  { kind: "spoil a zone that doesn't list", weight: 1, act: (stage) => spoilSome(stage, (zone) => !lists(zone)) },
  { kind: "spoil a zone below another", weight: 2, act: (stage) => spoilSome(stage, isBelow) },
  { kind: "mend what is spoilt", weight: 2, act: (stage) => (mend(stage), "") },
  {
    kind: "start a replica",
    weight: 1,
    act: (stage) => (stage.world.replicas.size < 3 ? (start(stage), "") : undefined),
  },
  {
    kind: "change the leader",
    weight: 2,
    act: (stage) => onReplica(stage, (replica) => lead(stage, replica)),
  },
  {
    kind: "no leader",
    weight: 1,
    act: (stage) =>
      onReplica(stage, (replica) => replica.leads() && (replica.loseLead(), stage.judge.changed("leader"))),
  },
  { kind: "a watch is late", weight: 1, act: (stage) => onReplica(stage, (replica) => setHeld(stage, replica, true)) },
  {
    kind: "a watch is back",
    weight: 2,
    act: (stage) => (stage.world.replicas.forEach((replica) => setHeld(stage, replica, false)), ""),
  },
  { kind: "a watch restarts", weight: 1, act: (stage) => onReplica(stage, (replica) => replica.redeliver()) },
  {
    kind: "kill a replica",
    weight: 2,
    act: (stage) => onReplica(stage, (replica) => kill(stage, replica)),
  },
  { kind: "lose statuses", weight: 1, act: loseStatuses },
  { kind: "forge a status", weight: 1, act: forgeStatus },
  { kind: "approve a plan", weight: 2, act: approve },
  { kind: "ask a responder", weight: 3, act: (stage) => onReplica(stage, (replica) => ask(stage, replica)) },
];

function moveTarget(stage: Stage): string {
  const target = pick(stage.random, TARGETS);
  const says = drawAddresses(stage, target);
  setTarget(stage, target, says);
  return `${target} ${says.join(" ")}`;
}

function loseFamily(stage: Stage): string | undefined {
  const target = pick(stage.random, TARGETS);
  const family = pick(stage.random, FAMILIES);
  const says = drawAddresses(stage, target).filter((address) => address.includes(":") !== (family === "AAAA"));
  setTarget(stage, target, says);
  return `${target} ${says.join(" ")}`;
}

function setSome(stage: Stage, says: "servfail" | "nxdomain" | readonly string[]): string | undefined {
  const target = pick(stage.random, TARGETS);
  setTarget(stage, target, says);
  return `${target} ${String(says) || "no data"}`;
}

function drawFaults({ world, random, judge }: Stage): string {
  world.faults =
    random() < 0.5
      ? NO_FAULTS
      : {
          fails: random() < 0.5 ? random() : 0,
          lost: random() < 0.5 ? random() : 0,
          slowMs: random() < 0.6 ? 4_000 : 0,
        };
  judge.changed("faults");
  return JSON.stringify(world.faults);
}

function togglePlace(stage: Stage, isWanted: (place: string) => boolean): string {
  const place = pick(stage.random, PLACES.filter(isWanted));
  const isBroken = !stage.world.brokenPlaces.has(place);
  setPlace(stage, place, isBroken);
  return `${place} ${isBroken ? "fails" : "works"}`;
}

/** Another writer changes or removes what dnsalias wrote into a zone file. */
function foreignEdit(stage: Stage): string | undefined {
  const place = pick(stage.random, PLACES);
  const store = stage.world.stores.get(place);
  if (store?.text?.includes("; BEGIN dnsalias") !== true) {
    return undefined;
  }
  const text = store.text ?? "";
  store.edit(
    pick(stage.random, [
      text.replace("198.51.100.", "192.0.2."),
      text.replace(/^.*198\.51\.100.*\n/m, ""),
      `${text}; a remark\n`,
      text.replace(/IN\s+MX.*/, "IN MX 99 evil.test."),
    ]),
  );
  stage.judge.changed(`place ${place}`);
  if (stage.random() < 0.7) {
    inputChanged(stage, place);
  }
  return place;
}

/** A restarted replica doesn't know the zone, and rewrites the statuses of its aliases without their targets. */
function spoilSome(stage: Stage, isWanted: (zone: string) => boolean): string | undefined {
  const zones = [...stage.world.zones.keys()].filter(isWanted);
  if (zones.length === 0) {
    return undefined;
  }
  const key = pick(stage.random, zones);
  spoilZone(stage, key);
  return key;
}

function changeBase(stage: Stage, text: string): string {
  const place = pick(stage.random, PLACES);
  setBase(stage, place, text);
  return place;
}

function closeSome(stage: Stage, isWanted: (zone: string) => boolean): string | undefined {
  return onZone(
    stage,
    (key) =>
      isWanted(key) && stage.world.zones.has(key) && putZone(stage, key, { allowedNamespaces: { from: "Same" } }),
  );
}

/** As an operator who has looked at the plans that the guard holds. */
function approve({ world, judge }: Stage): string | undefined {
  const held = [...world.zones.values()].filter(({ status }) => status?.planHash !== undefined);
  for (const one of held) {
    const annotations = { ...one.meta.annotations, [APPROVE_ANNOTATION]: one.status?.planHash ?? "" };
    world.put({ ...one, meta: { ...one.meta, annotations } });
    judge.changed(`zone ${objectKey(one.meta)}`);
  }
  return held.length === 0 ? undefined : held.map(({ meta }) => objectKey(meta)).join(" ");
}

/** A client asks a replica's responder. The answer is judged when it arrives. */
function ask(stage: Stage, replica: Replica): string {
  const name = parseOwnerName(pick(stage.random, stage.hostnames));
  const zone = pick(stage.random, [...replica.served.keys(), parseName("example.com")]);
  const family = pick(stage.random, FAMILIES);
  const answer = async (): Promise<void> => {
    const live = await replica.controller.answers.live({ zone, name, family });
    if (live?.kind === "addresses") {
      const { addresses } = live;
      const knownUntil = knownUntilOf(stage, replica);
      stage.judge.answered({ replica, name, family, rcode: "NOERROR", addresses, knownUntil });
    }
  };
  void answer();
  return `${name} ${family}`;
}

function onZone(stage: Stage, act: (key: string) => unknown): string | undefined {
  const { key } = pick(stage.random, ZONES);
  return act(key) === false ? undefined : key;
}

function onReplica(stage: Stage, act: (replica: Replica) => unknown): string | undefined {
  const replica = pick(stage.random, [...stage.world.replicas]);
  return act(replica) === false ? undefined : `${[...stage.world.replicas].indexOf(replica)}`;
}
