import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { admits, admitsSomeOf } from "../../../../src/providers/external-dns-webhook/domain-filter.ts";
import { domainFilterOf, type DomainFilter } from "../../../../src/providers/external-dns-webhook/endpoint.ts";

const NONE: DomainFilter = { include: [], exclude: [], hasExpressions: false };

describe("domain filter of a webhook provider", () => {
  const cases: readonly (readonly [string, Partial<DomainFilter>, string, boolean])[] = [
    ["no filter takes everything", {}, "www.example.com", true],
    ["the domain itself", { include: ["example.com"] }, "example.com", true],
    ["a name below", { include: ["example.com"] }, "a.b.example.com", true],
    ["a wildcard below", { include: ["example.com"] }, "*.example.com", true],
    ["no name that merely ends so", { include: ["example.com"] }, "evilexample.com", false],
    ["no name above", { include: ["www.example.com"] }, "example.com", false],
    ["a leading dot takes names below", { include: [".example.com"] }, "www.example.com", true],
    ["a leading dot does not take the domain", { include: [".example.com"] }, "example.com", false],
    ["both spellings together, as pdns sends them", { include: [".example.com", "example.com"] }, "example.com", true],
    ["capitals and a final dot", { include: ["Example.COM."] }, "www.example.com", true],
    ["Unicode for A-labels", { include: ["bücher.example"] }, "www.xn--bcher-kva.example", true],
    [
      "an excluded name",
      { include: ["example.com"], exclude: ["internal.example.com"] },
      "x.internal.example.com",
      false,
    ],
    ["excluded without a list of what is in", { exclude: ["example.com"] }, "www.example.com", false],
    ["an entry that is no name takes nothing", { include: ["", "a..b"] }, "example.com", false],
    ["expressions are left to the provider", { include: ["x.org"], hasExpressions: true }, "example.com", true],
  ];
  for (const [name, filter, owner, want] of cases) {
    it(name, () => assert.equal(admits({ ...NONE, ...filter }, parseOwnerName(owner)), want));
  }

  const zones: readonly (readonly [string, Partial<DomainFilter>, boolean])[] = [
    ["no filter serves any zone", {}, true],
    ["the zone itself", { include: ["example.com"] }, true],
    ["the zone above", { include: ["com"] }, true],
    ["a part of the zone", { include: ["eu.example.com"] }, true],
    ["another zone", { include: ["example.org", "evilexample.com"] }, false],
  ];
  for (const [name, filter, want] of zones) {
    it(`example.com with ${name}`, () =>
      assert.equal(admitsSomeOf({ ...NONE, ...filter }, parseOwnerName("example.com")), want));
  }
});

describe("domain filter as a provider sends it", () => {
  const cases: readonly (readonly [string, unknown, DomainFilter | undefined])[] = [
    ["nothing in it", {}, NONE],
    ["lists", { include: ["a.org", 1], exclude: ["b.org"] }, { ...NONE, include: ["a.org"], exclude: ["b.org"] }],
    ["an expression that includes", { regexInclude: "x" }, { ...NONE, hasExpressions: true }],
    ["an expression that excludes", { regexExclude: "x" }, { ...NONE, hasExpressions: true }],
    ["empty expressions", { regexInclude: "", regexExclude: "" }, NONE],
    ["a list instead of an object", [], undefined],
    ["null", null, undefined],
  ];
  for (const [name, body, want] of cases) {
    it(name, () => assert.deepEqual(domainFilterOf(body), want));
  }
});
