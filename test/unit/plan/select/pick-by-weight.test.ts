import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../../src/api/dns-alias.ts";
import { pickByWeight, publishedIn, sharesOf } from "../../../../src/plan/select/pick-by-weight.ts";
import { alias } from "../../../support/objects.ts";

const FOUR = [1, 2, 3, 4];

interface Case {
  readonly name: string;
  /** "75: 1 2 3 4": weight and addresses; an address with a letter is IPv6, and `!` marks one that is down. */
  readonly targets: readonly string[];
  /** How many addresses of each target are picked, IPv4 and IPv6; undefined: all. */
  readonly want: readonly string[] | undefined;
}

const cases: readonly Case[] = [
  { name: "by weight", targets: ["75: 1 2 3 4", "25: 5 6 7 8"], want: ["3+0", "1+0"] },
  { name: "each family by itself", targets: ["75: 1 2 3 4 a b", "25: 5 6 7 8 c"], want: ["3+2", "1+1"] },
  { name: "a family that one target has", targets: ["50: 1 2 a b", "50: 3 4"], want: ["2+2", "2+0"] },
  { name: "without addresses that are down", targets: ["50: 1 2 3 4", "50: 5 6! 7! 8!"], want: ["1+0", "1+0"] },
  { name: "a target whose addresses are all down", targets: ["50: 1 2", "50: 5! 6!"], want: ["2+0", "0+0"] },
  { name: "all down: down ones count", targets: ["50: 1! 2!", "50: 5! 6!"], want: ["2+0", "2+0"] },
  { name: "an address of two targets counts once", targets: ["50: 1 2", "50: 2 3"], want: ["1+0", "1+0"] },
  { name: "one target has all its addresses", targets: ["1: 1 2 3 4 5 6 7 8 9"], want: undefined },
  { name: "without weights", targets: ["1: 1 2", "-: 3 4"], want: undefined },
  { name: "a target without addresses", targets: ["50: ", "50: 1 2 3 4 5 6 7 8 9"], want: ["0+0", "8+0"] },
];

function parse(text: string) {
  const [weight, words = ""] = text.split(": ");
  const addresses = words.split(" ").filter((word) => word !== "");
  return { weight: weight === "-" ? undefined : Number(weight), addresses };
}

function address(word: string): string {
  const bare = word.replace("!", "");
  return /[a-z]/.test(bare) ? `2001:db8::${bare}` : `192.0.2.${bare}`;
}

for (const { name, targets, want } of cases) {
  test(`picks ${name}`, () => {
    const parsed = targets.map(parse);
    const down = new Set(
      parsed.flatMap(({ addresses }) => addresses.filter((word) => word.endsWith("!")).map(address)),
    );
    const weighed = parsed.map(({ weight, addresses }) => ({ weight, addresses: addresses.map(address) }));
    const isPicked = pickByWeight(weighed, { isDown: (one) => down.has(one), published: new Set() });
    const taken = new Set<string>();
    const counts = weighed.map(({ addresses }) => {
      const picked = addresses.filter((one) => isPicked?.(one) === true && !taken.has(one));
      picked.forEach((one) => taken.add(one));
      const six = picked.filter((one) => one.includes(":")).length;
      return `${picked.length - six}+${six}`;
    });
    assert.deepEqual(isPicked === undefined ? undefined : counts, want);
  });
}

function weightedAlias(...weights: readonly (number | undefined)[]): DnsAlias {
  const targets: AliasSpec["targets"] = weights.map((weight, index) => ({
    kind: "addresses",
    name: "abc"[index] ?? "",
    priority: 0,
    ...(weight !== undefined && { weight }),
    addresses: FOUR.map((number) => `192.0.${index}.${number}`),
  }));
  return alias("web/shop", { spec: { selection: "Weighted", targets } });
}

function sharesIn(made: DnsAlias, selected: string, published: readonly string[]): string | undefined {
  const targets = made.spec.targets.map(({ name = "", ...target }) => ({
    name,
    addresses: target.kind === "addresses" ? target.addresses : [],
  }));
  const shares = sharesOf(made, targets, selected.split(""), published);
  return shares && [...shares].map(([name, { wanted, published: now }]) => `${name} ${wanted} ${now}`).join(", ");
}

test("shares are percentages of the published addresses of all targets", () => {
  const three = ["192.0.0.1", "192.0.0.2", "192.0.1.1", "192.0.9.9"];
  assert.equal(sharesIn(weightedAlias(3, 1), "ab", three), "a 75 67, b 25 33");
  assert.equal(sharesIn(weightedAlias(2, 1, 7), "ab", three), "a 67 67, b 33 33, c 0 0");
  assert.equal(sharesIn(weightedAlias(1, 0), "b", ["192.0.1.1"]), "a 0 0, b 100 100");
  assert.equal(sharesIn(weightedAlias(3, 1), "ab", ["192.0.9.9"]), "a 75 0, b 25 0");
});

test("there are no shares without weights, or while nothing is published", () => {
  assert.equal(sharesIn(weightedAlias(3, 1), "ab", []), undefined);
  assert.equal(sharesIn(weightedAlias(undefined, undefined), "ab", ["192.0.0.1"]), undefined);
  assert.equal(sharesIn(weightedAlias(3, undefined), "ab", ["192.0.0.1"]), undefined);
});

test("published are the addresses in the same zone", () => {
  const hostnames = [
    { hostname: "example.com", zone: "dns/com", addresses: ["192.0.2.1"] },
    { hostname: "www.example.com", zone: "dns/com", addresses: ["192.0.2.2"] },
    { hostname: "example.org", zone: "dns/org", addresses: ["192.0.2.3"] },
  ];
  const made = { ...weightedAlias(1, 1), status: { observedGeneration: 1, conditions: [], hostnames, targets: [] } };
  assert.deepEqual([...publishedIn(made, "dns/com")], ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual([...publishedIn(weightedAlias(1, 1), "dns/com")], []);
});
