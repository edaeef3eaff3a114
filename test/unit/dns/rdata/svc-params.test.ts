import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOT } from "../../../../src/dns/name/name.ts";
import { lexZoneFile, type Token } from "../../../../src/dns/presentation/lexer.ts";
import { parseRdata, printRdata } from "../../../../src/dns/rdata/codec.ts";
import { TYPE } from "../../../../src/dns/registry.ts";

/** Array methods that look at up to all members. */
const SEARCHES = ["indexOf", "lastIndexOf", "includes", "find", "findIndex", "some", "every"] as const;
type Search = (typeof SEARCHES)[number];
const ORIGINALS = SEARCHES.map((name) => [name, Array.prototype[name]] as const);

function replaceSearch(name: Search, value: unknown): void {
  // oxlint-disable-next-line no-extend-native -- restored after the count
  Object.defineProperty(Array.prototype, name, { value, configurable: true, writable: true });
}

/** Work that a pairwise search would do: reads of tokens, and the lengths of arrays that are searched. */
function workOf(tokens: readonly Token[], parse: (tokens: readonly Token[]) => void): number {
  let work = 0;
  for (const [name, original] of ORIGINALS) {
    replaceSearch(name, function (this: readonly unknown[], ...args: readonly unknown[]): unknown {
      work += this.length;
      return Reflect.apply(original, this, args);
    });
  }
  const counted = tokens.map(
    (token) =>
      new Proxy(token, {
        get: (target, key) => {
          work += 1;
          return Reflect.get(target, key);
        },
      }),
  );
  try {
    parse(counted);
  } finally {
    for (const [name, original] of ORIGINALS) {
      replaceSearch(name, original);
    }
  }
  return work;
}

function keys(count: number): readonly Token[] {
  const words = Array.from({ length: count }, (_, index) => `key${20 + index}`);
  return lexZoneFile(`1 . ${words.join(" ")}`).entries[0]?.tokens ?? [];
}

test("the work grows with the number of parameters, not with its square", () => {
  const parse = (tokens: readonly Token[]): void => {
    assert.equal(parseRdata("HTTPS", tokens, ROOT).kind, "ok");
  };
  const [base, once, twice] = [0, 1_000, 2_000].map((count) => workOf(keys(count), parse));
  assert.ok(base !== undefined && once !== undefined && twice !== undefined);
  assert.equal(twice - base, 2 * (once - base));
});

test("a pairwise search would be noticed", () => {
  const pairwise = (tokens: readonly Token[]): void => {
    const all = tokens.map(({ raw }) => raw);
    assert.equal(
      all.find((key, index) => all.indexOf(key) !== index),
      undefined,
    );
  };
  const [once = 0, twice = 0] = [1_000, 2_000].map((count) => workOf(keys(count), pairwise));
  assert.ok(twice > 3 * once);
});

test("a record can have as many parameters as fit", () => {
  const tokens = keys(16_000);
  const parsed = parseRdata("HTTPS", tokens, ROOT);
  assert.ok(parsed.kind === "ok");
  assert.equal(parsed.value.length, 3 + 4 * 16_000);
  assert.equal(printRdata(TYPE.HTTPS, parsed.value).split(" ").length, tokens.length);
});

test("a line of 483 KiB with the same key at both ends is refused at its last parameter", () => {
  const words = Array.from({ length: 60_000 }, (_, index) => `key${20 + (index === 59_999 ? 0 : index)}`);
  const tokens = lexZoneFile(`1 . ${words.join(" ")}`).entries[0]?.tokens ?? [];
  const parsed = parseRdata("HTTPS", tokens, ROOT);
  assert.ok(parsed.kind === "invalid");
  assert.equal(parsed.message, "HTTPS: the service parameter key20 appears twice: keep one");
  assert.equal(parsed.token, tokens.at(-1));
});
