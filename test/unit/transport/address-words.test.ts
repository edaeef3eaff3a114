import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, textOfAddress } from "../../../src/transport/address-words.ts";

const cases: readonly (readonly [text: string, want: string])[] = [
  ["192.0.2.1", "4 c0000201"],
  ["255.255.255.255", "4 ffffffff"],
  ["0.0.0.0", "4 0"],
  ["::ffff:192.0.2.1", "4 c0000201"],
  ["::ffff:c000:201", "4 c0000201"],
  ["::", "6 0 0 0 0"],
  ["::1", "6 0 0 0 1"],
  ["1::", "6 10000 0 0 0"],
  ["2001:db8::1", "6 20010db8 0 0 1"],
  ["2001:db8:1:2:3:4:5:6", "6 20010db8 10002 30004 50006"],
  ["2001:db8::3:4:5:6", "6 20010db8 0 30004 50006"],
  ["FE80::1%eth0", "6 fe800000 0 0 1"],
  ["64:ff9b::192.0.2.33", "6 64ff9b 0 0 c0000221"],
  ["1:2:3:4:5:6:192.0.2.33", "6 10002 30004 50006 c0000221"],
  ["::2:3:4:5:6:7:8", "6 2 30004 50006 70008"],
  ["1:2:3:4:5:6:7::", "6 10002 30004 50006 70000"],
  ["", "0"],
  ["x", "0"],
  ["0.0.0.0%", "0"],
  ["192.0.2.1%eth0", "0"],
  ["1.2.3", "0"],
  ["1.2.3.4.5", "0"],
  ["1.2.3.", "0"],
  ["1..3.4", "0"],
  ["1.2.3.256", "0"],
  [":", "0"],
  [":::", "0"],
  [":1:2:3:4:5:6:7:8", "0"],
  ["1:2:3:4:5:6:7:", "0"],
  ["1:2:3:4:5:6:7", "0"],
  ["1:2:3:4:5:6:7:8:9", "0"],
  ["1::2::3", "0"],
  ["12345::", "0"],
  ["1:2:3:4:5:6:7:1.2.3.4", "0"],
  ["::g", "0"],
];

for (const [text, want] of cases) {
  test(`"${text}" is ${want}`, () => {
    const words = new Uint32Array(4).fill(7);
    const family = readAddress(text, words);
    const used = { 0: 0, 4: 1, 6: 4 }[family];
    assert.equal([family, ...Array.from(words.subarray(0, used), (word) => word.toString(16))].join(" "), want);
  });
}

for (const text of [
  "192.0.2.1",
  "255.255.255.255",
  "0.0.0.0",
  "::",
  "::1",
  "1::",
  "2001:db8::1",
  "2001:db8:0:1:1:1:1:1",
  "2001:0:0:1::1",
  "fe80::1:2:3:4",
  "1:2:3:4:5:6:7:8",
]) {
  test(`${text} is the same after it was words`, () => {
    const words = new Uint32Array(4);
    const family = readAddress(text, words);
    assert.ok(family !== 0);
    const [first = 0, second = 0, third = 0, fourth = 0] = words;
    const address = { family, first, second, third, fourth };
    assert.equal(textOfAddress(address), text);
    const copy = new Uint32Array(4).fill(7);
    assert.deepEqual([readAddress(address, copy), [...copy]], [family, [...words]]);
  });
}
