import assert from "node:assert/strict";
import { test } from "node:test";
import {
  className,
  classNumber,
  opcodeName,
  rcodeName,
  RCODE,
  TYPE,
  typeName,
  typeNumber,
} from "../../../src/dns/registry.ts";

test("every type goes to its number and back, in either case and by number", () => {
  for (const [name, number] of Object.entries(TYPE)) {
    assert.equal(typeNumber(name), number);
    assert.equal(typeNumber(name.toLowerCase()), number);
    assert.equal(typeNumber(`TYPE${number}`), number);
    assert.equal(typeName(number), name);
  }
});

test("what has no mnemonic is named by its number (RFC 3597)", () => {
  assert.deepEqual(
    [typeName(65_280), className(42), rcodeName(11), opcodeName(6)],
    ["TYPE65280", "CLASS42", "RCODE11", "OPCODE6"],
  );
  assert.deepEqual([typeNumber("TYPE65280"), classNumber("class42")], [65_280, 42]);
});

test("what is no type or class is none", () => {
  for (const text of ["", "B", "TYPE", "TYPE65536", "TYPE-1", "TYPE 1", "TYPE1x", "constructor", "__proto__"]) {
    assert.equal(typeNumber(text), undefined, text);
    assert.equal(classNumber(text), undefined, text);
  }
});

test("rcodes and classes that everything depends on", () => {
  assert.deepEqual([RCODE.SERVFAIL, RCODE.NXDOMAIN, RCODE.REFUSED, RCODE.BADCOOKIE], [2, 3, 5, 23]);
  assert.deepEqual([rcodeName(3), className(1), opcodeName(5)], ["NXDOMAIN", "IN", "UPDATE"]);
});
