import type { AuthoritativeServer } from "../support/authoritative.ts";
import { startBind, type Bind } from "../support/bind.ts";
import { startKnot } from "../support/knot.ts";
import { startNsd } from "../support/nsd.ts";

/** One record set of a target zone. */
export interface TargetSet {
  /** Absolute or not: `edge.cdn.test`. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME" | "TXT";
  /** Seconds. */
  readonly ttl: number;
  readonly data: readonly string[];
}

/** The zones that targets live in, each on a name server of another make, with record sets that tests change. */
export interface TargetZones extends AsyncDisposable {
  /** By zone name. */
  readonly servers: Readonly<Record<TargetZoneName, AuthoritativeServer>>;
  /** The one that logs every question. */
  readonly bind: Bind;
  /** Creates or replaces record sets; no data removes one. Ready when their servers give the new ones. */
  set(...sets: readonly TargetSet[]): Promise<void>;
}

export const TARGET_ZONES = ["lb.test", "cdn.test", "edge.test"] as const;
export type TargetZoneName = (typeof TARGET_ZONES)[number];

/** Starts `lb.test` on Knot, `cdn.test` on NSD and `edge.test` on BIND. */
export async function startTargetZones(sets: readonly TargetSet[] = []): Promise<TargetZones> {
  await using starting = new AsyncDisposableStack();
  const zones = new Map(TARGET_ZONES.map((zone) => [zone, createZone(zone)]));
  sets.forEach((set) => zoneOf(zones, set.name).put(set));
  const options = (zone: TargetZoneName) => ({ zones: { [zone]: zones.get(zone)?.text() ?? "" } });
  const [knot, nsd, bind] = await Promise.all([
    startKnot(options("lb.test")).then((server) => starting.use(server)),
    startNsd(options("cdn.test")).then((server) => starting.use(server)),
    startBind(options("edge.test")).then((server) => starting.use(server)),
  ]);
  const servers = { "lb.test": knot, "cdn.test": nsd, "edge.test": bind };
  const owned = starting.move();
  let work: Promise<void> = Promise.resolve();
  return {
    servers,
    bind,
    set: (...changed) => {
      changed.forEach((set) => zoneOf(zones, set.name).put(set));
      const touched = new Set(changed.map((set) => zoneOf(zones, set.name)));
      const publish = async (): Promise<void> => {
        await Promise.all([...touched].map((zone) => servers[zone.zone].setZone(zone.zone, zone.text())));
      };
      // One reload at a time: tests that run at once share the servers.
      work = work.catch(() => undefined).then(publish);
      return work;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

interface Zone {
  readonly zone: TargetZoneName;
  put(set: TargetSet): void;
  /** With a new serial each time. */
  text(): string;
}

function createZone(zone: TargetZoneName): Zone {
  const sets = new Map<string, TargetSet>();
  let serial = 0;
  return {
    zone,
    put: (set) => void sets.set(`${set.name} ${set.type}`, set),
    text: () => {
      serial += 1;
      return [
        `@ 60 IN SOA ns hostmaster ${serial} 3600 600 86400 ${NEGATIVE_TTL}`,
        "@ 60 IN NS ns",
        "ns 60 IN A 127.0.0.1",
        ...[...sets.values()].flatMap(lines),
        "",
      ].join("\n");
    },
  };
}

/** Seconds: short, so that a name that tests create late is seen soon. */
const NEGATIVE_TTL = 2;

function lines({ name, type, ttl, data }: TargetSet): readonly string[] {
  return data.map((text) => `${name.replace(/\.?$/, ".")} ${ttl} IN ${type} ${text}`);
}

function zoneOf(zones: ReadonlyMap<TargetZoneName, Zone>, name: string): Zone {
  const found = [...zones.values()].find(({ zone }) => name === zone || name.endsWith(`.${zone}`));
  if (found === undefined) {
    throw new Error(`${name} is in none of the target zones ${TARGET_ZONES.join(", ")}`);
  }
  return found;
}
