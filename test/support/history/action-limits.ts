import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { aliasesOf } from "./claims.ts";
import { sceneZone, TARGETS } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { targetsOf } from "./target-facts.ts";

/** What happens in no action of its own, but when two meet. Random histories leave it out until its fault in known-faults.ts is repaired, and then its entry goes. */
export const MEETINGS = [
  "share a name with an alias that can't be read",
  "a target fails before it is known",
  "a replica whose watch is late leads",
] as const;

export function leavesOut({ without }: Pick<Stage, "without">, meeting: (typeof MEETINGS)[number]): boolean {
  return without.has(meeting);
}

/** False if it has to be left out that a target fails of which a leader can know nothing: after a restart it has what the statuses say. */
export function mayFail(stage: Stage, target: string): boolean {
  const isKnown = [...stage.world.aliases.values()]
    .filter((alias) => targetsOf(alias).includes(target))
    .every(({ status }) => {
      const addresses = status?.targets.find(({ hostname }) => hostname === target)?.addresses ?? [];
      return new Set(addresses.map((address) => address.includes(":"))).size === 2;
    });
  const isReadable = stage.world.unreadZones.size === 0;
  return (isKnown && isReadable) || !leavesOut(stage, "a target fails before it is known");
}

/** False if it has to be left out that a replica leads which doesn't see the statuses. */
export function mayLead({ world, without }: Stage): boolean {
  return (
    [...world.replicas].every((replica) => !replica.isHeld()) ||
    !leavesOut({ without }, "a replica whose watch is late leads")
  );
}

/** Hostnames to draw from: a name that an alias has which can't be read is left alone where that is a known fault. */
export function freeHostnames({ world, without, hostnames }: Stage): readonly string[] {
  return hostnames.filter(
    (hostname) =>
      !leavesOut({ without }, "share a name with an alias that can't be read") ||
      aliasesOf(world, `${hostname}.`).every(({ meta }) => !world.unread.has(objectKey(meta))),
  );
}

export function sharesName({ world }: Stage, { spec }: DnsAlias): boolean {
  return spec.hostnames.some((name) => aliasesOf(world, name).length > 1);
}

export function lists(zone: string): boolean {
  return sceneZone(zone).backend !== "queries";
}

export function isBelow(key: string): boolean {
  return key === "dns/sub" || key === "dns/deep";
}

/** Targets that have addresses of both families now. */
export function leavesOutUnknownTargets(stage: Stage): boolean {
  return leavesOut(stage, "a target fails before it is known");
}

export function goodTargets({ world }: Stage): readonly string[] {
  return TARGETS.filter(
    (target) => typeof world.targets.get(target) !== "string" && (world.targets.get(target)?.length ?? 0) > 0,
  );
}
