import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { displayName, parseName, type Name } from "../../../src/dns/name/name.ts";
import { loopOf } from "../../../src/plan/loop.ts";
import { alias } from "../../support/objects.ts";

/** What each name points at: "a b c" under its own letter. */
type Links = Readonly<Record<string, string>>;

function nextOf(links: Links): (name: Name) => readonly Name[] {
  return (name) => (links[displayName(name)] ?? "").split(" ").filter(Boolean).map(parseName);
}

/** An alias for each name, with what the name points at as targets. */
function aliasesOf(links: Links): (name: Name) => readonly DnsAlias[] {
  return (name) => {
    const targets = nextOf(links)(name).map(displayName);
    return targets.length === 0 ? [] : [alias("web/a", { hostnames: [displayName(name)], targets })];
  };
}

function pathFrom(start: string, links: Links): string | undefined {
  const pathOf = (input: Pick<Parameters<typeof loopOf>[1], "claimantsOf" | "wildcardsOf">): string | undefined =>
    loopOf(parseName(start), { ...input, chainOf: () => [] })
      ?.map(displayName)
      .join(" ");
  const byTargets = pathOf({ claimantsOf: aliasesOf(links), wildcardsOf: () => [] });
  assert.equal(pathOf({ claimantsOf: () => [], wildcardsOf: nextOf(links) }), byTargets);
  return byTargets;
}

const CASES: readonly (readonly [name: string, links: Links, want: string | undefined])[] = [
  ["no way at all", {}, undefined],
  ["a name that points at itself", { a: "a" }, "a a"],
  ["a way back over two others", { a: "b", b: "c", c: "a" }, "a b c a"],
  ["a way that ends", { a: "b", b: "c" }, undefined],
  ["a circle that the name only leads into", { a: "b", b: "c", c: "b" }, undefined],
  ["the second way leads back", { a: "x b", x: "y", b: "a" }, "a b a"],
  ["a shared name that leads back is met on the first way", { a: "b c", b: "d", c: "d", d: "a" }, "a b d a"],
];

for (const [name, links, want] of CASES) {
  test(`${name}: ${want ?? "no loop"}`, () => assert.equal(pathFrom("a", links), want));
}

test("a path has at most 16 names before it comes back", () => {
  const circle = (size: number): Links =>
    Object.fromEntries(Array.from({ length: size }, (_, at) => [`n${at}`, `n${(at + 1) % size}`]));
  assert.equal(pathFrom("n0", circle(16))?.split(" ").length, 17);
  assert.equal(pathFrom("n0", circle(17)), undefined);
});

test("each name is looked at once, however many ways lead to it", () => {
  const names = ["b", "c", "d", "e", "f"];
  // Everything points at everything but the start: without a memory the ways multiply by five for each of 16 steps.
  const links: Links = Object.fromEntries(["a", ...names].map((from) => [from, names.join(" ")]));
  const looked: string[] = [];
  const next = nextOf(links);
  const loop = loopOf(parseName("a"), {
    claimantsOf: () => [],
    wildcardsOf(name) {
      looked.push(displayName(name));
      assert.ok(looked.length <= 6, `looked at ${looked.join(" ")}`);
      return next(name);
    },
    chainOf: () => [],
  });
  assert.equal(loop, undefined);
  assert.deepEqual(looked.toSorted(), ["a", ...names]);
});
