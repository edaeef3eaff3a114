import assert from "node:assert/strict";
import { test } from "node:test";
import { OPT_BYTES, optionBytes, writeOpt, type OptFields } from "../../../../src/responder/packet/opt-record.ts";

function written(fields: OptFields): string {
  const out = new Uint8Array(2 + OPT_BYTES + optionBytes(fields.options)).fill(0xee);
  writeOpt(out, 2, fields);
  return Buffer.from(out).toString("hex");
}
const PLAIN: OptFields = { extendedRcode: 0, dnssecOk: false, options: [] };

const CASES: readonly (readonly [name: string, fields: OptFields, wanted: string])[] = [
  ["nothing but the size", PLAIN, "eeee 00 0029 04d0 00 00 0000 0000"],
  ["DO and an extended rcode", { ...PLAIN, extendedRcode: 1, dnssecOk: true }, "eeee 00 0029 04d0 01 00 8000 0000"],
  [
    "two options",
    {
      ...PLAIN,
      options: [
        { code: 10, data: Uint8Array.of(1, 2, 3) },
        { code: 0x1234, data: new Uint8Array(0) },
      ],
    },
    "eeee 00 0029 04d0 00 00 0000 000b 000a 0003 010203 1234 0000",
  ],
  [
    "an option of 300 octets",
    { ...PLAIN, options: [{ code: 15, data: new Uint8Array(300).fill(0x61) }] },
    `eeee 00 0029 04d0 00 00 0000 0130 000f 012c ${"61".repeat(300)}`,
  ],
];
for (const [name, fields, wanted] of CASES) {
  test(`an OPT record with ${name}`, () => {
    assert.equal(written(fields), wanted.replaceAll(" ", ""));
  });
}
