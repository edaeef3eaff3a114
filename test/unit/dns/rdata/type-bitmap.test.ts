import assert from "node:assert/strict";
import { test } from "node:test";
import { printRdata } from "../../../../src/dns/rdata/codec.ts";
import { typeNumber } from "../../../../src/dns/registry.ts";

/** The type list of a CSYNC record (RFC 7477), in the form of RFC 4034 4.1.2; undefined where it is printed as unknown RDATA. */
function types(bitmap: string): string | undefined {
  const rdata = Buffer.from(`000000010000${bitmap}`, "hex");
  const text = printRdata(typeNumber("CSYNC") ?? assert.fail(), rdata);
  return text.startsWith("\\#") ? undefined : text.replace(/^1 0 ?/, "");
}

const CASES: readonly (readonly [bitmap: string, want: string | undefined])[] = [
  ["", ""],
  ["000140", "A"],
  ["0004600000 08", "NS A AAAA"],
  ["000140010140", "A CAA"],
  ["010180", "URI"],
  ["0001c0", undefined],
  ["000180", undefined],
  ["00024000", undefined],
  ["0000", undefined],
  ["010140000140", undefined],
  ["000140000140", undefined],
  [`0020${"00".repeat(31)}01`, "TYPE255"],
  [`0021${"00".repeat(32)}01`, undefined],
  ["0002", undefined],
  ["00", undefined],
];

for (const [bitmap, want] of CASES) {
  test(`the bitmap ${bitmap === "" ? "of nothing" : bitmap.slice(0, 20)} is ${want ?? "another form, which is kept as it is"}`, () => {
    const got = types(bitmap.replaceAll(" ", ""));
    assert.deepEqual(got?.split(" ").toSorted(), want?.split(" ").toSorted());
  });
}
