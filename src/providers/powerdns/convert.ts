import type { Millis } from "../../base/clock.ts";
import { listAt, memberAt, numberAt, textAt } from "../../base/json.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import type { RRset } from "../../dns/record.ts";
import { nextSerial } from "../../dns/serial.ts";
import type { BackendChange } from "../backend.ts";
import { BACKEND_TYPES, sortedSets, targetOf } from "../rrset-changes.ts";
import { canonicalData, parseCanonicalName } from "../canonical-rdata.ts";

/** The necessary fields of a zone in the answer to `GET …/zones/{id}`. */
export interface PowerDNSZone {
  /** "Native", "Master", "Slave", … in lower case. */
  readonly kind: string;
  /** The served serial. It is `edited_serial` if SOA-EDIT changes the serial. */
  readonly serial: number | undefined;
  /** False if writes over the API don't change the serial, because SOA-EDIT-API is empty. */
  readonly raisesSerial: boolean;
  readonly rrsets: readonly PowerDNSRrset[];
}

interface PowerDNSRrset {
  readonly name: Name;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
}

/** One member of `PATCH …/zones/{id}`. */
export interface RrsetPatch {
  readonly name: Name;
  readonly type: string;
  readonly changetype: "REPLACE" | "DELETE";
  readonly ttl?: number;
  readonly records?: readonly { readonly content: string; readonly disabled: boolean }[];
}

/** Undefined if the body is not a zone. */
export function zoneOf(body: unknown): PowerDNSZone | undefined {
  if (!Array.isArray(memberAt(body, "rrsets")) || textAt(body, "kind") === "") {
    return undefined;
  }
  return {
    kind: textAt(body, "kind").toLowerCase(),
    serial: numberAt(body, "edited_serial") ?? numberAt(body, "serial"),
    raisesSerial: memberAt(body, "soa_edit_api") !== "",
    rrsets: listAt(body, "rrsets").flatMap(rrsetOf),
  };
}

/**
 * Returns the RRsets of the zone. An ALIAS counts as a CNAME, so that dnsalias writes no records at its name. Disabled records are
 * ignored, unless all records of an RRset are disabled.
 */
export function rrsetsOfZone({ rrsets }: PowerDNSZone, domain: Name): readonly RRset[] {
  const sets = rrsets.flatMap((rrset) => {
    const type = rrset.type === "ALIAS" ? "CNAME" : rrset.type;
    const enabled = rrset.records.filter(({ disabled }) => !disabled);
    const shown = enabled.length > 0 ? enabled : rrset.records;
    const data = shown.map(({ content }) => canonicalData(type, content) ?? content);
    const fits = BACKEND_TYPES.has(type) && isAtOrBelow(rrset.name, domain) && data.length > 0;
    return fits ? [{ name: rrset.name, type, ttl: rrset.ttl, data }] : [];
  });
  return sortedSets(sets);
}

/** The names below the apex with enabled NS records. */
export function delegationsOfZone({ rrsets }: PowerDNSZone, domain: Name): readonly Name[] {
  return rrsets
    .filter(({ name, type, records }) => type === "NS" && name !== domain && records.some(({ disabled }) => !disabled))
    .map(({ name }) => name);
}

/** The RRsets of one PATCH, which the server applies in one transaction. Deletions come first, so that an address can replace a CNAME. */
export function patchOf(changes: readonly BackendChange[], zone: PowerDNSZone): readonly RrsetPatch[] {
  const deletes = changes.flatMap((change) => (change.after === undefined ? deletesOf(targetOf(change), zone) : []));
  const replaces = changes.flatMap(({ after }) => (after === undefined ? [] : [replaceOf(after)]));
  return [...deletes, ...replaces];
}

/**
 * Returns the SOA with a higher serial, because secondaries follow the serial. Undefined if the server raises the serial itself.
 */
export function serialPatch(
  zone: PowerDNSZone,
  domain: Name,
  now: Millis,
): { readonly patch: RrsetPatch; readonly serial: number } | undefined {
  const soa = zone.rrsets.find(({ name, type }) => name === domain && type === "SOA");
  const fields = soa?.records[0]?.content.split(/\s+/) ?? [];
  const old = Number(fields[SOA_SERIAL]);
  if (zone.raisesSerial || soa === undefined || fields.length !== SOA_FIELDS || !Number.isInteger(old)) {
    return undefined;
  }
  const serial = nextSerial(old, now / 1000);
  const content = fields.with(SOA_SERIAL, String(serial)).join(" ");
  const records = [{ content, disabled: false }];
  return { patch: { name: domain, type: "SOA", changetype: "REPLACE", ttl: soa.ttl, records }, serial };
}

const SOA_FIELDS = 7;
const SOA_SERIAL = 2;

function rrsetOf(value: unknown): readonly PowerDNSRrset[] {
  const name = parseCanonicalName(textAt(value, "name"));
  const type = textAt(value, "type").toUpperCase();
  if (name === undefined || type === "") {
    return [];
  }
  const records = listAt(value, "records").map((record) => ({
    content: textAt(record, "content"),
    disabled: memberAt(record, "disabled") === true,
  }));
  return [{ name, type, ttl: numberAt(value, "ttl") ?? 0, records }];
}

/** An RRset that is read as a CNAME can be an ALIAS. */
function deletesOf({ name, type }: RRset, { rrsets }: PowerDNSZone): readonly RrsetPatch[] {
  const isAlias = type === "CNAME" && rrsets.some((rrset) => rrset.name === name && rrset.type === "ALIAS");
  return [{ name, type: isAlias ? "ALIAS" : type, changetype: "DELETE" }];
}

function replaceOf({ name, type, ttl, data }: RRset): RrsetPatch {
  return { name, type, changetype: "REPLACE", ttl, records: data.map((content) => ({ content, disabled: false })) };
}
