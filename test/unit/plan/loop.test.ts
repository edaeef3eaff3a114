import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, parseName, type Name } from "../../../src/dns/name/name.ts";
import { loopFrom } from "../../../src/plan/loop.ts";

/** What each name points at: "a b c" under its own letter. */
type Links = Readonly<Record<string, string>>;

function nextOf(links: Links): (name: Name) => readonly Name[] {
  return (name) => (links[displayName(name)] ?? "").split(" ").filter(Boolean).map(parseName);
}

function pathFrom(start: string, links: Links): string | undefined {
  return loopFrom(parseName(start), nextOf(links))?.map(displayName).join(" ");
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
  const loop = loopFrom(parseName("a"), (name) => {
    looked.push(displayName(name));
    assert.ok(looked.length <= 6, `looked at ${looked.join(" ")}`);
    return next(name);
  });
  assert.equal(loop, undefined);
  assert.deepEqual(looked.toSorted(), ["a", ...names]);
});
