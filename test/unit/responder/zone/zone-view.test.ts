import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { zoneViewBuilder, type ZoneView } from "../../../../src/responder/zone/zone-view.ts";
import { buildZoneView } from "../../../support/build-zone-view.ts";
import { alias, requestAnswer, contextOf, linesOf, served } from "../zone-play.ts";

const ZONE = served(
  "example.com",
  ["@ SOA . . 1 1 1 1 1", "a.b A 192.0.2.1", "a.b TXT t", "c A 192.0.2.2", "c CNAME d", "c TXT t"],
  [alias("a.b.example.com"), alias("c.example.com"), alias("x.y.example.com")],
);

/** Everything that a view holds, in one order. */
function contents(view: ZoneView): readonly string[] {
  return [...view.nodes]
    .map(([name, { sets, alias }]) => {
      const types = sets.map(({ type }) => type).sort((a, b) => a - b);
      return `${name} ${types.join("+")} ${alias === undefined ? "" : alias.families.join("+")}`.trim();
    })
    .sort();
}

test("the order and the pieces in which a zone is added make no difference", () => {
  const whole = contents(buildZoneView(ZONE));
  const pieces = zoneViewBuilder(ZONE);
  pieces.addAliases(ZONE.aliases);
  ZONE.sets.toReversed().forEach((set) => pieces.add([set]));
  assert.deepEqual(contents(pieces.finish()), whole);
  assert.deepEqual(whole, [
    "a.b.example.com. 16 A+AAAA",
    "b.example.com.",
    "c.example.com. 16 A+AAAA",
    "example.com. 6",
    "x.y.example.com.  A+AAAA",
    "y.example.com.",
  ]);
});

test("an alias has its name's addresses, and no CNAME of the base zone is beside it", () => {
  const view = buildZoneView(ZONE);
  assert.deepEqual(linesOf(requestAnswer(view, "c.example.com A")), ["ask c.example.com. A"]);
  assert.deepEqual(linesOf(requestAnswer(view, "c.example.com CNAME"))[0], "NOERROR aa");
  assert.deepEqual(
    linesOf(requestAnswer(view, "a.b.example.com A", contextOf({ "a.b.example.com. A": ["192.0.2.9"] }))),
    ["NOERROR aa", "an a.b.example.com. 300 A 192.0.2.9"].map((line) => line.replace(" 300 ", " 60 ")),
  );
});

test("plain aliases share what they have, whatever is added to one of them", () => {
  const names = Array.from({ length: 100 }, (_, index) => alias(`n${index}.example.com`));
  const builder = zoneViewBuilder({ domain: parseName("example.com"), clientSubnet: false });
  builder.addAliases(names);
  builder.add(served("example.com", ["n5 TXT t", "x.n6 TXT t"]).sets);
  const view = builder.finish();
  const nodes = names.map(({ name }) => view.nodes.get(name));
  assert.equal(new Set(nodes).size, 2);
  assert.equal(nodes[5]?.sets.length, 1);
  assert.equal(nodes[4]?.sets.length, 0);
});

test("a record set without a wire form is left out and named", () => {
  const base = served("example.com", ["@ SOA . . 1 1 1 1 1", "a TXT t"]);
  const odd = { name: parseName("a.example.com"), type: "LOC", ttl: 1, data: ["nowhere"] };
  const view = buildZoneView({ ...base, sets: [...base.sets, odd] });
  assert.deepEqual(view.skipped, [{ name: "a.example.com.", type: "LOC" }]);
  assert.deepEqual(linesOf(requestAnswer(view, "a.example.com TXT")), ["NOERROR aa", 'an a.example.com. 300 TXT "t"']);
});
