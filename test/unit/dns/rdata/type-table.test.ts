import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "../../../support/property.ts";
import { endOfWireName } from "../../../../src/dns/name/name-wire.ts";
import { rdataType } from "../../../../src/dns/rdata/type-table.ts";
import { portableTypeName, TYPE, typeName } from "../../../../src/dns/registry.ts";
import { arbitraryRdata, GENERATED_TYPES } from "./arbitrary-rdata.ts";
import { VECTORS } from "./vectors/all.ts";

/** RFC 6895 3.1: 41 and 128 to 255 are no types of data. */
const DATA_TYPES = Object.entries(TYPE).filter(([, number]) => number !== 41 && (number < 128 || number > 255));
const NUMBERS = DATA_TYPES.map(([, number]) => number);
const WITH_CODEC = NUMBERS.filter((number) => rdataType(number)?.codec !== undefined).map(typeName);

test("a row has the number and the mnemonic of the registry", () => {
  for (const [type, number] of DATA_TYPES) {
    const row = rdataType(number);
    assert.ok(row === undefined || (row.number === number && row.mnemonic === type), type);
  }
  assert.equal(rdataType(65_280), undefined);
});

test("every type with a codec has vectors and generated data", () => {
  const tested = new Set(VECTORS.map(({ type }) => type));
  assert.deepEqual(
    WITH_CODEC.filter((type) => !tested.has(type)),
    [],
  );
  assert.deepEqual([...GENERATED_TYPES].sort(), [...WITH_CODEC].sort());
});

test("the manual page lists the types that are not read by their mnemonics", () => {
  const page = readFileSync("src/providers/coredns/README.md", "utf8");
  const unread = NUMBERS.map(typeName).filter((type) => !WITH_CODEC.includes(type));
  const signatures = NUMBERS.filter((number) => rdataType(number)?.isSignature === true).map(typeName);
  assert.deepEqual(signatures, ["RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "ZONEMD"]);
  const obsolete = NUMBERS.filter((number) => rdataType(number)?.isObsolete === true).map(typeName);
  assert.deepEqual(obsolete, ["MD", "MF", "SIG", "NXT", "A6"]);
  assert.ok(page.includes("obsolete types: A6, MD, MF, NXT, SIG"));
  const [, listed = ""] = /types that dnsalias reads only as `TYPEn \\# …`: (.*)/.exec(page) ?? [];
  assert.deepEqual(
    listed.split(", "),
    unread.filter((type) => !signatures.includes(type) && !obsolete.includes(type)).sort(),
  );
});

test("a layout describes where the names are", () => {
  for (const type of GENERATED_TYPES) {
    const { layout, length } = rdataType(TYPE[type]) ?? {};
    fc.assert(
      fc.property(arbitraryRdata(type), (bytes) => {
        assert.ok(length === undefined || bytes.length === length, type);
        if (layout !== undefined) {
          let end = layout.before;
          for (let names = 0; names < layout.names; names += 1) {
            end = endOfWireName(bytes, end, bytes.length) ?? assert.fail(`${type} has no name at ${end}`);
          }
          assert.equal(end + layout.after, bytes.length, type);
        }
      }),
      { numRuns: 20 },
    );
  }
});

test("names are compressed in the types of RFC 1035 only (RFC 3597 4)", () => {
  const compressed = NUMBERS.filter((number) => rdataType(number)?.layout?.compress === true);
  assert.deepEqual(compressed.map(typeName), ["NS", "CNAME", "SOA", "MB", "MG", "MR", "PTR", "MINFO", "MX"]);
});

test("a mnemonic that one of the four servers does not read is written as a number", () => {
  assert.deepEqual([TYPE.MX, TYPE.X25, TYPE.HIP, 65_280].map(portableTypeName), [
    "MX",
    "TYPE19",
    "TYPE55",
    "TYPE65280",
  ]);
  assert.deepEqual([TYPE.X25, 65_280].map(typeName), ["X25", "TYPE65280"]);
});
