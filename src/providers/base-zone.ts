import { displayName, isAtOrBelow, type Name } from "../dns/name/name.ts";
import { type AliasType, FAMILIES, type RRset } from "../dns/record.ts";
import { closestEnclosers, type EncloserOf } from "../dns/zone-file/closest-encloser.ts";
import { hostNames } from "../dns/zone-file/host-names.ts";
import { cutAbove, cutsOf } from "../dns/zone-file/zone-cuts.ts";
import { renderRecords } from "../dns/zone-file/print-zone-file.ts";
import { parseZoneFile } from "../dns/zone-file/parse-zone-file.ts";
import { fingerprint } from "./fingerprint.ts";

/** The records of a zone that users write themselves, in addition to those of the aliases. They are checked. */
export interface BaseZone {
  readonly origin: Name;
  readonly soa: RRset;
  readonly serial: number;
  /** All records except the SOA. */
  readonly others: readonly RRset[];
  /** The records of `others` as text. */
  readonly othersText: string;
  /** Equal for equal records. The order, comments, and the serial of the SOA don't matter. */
  readonly fingerprint: string;
  /** See {@link hostNames}. */
  readonly hosts: ReadonlyMap<string, string>;
  /** Returns the closest encloser of a name among the base zone's records. */
  readonly encloserOf: EncloserOf;
  /** The obstacle to an RRset of dnsalias at a name. Undefined: there is none. */
  readonly obstacle: (name: Name, type: AliasType) => Obstacle | undefined;
}

/** A record of the base zone at the hostname of an alias. It remains served. */
interface Obstacle {
  readonly note: string;
  readonly ttl: number;
  /**
   * The data of the RRset, if it has the type that was requested. Empty for other obstacles, for example an address record of the
   * other family.
   */
  readonly data: readonly string[];
}

export type BaseRead =
  | { readonly kind: "ok"; readonly base: BaseZone }
  | { readonly kind: "invalid"; readonly message: string };

/** Reads the base zone. Messages begin with `location`. */
export function readBaseZone(text: string, origin: Name, location: string): BaseRead {
  const zone = parseZoneFile(text, origin);
  if (zone.kind === "invalid") {
    const shown = zone.problems.slice(0, SHOWN_PROBLEMS);
    const lines = shown.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
    const more = zone.problems.length - shown.length;
    return { kind: "invalid", message: `${location}: ${lines.join("; ")}${more > 0 ? `; and ${more} more` : ""}` };
  }
  const soa = zone.records.find(({ type }) => type === "SOA");
  if (soa === undefined) {
    return { kind: "invalid", message: `${location}: no SOA record` };
  }
  const others = zone.records.filter(({ type }) => type !== "SOA");
  const othersText = renderRecords(others);
  const base = {
    origin,
    soa,
    serial: serialOf(soa),
    others,
    othersText,
    fingerprint: fingerprint(renderRecords([withSerial(soa, 0)]) + othersText),
    hosts: hostNames(others),
    encloserOf: closestEnclosers(origin, others),
    obstacle: obstacleOf(origin, others),
  };
  return { kind: "ok", base };
}

/** Returns the SOA RRset with another serial (RFC 1035 3.3.13). */
export function withSerial(soa: RRset, serial: number): RRset {
  const [mname = "", rname = "", , ...times] = (soa.data[0] ?? "").split(" ");
  return { ...soa, data: [[mname, rname, String(serial), ...times].join(" ")] };
}

const SHOWN_PROBLEMS = 5;

function serialOf(soa: RRset): number {
  return Number((soa.data[0] ?? "").split(" ")[2]);
}

function obstacleOf(origin: Name, sets: readonly RRset[]): BaseZone["obstacle"] {
  const byKey = new Map(sets.map((set) => [`${set.name} ${set.type}`, set]));
  const delegations = cutsOf(origin, sets, "NS");
  const dnames = cutsOf(origin, sets, "DNAME");
  return (name, type) => {
    const display = displayName(name);
    if (!isAtOrBelow(name, origin)) {
      return otherObstacle(`${display} is not inside the zone ${displayName(origin)}`);
    }
    const own = [type, ...FAMILIES].flatMap((at) => byKey.get(`${name} ${at}`) ?? [])[0];
    if (own !== undefined) {
      const note = `the base zone already has ${own.type} records at ${display}`;
      return own.type === type ? { note, ttl: own.ttl, data: own.data } : otherObstacle(note);
    }
    if (byKey.has(`${name} CNAME`)) {
      return otherObstacle(
        `the base zone has a CNAME at ${display}, and a name with a CNAME can have no other records (RFC 1034 3.6.2)`,
      );
    }
    const delegation = cutAbove(name, origin, delegations);
    if (delegation !== undefined) {
      return otherObstacle(
        `${display} is inside ${displayName(delegation)}, which the base zone delegates to other servers`,
      );
    }
    const dname = cutAbove(name, origin, dnames);
    return dname === undefined || dname === name
      ? undefined
      : otherObstacle(`${display} is below the DNAME of ${displayName(dname)} in the base zone`);
  };
}

function otherObstacle(note: string): Obstacle {
  return { note, ttl: 0, data: [] };
}
