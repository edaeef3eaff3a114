import { rrsetKey } from "../../../../src/dns/record.ts";
import assert from "node:assert/strict";
import type { WireRecord } from "../../../../src/dns/message/message.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { printRdata } from "../../../../src/dns/rdata/codec.ts";
import { typeName } from "../../../../src/dns/registry.ts";
import { parseZoneFile } from "../../../../src/dns/zone-file/parse-zone-file.ts";
import { type BaseZone, readBaseZone } from "../../../../src/providers/base-zone.ts";
import { wireRRset } from "../../../../src/providers/transfer/zone/wire-rrset.ts";
import {
  appendVersion,
  type History,
  type JournalLimits,
  versionOf,
  type ZoneVersion,
} from "../../../../src/providers/transfer/zone/journal.ts";

export const ORIGIN = parseName("example.com");

/** A version of example.com; the lines are added to SOA and NS. */
export function version(serial: number, lines: readonly string[] = []): ZoneVersion {
  const text = ["$TTL 60", `@ SOA ns1 h ${serial} 2 3 4 5`, "@ NS ns1", "ns1 A 192.0.2.1", ...lines].join("\n");
  const zone = parseZoneFile(text, ORIGIN);
  assert.ok(zone.kind === "ok", JSON.stringify(zone));
  const soa = zone.records.find(({ type }) => type === "SOA") ?? assert.fail();
  const others = zone.records.filter(({ type }) => type !== "SOA");
  const [record = assert.fail()] = wireRRset(soa).records;
  return versionOf(serial, record, new Map(others.map((set) => [rrsetKey(set), wireRRset(set)])));
}

/** The base zone of {@link version}. */
export function baseZone(): BaseZone {
  const read = readBaseZone("$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\n", ORIGIN, "base");
  return read.kind === "ok" ? read.base : assert.fail(read.message);
}

/** The versions one after the other. */
export function history(versions: readonly ZoneVersion[], limits?: JournalLimits): History {
  const [first = assert.fail(), ...later] = versions;
  return later.reduce<History>((before, next) => appendVersion(before, next, limits), { current: first, journal: [] });
}

/** "www.example.com. 60 A 192.0.2.1" */
export function texts(records: Iterable<WireRecord>): readonly string[] {
  return [...records].map(
    ({ name, ttl, type, rdata }) => `${name} ${ttl} ${typeName(type)} ${printRdata(type, rdata)}`,
  );
}

export function soaText(serial: number): string {
  return `example.com. 60 SOA ns1.example.com. h.example.com. ${serial} 2 3 4 5`;
}
