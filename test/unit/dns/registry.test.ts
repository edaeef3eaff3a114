import assert from "node:assert/strict";
import { test } from "node:test";
import { EDNS_OPTION, OPCODE, RCODE, rcodeName, TYPE, typeName, typeNumber } from "../../../src/dns/registry.ts";

test("every type goes to its number and back, in either case and by number", () => {
  for (const [name, number] of Object.entries(TYPE)) {
    assert.equal(typeNumber(name), number);
    assert.equal(typeNumber(name.toLowerCase()), number);
    assert.equal(typeNumber(`TYPE${number}`), number);
    assert.equal(typeName(number), name);
  }
});

test("what has no mnemonic is named by its number (RFC 3597)", () => {
  assert.deepEqual([typeName(65_280), rcodeName(11)], ["TYPE65280", "RCODE11"]);
  assert.equal(typeNumber("TYPE65280"), 65_280);
});

test("text that is not a type has no number", () => {
  for (const text of ["", "B", "TYPE", "TYPE65536", "TYPE-1", "TYPE 1", "TYPE1x", "constructor", "__proto__"]) {
    assert.equal(typeNumber(text), undefined, text);
  }
});

test("rcodes that everything depends on", () => {
  assert.deepEqual([RCODE.SERVFAIL, RCODE.NXDOMAIN, RCODE.REFUSED, RCODE.BADCOOKIE], [2, 3, 5, 23]);
  assert.equal(rcodeName(3), "NXDOMAIN");
});

test("operations and EDNS options have the numbers of IANA", () => {
  assert.deepEqual(OPCODE, { QUERY: 0, STATUS: 2, NOTIFY: 4, UPDATE: 5 });
  assert.deepEqual(EDNS_OPTION, { CLIENT_SUBNET: 8, COOKIE: 10, EXTENDED_ERROR: 15 });
});
