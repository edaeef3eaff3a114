import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../support/property.ts";
import { problemsOfChance } from "../../support/random-judge.ts";

const COUNT = 400;

function problems(valueOf: (index: number) => number, count = COUNT): readonly string[] {
  const values = Array.from({ length: count }, (_, index) => BigInt(valueOf(index)));
  return problemsOfChance({ of: "id", bits: 16, values, distinct: 0.95 });
}

test("fair values pass", () => {
  const random = seededRandom();
  assert.deepEqual(
    problems(() => Math.floor(random() * 65_536)),
    [],
  );
});

const bad: readonly (readonly [string, (index: number) => number])[] = [
  ["zeros", () => 0],
  ["a constant", () => 0x5a5a],
  ["a counter", (index) => index],
  ["two values in turn", (index) => (index % 2) * 0xffff],
  ["values without the highest bit", (index) => Math.imul(index, 0x9e37) & 0x7fff],
];
for (const [name, valueOf] of bad) {
  test(`${name}: not by chance`, () => {
    assert.notDeepEqual(problems(valueOf), []);
  });
}

test("few values show nothing", () => {
  const random = seededRandom();
  assert.match(problems(() => Math.floor(random() * 65_536), 100)[0] ?? "", /^id: only 100 values$/);
});
