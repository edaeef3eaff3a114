import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import { hostnameTarget, alias } from "../../../support/objects.ts";
import { createReferenceIndex, type ReferenceIndex } from "../../../../src/kube/watch/reference-index.ts";

/** "web" is a Service of the alias's namespace, and "infra/web" one of another namespace. */
function referring(key: string, ...services: readonly string[]): DnsAlias {
  const targets = services.map((service) => {
    const [name = "", namespace] = service.split("/").toReversed();
    const ref = { kind: "Service", name, ...(namespace !== undefined && { namespace }) } as const;
    return { kind: "resourceRef", priority: 0, ref } as const;
  });
  return alias(key, { spec: { targets: [hostnameTarget("cdn.test"), ...targets] } });
}

const objectsOf = (index: ReferenceIndex): readonly string[] =>
  [...index.all().values()]
    .map(({ namespace, object }) => `${namespace}: ${object.namespace}/${object.name}`)
    .toSorted();
const countOf = (index: ReferenceIndex, id: string): number => [...index.keysOf(id)].length;

test("a change of an alias's references is known from no change", () => {
  const index = createReferenceIndex();
  assert.equal(index.set(referring("web/a", "x", "y")), true);
  assert.equal(index.set(referring("web/a", "y", "x")), false, "the same in another order");
  assert.equal(index.set(referring("web/a", "x", "z")), true, "one of two");
  assert.deepEqual(objectsOf(index), ["web: web/x", "web: web/z"]);
  assert.equal(index.set(referring("web/a", "x")), true);
  assert.equal(index.set(referring("web/a")), true);
  assert.deepEqual([objectsOf(index), index.set(referring("web/a"))], [[], false]);
  assert.equal(index.set(referring("web/b")), false, "no references");
});

test("a reference that several aliases have stays until the last one is gone", () => {
  const index = createReferenceIndex();
  ["web/a", "web/b", "web/c"].forEach((key) => index.set(referring(key, "x")));
  assert.deepEqual(objectsOf(index), ["web: web/x"]);
  assert.equal(index.remove("web/b"), true);
  assert.equal(index.remove("web/b"), false);
  assert.equal(index.remove("web/a"), true);
  assert.deepEqual([objectsOf(index), countOf(index, "Service web/x")], [["web: web/x"], 1]);
  assert.equal(index.remove("web/c"), true);
  assert.deepEqual([objectsOf(index), countOf(index, "Service web/x")], [[], 0]);
  assert.equal(index.set(referring("web/c", "x")), true, "it is new again");
  assert.deepEqual([objectsOf(index), countOf(index, "Service web/x")], [["web: web/x"], 1]);
});

test("references from two namespaces to one object are two, and belong to that object", () => {
  const index = createReferenceIndex();
  index.set(referring("web/a", "infra/edge"));
  index.set(referring("shop/a", "infra/edge"));
  index.set(referring("infra/a", "edge"));
  assert.deepEqual(objectsOf(index), ["infra: infra/edge", "shop: infra/edge", "web: infra/edge"]);
  assert.equal(countOf(index, "Service infra/edge"), 3);
  index.set(referring("web/a", "edge"));
  assert.deepEqual([countOf(index, "Service infra/edge"), countOf(index, "Service web/edge")], [2, 1]);
  assert.equal(countOf(index, "Ingress infra/edge"), 0);
});
