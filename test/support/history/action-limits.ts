import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { aliasesOf } from "./claims.ts";
import { sceneZone } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** What happens in no action of its own, but when two meet. Random histories leave it out until its fault in known-faults.ts is repaired, and then its entry goes. */
export const MEETINGS = ["share a name with an alias of another namespace that can't be read"] as const;

export function leavesOut({ without }: Pick<Stage, "without">, meeting: (typeof MEETINGS)[number]): boolean {
  return without.has(meeting);
}

/** Hostnames to draw from for a namespace: a name that an alias of another one has which can't be read is left alone where that is a known fault. */
export function freeHostnames({ world, without, hostnames }: Stage, namespace: string): readonly string[] {
  return hostnames.filter(
    (hostname) =>
      !leavesOut({ without }, "share a name with an alias of another namespace that can't be read") ||
      aliasesOf(world, `${hostname}.`).every(
        ({ meta }) => meta.namespace === namespace || !world.unread.has(objectKey(meta)),
      ),
  );
}

/** False if it has to be left out that an alias can't be read which has a name together with one of another namespace. */
export function maySpoil({ world, without }: Stage, { meta, spec }: DnsAlias): boolean {
  return (
    !leavesOut({ without }, "share a name with an alias of another namespace that can't be read") ||
    spec.hostnames.every((name) => aliasesOf(world, name).every((other) => other.meta.namespace === meta.namespace))
  );
}

export function lists(zone: string): boolean {
  return sceneZone(zone).backend !== "queries";
}

export function isBelow(key: string): boolean {
  return key === "dns/sub" || key === "dns/deep";
}
