import type { Random } from "../../src/base/clock.ts";
import type { DnsAlias } from "../../src/api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../src/api/meta.ts";
import type { ReplicasWorld } from "./replicas-world.ts";

export const MINUTE = 60_000;

/** The guard of every zone in a play. */
export const MAX_DELETE_PERCENT = 40;

/** Zones that a play may have; the last one writes where the first does. */
export const ZONES: readonly (readonly [key: ObjectKey, domain: string, location: string])[] = [
  ["dns/com", "example.com", "com"],
  ["dns/net", "example.net", "net"],
  ["dns/sub", "sub.example.com", "sub"],
  ["dns/inside", "example.com", "inside"],
  ["dns/twin", "example.com", "com"],
];

/** A world and what its checks have to remember of it. */
export interface Stage {
  readonly world: ReplicasWorld;
  readonly random: Random;
  readonly log: string[];
  readonly serials: Map<string, number>;
  /** Texts that a base zone had lately, by place. */
  readonly baseTexts: Map<string, string[]>;
  /** What the product wrote last, by place: `shop.example.com. A 192.0.2.1`. */
  readonly written: Map<string, ReadonlySet<string>>;
  /** How many answers with addresses responders have given. */
  answers: number;
  /** All targets that there are. */
  readonly targets: readonly string[];
  problem: Error | undefined;
  created: number;
}

export function describe({ meta, spec }: DnsAlias): string {
  const targets = spec.targets.map((one) => (one.kind === "hostname" ? one.hostname : one.addresses.join()));
  return `${objectKey(meta)} ${spec.hostnames.join()} → ${targets.join()} ${spec.onEmpty} ${spec.onStale} ${spec.maxStalenessMs}`;
}
