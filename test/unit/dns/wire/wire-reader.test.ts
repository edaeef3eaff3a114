import assert from "node:assert/strict";
import { test } from "node:test";
import { textOfWire } from "../../../../src/dns/name/name-wire.ts";
import {
  fail,
  readBytes,
  readUint16,
  readUint32,
  readUint8,
  readWireName,
  wireReader,
  type WireReader,
} from "../../../../src/dns/wire/wire-reader.ts";

const HEADER = "00".repeat(12);
const LABEL_63 = `3f${"61".repeat(63)}`;

function readerAt(hex: string, offset: number): WireReader {
  const reader = wireReader(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
  reader.offset = offset;
  return reader;
}

function nameAt(
  hex: string,
  offset: number,
): { readonly name: string; readonly end: number; readonly problem: string | undefined } {
  const reader = readerAt(hex, offset);
  const into = { bytes: new Uint8Array(1024), length: 0 };
  readWireName(reader, into);
  return { name: textOfWire(into.bytes.subarray(0, into.length)), end: reader.offset, problem: reader.problem };
}

test("numbers and bytes are read one after the other, up to the last one", () => {
  const reader = readerAt("01 0203 fffefdfc aabb", 0);
  assert.deepEqual([readUint8(reader), readUint16(reader), readUint32(reader)], [1, 0x0203, 0xfffefdfc]);
  assert.deepEqual([...readBytes(reader, 2)], [0xaa, 0xbb]);
  assert.deepEqual([reader.offset, reader.problem], [9, undefined]);
});

const SHORT: readonly (readonly [string, (reader: WireReader) => unknown, unknown])[] = [
  ["a number of one octet", readUint8, 0],
  ["a number of two octets", readUint16, 0x0100],
  ["bytes", (reader) => readBytes(reader, 2).length, 0],
];
for (const [name, read, value] of SHORT) {
  test(`the packet ends too early for ${name}`, () => {
    const hex = name.endsWith("one octet") ? "" : "01";
    const reader = readerAt(hex, 0);
    assert.equal(read(reader), value);
    assert.match(reader.problem ?? "", /^the packet ends too early at octet \d$/);
  });
}

test("the first problem of a packet is the one that is kept", () => {
  const reader = readerAt("01", 0);
  fail(reader, "one");
  reader.offset = 1;
  fail(reader, "two");
  assert.equal(reader.problem, "one at octet 0");
});

test("a pointer leads backwards, and reading goes on behind the first one", () => {
  assert.deepEqual(nameAt(`${HEADER} 01 62 00 01 61 c00c ff`, 15), { name: "a.b.", end: 19, problem: undefined });
  assert.deepEqual(nameAt(`${HEADER} 01 63 00 01 62 c00c 01 61 c00f ff`, 19), {
    name: "a.b.c.",
    end: 23,
    problem: undefined,
  });
});

test("a name has 255 octets at most, and labels of 63", () => {
  const longest = `${LABEL_63.repeat(3)} 3d ${"61".repeat(61)} 00`;
  assert.equal(nameAt(longest, 0).problem, undefined);
  assert.equal(nameAt(longest, 0).end, 255);
});

const PROBLEMS: readonly (readonly [name: string, hex: string, offset: number, problem: string])[] = [
  [
    "a name of 256 octets",
    `${LABEL_63.repeat(3)} 3e ${"61".repeat(62)} 00`,
    0,
    "a name is longer than 255 octets at octet 255",
  ],
  ["a label that the packet cuts", "03 6161", 0, "the packet ends inside a name at octet 0"],
  ["no end", "01 61", 0, "the packet ends inside a name at octet 2"],
  ["a label of 64 octets", `40 ${"61".repeat(64)} 00`, 0, "a label has a type that is not defined at octet 0"],
  ["a pointer to itself", `${HEADER} c00c`, 12, "a compression pointer does not lead backwards to a name at octet 14"],
  [
    "a pointer forwards",
    `${HEADER} c00e 00`,
    12,
    "a compression pointer does not lead backwards to a name at octet 14",
  ],
  [
    "a pointer into the header",
    `${HEADER} 00 c00b`,
    13,
    "a compression pointer does not lead backwards to a name at octet 15",
  ],
  ["half a pointer", `${HEADER} c0`, 12, "the packet ends too early at octet 13"],
];
for (const [name, hex, offset, problem] of PROBLEMS) {
  test(`a name in a packet: ${name}`, () => {
    assert.equal(nameAt(hex, offset).problem, problem);
  });
}

test("127 pointers are followed, and not one more", () => {
  const chain = (pointers: number): string => {
    const links = Array.from({ length: pointers }, (_, index) =>
      (0xc000 | (index === 0 ? 12 : 13 + 2 * (index - 1))).toString(16),
    );
    return `${HEADER} 00 ${links.join("")}`;
  };
  const last = (pointers: number): number => 13 + 2 * (pointers - 1);
  assert.equal(nameAt(chain(127), last(127)).problem, undefined);
  assert.match(nameAt(chain(128), last(128)).problem ?? "", /^a name has too many compression pointers/);
});

test("a label has 63 octets at most: a longer one has a type that is not defined", () => {
  const label = (count: number): string => count.toString(16) + "61".repeat(count);
  assert.equal(nameAt(`${HEADER} ${label(63)} 00`, 12).name, `${"a".repeat(63)}.`);
  assert.equal(nameAt(`${HEADER} ${label(64)} 00`, 12).problem, "a label has a type that is not defined at octet 12");
  assert.equal(nameAt(`${HEADER} ${label(0xbf)} 00`, 12).problem, "a label has a type that is not defined at octet 12");
});
