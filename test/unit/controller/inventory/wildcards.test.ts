import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { createWildcards, type Wildcards } from "../../../../src/controller/inventory/wildcards.ts";
import { type Name, parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import { closestEnclosers, type EncloserOf } from "../../../../src/dns/zone-file/closest-encloser.ts";
import { alias, zone } from "../../../support/objects.ts";

const COM = zone("dns/com", "example.com");
const SUB = zone("dns/sub", "sub.example.com");
const WILDCARD = parseOwnerName("*.example.com");

/** Wildcards of DnsZone dns/com, of which aliases have these names. */
function start(hostnames: readonly string[] = ["*.example.com"], others: readonly (typeof COM)[] = []): Wildcards {
  const store = createStore(() => "place");
  [COM, ...others].forEach((one) => store.note({ kind: "zone", zone: one }));
  store.note({ kind: "alias", alias: alias("web/shop", { hostnames }) });
  store.settle(Infinity);
  return createWildcards(store);
}

/** What is known of a zone with records at these names. */
function names(...existing: readonly string[]): EncloserOf {
  return closestEnclosers(
    COM.spec.domain,
    existing.map((name) => ({ name: parseName(name), type: "TXT" })),
  );
}

function answering(wildcards: Wildcards, name: string): readonly Name[] {
  return wildcards.answeringFor(parseName(name));
}

test("a wildcard answers for names of which its zone has nothing", () => {
  const wildcards = start();
  assert.deepEqual(answering(wildcards, "a.example.com"), [], "nothing is known of the zone yet");
  wildcards.record("dns/com", "backend", names("there.example.com", "deep.b.example.com", "b.example.com"));
  assert.deepEqual(answering(wildcards, "a.example.com"), [WILDCARD]);
  assert.deepEqual(answering(wildcards, "x.a.example.com"), [WILDCARD]);
  assert.deepEqual(answering(wildcards, "there.example.com"), []);
  assert.deepEqual(answering(wildcards, "x.b.example.com"), [], "b.example.com is closer");
  assert.deepEqual(answering(wildcards, "a.example.net"), []);
  assert.deepEqual(answering(wildcards, "example.com"), []);
});

test("a name of an alias, and one above it, is there too", () => {
  const wildcards = start(["*.example.com", "a.b.example.com"]);
  wildcards.record("dns/com", "backend", names());
  assert.deepEqual(answering(wildcards, "a.b.example.com"), []);
  assert.deepEqual(answering(wildcards, "x.b.example.com"), []);
  assert.deepEqual(answering(wildcards, "c.example.com"), [WILDCARD]);
});

test("both the backend and the base zone of the responder have to lack a name", () => {
  const wildcards = start();
  wildcards.record("dns/com", "backend", names("a.example.com"));
  wildcards.record("dns/com", "responder", names("b.example.com"));
  assert.deepEqual(answering(wildcards, "a.example.com"), []);
  assert.deepEqual(answering(wildcards, "b.example.com"), []);
  assert.deepEqual(answering(wildcards, "c.example.com"), [WILDCARD]);
  wildcards.record("dns/com", "backend", names());
  assert.deepEqual(answering(wildcards, "a.example.com"), [WILDCARD], "another read replaces the one before");
  assert.deepEqual(answering(wildcards, "b.example.com"), []);
  wildcards.record("dns/com", "responder", undefined);
  assert.deepEqual(answering(wildcards, "b.example.com"), [WILDCARD], "the responder has no base zone any more");
});

test("a name of another DnsZone below isn't the wildcard's", () => {
  const wildcards = start(["*.example.com"], [SUB]);
  wildcards.record("dns/com", "backend", names());
  assert.deepEqual(answering(wildcards, "a.sub.example.com"), []);
  assert.deepEqual(answering(wildcards, "a.example.com"), [WILDCARD]);
  const asked = ["x.sub.example.com", "a.b.example.com", "example.com"].map(parseName);
  assert.deepEqual(wildcards.concerned(COM, asked), ["a.b.example.com.", "b.example.com."]);
});

test("only a zone with a wildcard has news, and only if they are new", () => {
  const [wildcards, without] = [start(), start(["a.example.com"])];
  const first = names();
  assert.equal(wildcards.record("dns/com", "backend", first), true);
  assert.equal(wildcards.record("dns/com", "backend", first), false);
  assert.equal(wildcards.record("dns/com", "responder", undefined), false);
  assert.equal(wildcards.record("dns/com", "responder", first), true);
  assert.equal(without.record("dns/com", "backend", first), false);
  assert.deepEqual(without.concerned(COM, [parseName("a.example.com")]), []);
});

test("a zone that is gone has nothing that answers", () => {
  const wildcards = start();
  wildcards.record("dns/com", "backend", names());
  assert.equal(wildcards.size(), 1);
  wildcards.remove("dns/com");
  assert.deepEqual([answering(wildcards, "a.example.com"), wildcards.size()], [[], 0]);
});
