import assert from "node:assert/strict";
import { test } from "node:test";
import { sipHash24 } from "../../../../src/responder/client/siphash.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);

/** From the reference implementation: octets 0, 1, 2, … under the key 00 01 … 0f. */
const cases: readonly (readonly [length: number, want: string])[] = [
  [0, "310e0edd47db6f72"],
  [1, "fd67dc93c539f874"],
  [2, "5a4fa9d909806c0d"],
  [3, "2d7efbd796666785"],
  [7, "37d1018bf50002ab"],
  [8, "6224939a79f5f593"],
  [15, "e545be4961ca29a1"],
  [63, "724506eb4c328a95"],
];

for (const [length, want] of cases) {
  test(`SipHash-2-4 of ${length} octets`, () => {
    const bytes = Uint8Array.from({ length }, (_, index) => index);
    assert.equal(Buffer.from(sipHash24(KEY, bytes)).toString("hex"), want);
  });
}
