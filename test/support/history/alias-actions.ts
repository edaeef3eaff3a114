import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { hostnameTarget } from "../objects.ts";
import { pick, some } from "./random.ts";
import { FORGED_ADDRESS, HOSTILE, HOSTILE_TARGET, HOSTNAMES, HOUR, MINUTE, TARGETS, ZONES } from "./scene.ts";
import { addAlias, editAlias, kill, setStatus, type Stage } from "./stage.ts";

export function addSome(stage: Stage, namespace: string): string | undefined {
  const { random, world } = stage;
  const key = `${namespace}/${pick(random, ["a", "b", "c", "d"])}`;
  if (world.aliases.has(key)) {
    return undefined;
  }
  const statics = random() < 0.25 ? [["203.0.113.7", "2001:db8:7::7"]] : [];
  const targets = namespace === HOSTILE ? [HOSTILE_TARGET] : [...some(random, TARGETS, 2), ...statics];
  const spec = {
    onEmpty: pick(random, ["Keep", "Keep", "Withdraw", "Fallback"] as const),
    onStale: pick(random, ["Keep", "Keep", "Withdraw", "Fallback"] as const),
    maxStalenessMs: pick(random, [HOUR / 10, HOUR, 24 * HOUR]),
  };
  const made = addAlias(stage, key, { hostnames: some(random, stage.hostnames, 3), targets, spec });
  return `${key} ${made.spec.hostnames.join(" ")} → ${targets.flat().join(" ")} ${spec.onEmpty} ${spec.onStale} ${spec.maxStalenessMs / MINUTE}m`;
}

export function changeTargets(stage: Stage, { meta }: DnsAlias): string | false {
  const targets = meta.namespace === HOSTILE ? [HOSTILE_TARGET] : some(stage.random, TARGETS, 2);
  editAlias(stage, objectKey(meta), {
    targets: targets.map(hostnameTarget),
  });
  return targets.join(" ");
}

export function changeHostnames(stage: Stage, { meta }: DnsAlias): string | false {
  const hostnames = some(stage.random, stage.hostnames, 3);
  editAlias(stage, objectKey(meta), { hostnames: hostnames.map(parseOwnerName) });
  return hostnames.join(" ");
}

/** Aliases whose statuses are gone, as without the state file of folder mode. */
export function loseStatuses(stage: Stage): string | undefined {
  [...stage.world.aliases.keys()].forEach((key) => setStatus(stage, key, undefined));
  return "";
}

/** The hostile namespace writes what it likes into the status of its own alias, and the leader is killed before it corrects that. */
export function forgeStatus(stage: Stage): string | undefined {
  const { world } = stage;
  const own = [...world.aliases.values()].find(({ meta }) => meta.namespace === HOSTILE);
  const leader = [...world.replicas].find((replica) => replica.leads());
  if (own === undefined || leader === undefined) {
    return undefined;
  }
  const lastTransitionTime = new Date(world.clock.now()).toISOString();
  const addresses = [FORGED_ADDRESS];
  const target = { chain: [], addresses, ttl: 60, outcome: "Positive", lastTransitionTime };
  setStatus(stage, objectKey(own.meta), {
    observedGeneration: own.meta.generation,
    conditions: [],
    hostnames: HOSTNAMES.flatMap((hostname) => ZONES.map(({ key }) => ({ hostname, zone: key, addresses, ttl: 60 }))),
    targets: TARGETS.map((hostname) => ({ name: hostname, hostname, ...target })),
  });
  editAlias(stage, objectKey(own.meta), {
    targets: TARGETS.map(hostnameTarget),
  });
  kill(stage, leader);
  return objectKey(own.meta);
}

export function onAlias(stage: Stage, act: (alias: DnsAlias) => unknown): string | undefined {
  const living = [...stage.world.aliases.values()].filter(({ meta }) => meta.deletedAt === undefined);
  if (living.length === 0) {
    return undefined;
  }
  const one = pick(stage.random, living);
  const done = act(one);
  return done === false ? undefined : `${objectKey(one.meta)} ${typeof done === "string" ? done : ""}`;
}
