import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfCanonical } from "../../../../src/dns/name/name.ts";
import { synthesizeCname } from "../../../../src/dns/name/synthesize-cname.ts";

/** 254 bytes on the wire below `t.`. */
const LONG = "a.".repeat(125);

/** Query name, owner and target of the DNAME, result: the rows of RFC 6672 2.2 in which there is one, then more. */
const CASES: readonly (readonly [string, string, string, string | undefined])[] = [
  ["a.example.com.", "example.com.", "example.net.", "a.example.net."],
  ["a.b.example.com.", "example.com.", "example.net.", "a.b.example.net."],
  ["foo.example.com.", "example.com.", "y.example.com.", "foo.y.example.com."],
  ["a.x.", "x.", ".", "a."],
  ["a.x.", ".", "y.", "a.x.y."],
  ["shortloop.x.x.", "x.", ".", "shortloop.x."],
  ["a\\046b.x.", "x.", "y.", "a\\046b.y."],
  [`${LONG}x.`, "x.", "y.", `${LONG}y.`],
  [`${LONG}x.`, "x.", "yyyy.", undefined],
];

for (const [name, owner, target, want] of CASES) {
  test(`the DNAME ${owner} to ${target} leads ${name.slice(0, 30)} to ${want?.slice(0, 30) ?? "a name that is too long"}`, () => {
    const dname = { owner: nameOfCanonical(owner), target: nameOfCanonical(target) };
    assert.equal(synthesizeCname(nameOfCanonical(name), dname), want);
  });
}
