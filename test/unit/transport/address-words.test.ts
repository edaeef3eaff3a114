import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { test } from "node:test";
import { array, assert as check, constantFrom, integer, oneof, property, tuple } from "../../support/property.ts";
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
  ["1::ffff:192.0.2.1", "6 10000 0 ffff c0000201"],
  ["0:0:1::ffff:192.0.2.1", "6 0 10000 ffff c0000201"],
  ["::fffe:192.0.2.1", "6 0 0 fffe c0000201"],
  ["1:2:3:4:5:6:7:8%eth0", "6 10002 30004 50006 70008"],
  ["1:2:3:4:5:6:7:%eth0", "0"],
  ["1::%::", "6 10000 0 0 0"],
  ["::2:3:4:5:6:7:1.2.3.4", "0"],
  ["::1:2:3:4:5:6:7:8:9", "0"],
  ["::1:2:3:4:5:6:7:8", "0"],
  ["1:2:3:4:5:6:7:8::", "0"],
  ["1:2:3:4:5:6:7:8:", "0"],
  ["1:2:3:4:5:6:7:8:9:a", "0"],
  ["1:2:3:4:5:6:7:8:1.2.3.4", "0"],
  ["1:2:3:4:5::1.2.3", "0"],
  ["::1.2.3.4:5", "0"],
  ["1.2.3.4::", "0"],
  ["1.2.3.a", "0"],
  ["1.2.3./", "0"],
  ["é::", "0"],
];

for (const [text, want] of cases) {
  test(`"${text}" is ${want}`, () => {
    const words = new Uint32Array(4).fill(7);
    const family = readAddress(text, words);
    const used = { 0: 0, 4: 1, 6: 4 }[family];
    assert.equal([family, ...Array.from(words.subarray(0, used), (word) => word.toString(16))].join(" "), want);
  });
}

test("the words after a mapped IPv4 address are 0", () => {
  const words = new Uint32Array(4).fill(7);
  assert.equal(readAddress("::ffff:192.0.2.1", words), 4);
  assert.deepEqual([...words], [0xc000_0201, 0, 0, 0]);
});

test("for any text made of pieces of addresses, Node.js agrees on what it is", () => {
  const words = new Uint32Array(4);
  const piece = constantFrom("0", "1", "9", "25", "255", "256", "f", "a0", "ffff", "12345", ":", "::", ".", "g", "%e");
  const separated = tuple(constantFrom("1", "20", "255", "ffff", ""), constantFrom(":", ":", ":", "::", "."));
  const text = oneof(
    array(piece, { maxLength: 18 }).map((pieces) => pieces.join("")),
    array(separated, { minLength: 3, maxLength: 10 }).map((pairs) => pairs.flat().join("").slice(0, -1)),
  );
  const agrees = property(text, (address) => {
    // A number with a zero before it has no one meaning, and no socket reports it.
    if (!/(?:^|[.:])0\d+\./.test(address) && !/\.0\d/.test(address)) {
      const unzoned = address.replace(/%.*$/, "%e");
      const family = readAddress(address, words);
      assert.equal(family !== 0, isIPv4(unzoned) || isIPv6(unzoned), address);
      assert.ok(family !== 4 || isIPv4(unzoned) || unzoned.includes(":ffff:"), address);
    }
  });
  check(agrees, { numRuns: 3_000 });
});

test("any IPv6 address has the text that RFC 5952 and URLs have for it, which is the same address", () => {
  const words = new Uint32Array(4);
  const group = oneof(constantFrom(0, 0, 0, 1, 0xffff), integer({ min: 0, max: 0xffff }));
  const word = tuple(group, group).map(([high, low]) => high * 0x1_0000 + low);
  const fits = property(tuple(word, word, word, word), ([first, second, third, fourth]) => {
    const text = textOfAddress({ family: 6, first, second, third, fourth });
    assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`);
    const isMapped = first === 0 && second === 0 && third === 0xffff;
    assert.equal(readAddress(text, words), isMapped ? 4 : 6);
    assert.deepEqual([...words], isMapped ? [fourth, 0, 0, 0] : [first, second, third, fourth]);
  });
  check(fits, { numRuns: 1_000 });
});

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
  "1::2:3:4:5:6",
  "1:0:2:3:4:5:6:7",
  "1::2:0:0:3:4",
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
