import assert from "node:assert/strict";
import { test } from "node:test";
import {
  patchUint16,
  wireWriter,
  writeBytes,
  writeOwnerName,
  writeQuestionName,
  writeUint16,
  writeWireName,
} from "../../../../src/dns/wire/wire-writer.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function written(offset: number, ...names: readonly string[]): readonly string[] {
  const writer = wireWriter(offset + 2048);
  writeBytes(writer, new Uint8Array(offset));
  return names.map((name) => {
    const start = writer.length;
    writeOwnerName(writer, name);
    return hex(writer.bytes.subarray(start, writer.length));
  });
}

const NAMES: readonly (readonly [name: string, names: readonly string[], wanted: readonly string[]])[] = [
  ["the root", ["."], ["00"]],
  ["a name again is a pointer", ["a.bc.", "a.bc."], ["016102626300", "c00c"]],
  ["the end of a name again is a pointer", ["a.bc.", "d.bc.", "x.d.bc."], ["016102626300", "0164c00e", "0178c012"]],
  ["the end alone", ["a.bc.", "bc."], ["016102626300", "c00e"]],
  ["names that only end in the same letters share nothing", ["abc.", "bc."], ["0361626300", "02626300"]],
  ["an octet by its number", ["\\255\\046.a."], ["02ff2e016100"]],
  ["a label of 63 octets", [`${"a".repeat(63)}.`], [`3f${"61".repeat(63)}00`]],
];
for (const [name, names, wanted] of NAMES) {
  test(`names in a message: ${name}`, () => {
    assert.deepEqual(written(12, ...names), wanted);
  });
}

test("a pointer has 14 bits: a name further on is written again", () => {
  assert.deepEqual(written(0x3fff, "a.", "a."), ["016100", "ffff"]);
  assert.deepEqual(written(0x4000, "a.", "a."), ["016100", "016100"]);
});

for (const name of ["a", "a..b.", `${"a".repeat(64)}.`]) {
  test(`"${name.slice(0, 10)}" is no absolute name`, () => {
    assert.throws(() => written(12, name), /not an absolute name/);
  });
}

test("an owner name is compressed whatever its case; the question keeps its own", () => {
  const writer = wireWriter(64);
  writeBytes(writer, new Uint8Array(12));
  writeQuestionName(writer, "Www.Test.");
  writeOwnerName(writer, "www.test.");
  assert.equal(hex(writer.bytes.subarray(12, writer.length)), "035777770454657374 00 c00c".replaceAll(" ", ""));
});

test("a name inside RDATA is compressed where its case is the same, and reading goes on behind it", () => {
  const writer = wireWriter(64);
  writeBytes(writer, new Uint8Array(12));
  writeOwnerName(writer, "mail.test.");
  const rdata = Buffer.from("000a 046d61696c 0474657374 00 ff".replaceAll(" ", ""), "hex");
  const start = writer.length;
  assert.equal(writeWireName(writer, rdata, 2), 13);
  assert.equal(hex(writer.bytes.subarray(start, writer.length)), "c00c");
});

test("a number is written, and can be put right later", () => {
  const writer = wireWriter(4);
  writeUint16(writer, 0x0102);
  writeUint16(writer, 0xfffe);
  patchUint16(writer, 0, 0x0a0b);
  assert.equal(hex(writer.bytes), "0a0bfffe");
});
