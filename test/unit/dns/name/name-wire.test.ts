import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfCanonical, ROOT } from "../../../../src/dns/name/name.ts";
import {
  endOfCompressedName,
  endOfWireName,
  textOfWire,
  wireLength,
  wireOfName,
} from "../../../../src/dns/name/name-wire.ts";
import { LOWER_CASE_BYTE_TEXT } from "../../../../src/dns/name/byte-text.ts";

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

test("a name has a wire form, and the wire form a text", () => {
  for (const [text, hex] of [
    [".", "00"],
    ["www.a\\046b.", "03 777777 03 612e62 00"],
    ["\\255.example.", "01 ff 07 6578616d706c65 00"],
  ] as const) {
    const wire = wireOfName(nameOfCanonical(text));
    assert.deepEqual(wire, bytesOf(hex));
    assert.equal(textOfWire(wire), text);
    assert.equal(wireLength(text), wire.length);
    assert.equal(endOfWireName(wire, 0, wire.length), wire.length);
  }
});

test("the text of a wire name keeps the case, or is canonical", () => {
  const wire = bytesOf("03 577777 01 41 00");
  assert.deepEqual([textOfWire(wire), textOfWire(wire, LOWER_CASE_BYTE_TEXT)], ["Www.A.", "www.a."]);
  assert.deepEqual(wireOfName(ROOT), new Uint8Array(1));
});

test("a wire name ends at its root label, or is not well formed", () => {
  const label = `3f ${"61".repeat(63)}`;
  const cases: readonly (readonly [string, number, number | undefined])[] = [
    ["ff 01 61 00 ff", 1, 4],
    ["01 61", 0, undefined],
    ["02 61 00", 0, undefined],
    ["", 0, undefined],
    ["c0 0c", 0, undefined],
    [`${label} 00`, 0, 65],
    [`40 ${"61".repeat(64)} 00`, 0, undefined],
    [`${label.repeat(3)} 3d ${"61".repeat(61)} 00`, 0, 255],
    [`${label.repeat(3)} 3e ${"61".repeat(62)} 00`, 0, undefined],
  ];
  for (const [hex, start, want] of cases) {
    assert.equal(endOfWireName(bytesOf(hex), start, bytesOf(hex).length), want, hex);
  }
});

test("a compressed name ends at its root label or after its pointer, which is not followed", () => {
  const cases: readonly (readonly [string, number, number | undefined])[] = [
    ["01 61 00", 0, 3],
    ["ff 01 61 c0 0c ff", 1, 5],
    ["c0 00", 0, 2],
    ["c0", 0, undefined],
    ["01 61 c0", 0, undefined],
    ["01 61", 0, undefined],
    ["80 00", 0, undefined],
    [`${"01 61".repeat(126)} 01 61 00`, 0, 255],
    [`${"01 61".repeat(128)} 00`, 0, undefined],
  ];
  for (const [hex, start, want] of cases) {
    assert.equal(endOfCompressedName(bytesOf(hex), start, bytesOf(hex).length), want, hex);
  }
});
