import assert from "node:assert/strict";
import { test } from "node:test";
import { suggest } from "../../../../src/api/schema/did-you-mean.ts";

const CASES: readonly (readonly [word: string, known: readonly string[], want: string | undefined])[] = [
  // One character more, less, or another one; two neighbours swapped.
  ["target", ["targets"], "targets"],
  ["targetss", ["targets"], "targets"],
  ["tergets", ["targets"], "targets"],
  ["tragets", ["targets"], "targets"],
  ["TARGETS", ["targets"], "targets"],
  ["onempty", ["onEmpty"], "onEmpty"],
  // As many as a third of the word, and at least one.
  ["ab", ["a"], "a"],
  ["ab", ["x"], undefined],
  ["abcde", ["abcxy"], undefined],
  ["abcdef", ["abcdxy"], "abcdxy"],
  ["abcdef", ["abcxyz"], undefined],
  ["abcdefgh", ["abcdefxy"], "abcdefxy"],
  ["abcdefgh", ["abcdexyz"], undefined],
  ["abcdefghi", ["abcdefxyz"], "abcdefxyz"],
  // A swap counts once, wherever it is.
  ["ba", ["ab"], "ab"],
  ["ab", ["ba"], "ba"],
  ["abdc", ["abcd"], "abcd"],
  ["bacd", ["abcd"], "abcd"],
  ["badc", ["abcd"], undefined],
  ["cab", ["abc"], undefined],
  // The nearest one, and of equally near ones the first.
  ["ttl", ["tls", "ttls", "ttl2"], "ttls"],
  ["cat", ["bat", "rat"], "bat"],
  ["cart", ["bat", "cat"], "cat"],
  ["same", ["other", "same", "sam"], "same"],
  ["word", [], undefined],
  ["", ["a"], "a"],
  ["", ["ab"], undefined],
];

for (const [word, known, want] of CASES) {
  test(`"${word}" of ${JSON.stringify(known)} is ${want === undefined ? "near none" : `"${want}"`}`, () => {
    assert.equal(suggest(word, known), want);
  });
}

test("only the beginning of a long word counts", () => {
  assert.equal(suggest("a".repeat(1_000), ["a".repeat(64)]), "a".repeat(64));
});
