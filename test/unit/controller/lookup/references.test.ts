import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { ResourceFinding, ResourceRef } from "../../../../src/api/resource-ref.ts";
import { createReferences, hasReadReferences } from "../../../../src/controller/lookup/references.ts";
import { alias } from "../../../support/objects.ts";

const WEB: ResourceRef = { kind: "Service", name: "web" };
const FOUND: ResourceFinding = { kind: "found", addresses: ["192.0.2.1"], hostnames: [], isAnsweredInside: false };

function referring(key: string, ...refs: readonly ResourceRef[]): DnsAlias {
  return alias(key, { spec: { targets: refs.map((ref) => ({ kind: "resourceRef", priority: 0, ref })) } });
}

test("two aliases of a namespace share an object; one of another namespace has its own", () => {
  const references = createReferences();
  references.follow(referring("web/a", WEB));
  references.follow(referring("web/b", { ...WEB, namespace: "web" }));
  references.follow(referring("shop/c", { ...WEB, namespace: "web" }));
  assert.deepEqual(references.record({ namespace: "web", ref: WEB, finding: FOUND }, 1), ["web/a", "web/b"]);
  assert.equal(hasReadReferences(references.follow(referring("web/b", { ...WEB, namespace: "web" }))), true);
  assert.equal(hasReadReferences(references.follow(referring("shop/c", { ...WEB, namespace: "web" }))), false);
});

test("an unchanged object is the same value for each alias and each time", () => {
  const references = createReferences();
  const written = referring("web/a", WEB);
  references.follow(written);
  references.record({ namespace: "web", ref: WEB, finding: FOUND }, 1);
  const heldOf = ({ spec: { targets } }: DnsAlias) =>
    targets[0]?.kind === "resourceRef" ? targets[0].held : undefined;
  const held = heldOf(references.follow(written));
  assert.ok(held !== undefined);
  assert.equal(heldOf(references.follow({ ...written })), held);
  assert.equal(references.follow(alias("web/other")).spec.targets.length, 1);
});

test("an absence is confirmed when its time comes, and the next time is known", () => {
  const references = createReferences();
  references.follow(referring("web/a", WEB, { kind: "Ingress", name: "front" }));
  assert.equal(references.nextAt(), undefined);
  references.record({ namespace: "web", ref: WEB, finding: { kind: "missing" } }, 1_000);
  const ingress = { kind: "Ingress", name: "front" } as const;
  references.record({ namespace: "web", ref: ingress, finding: { ...FOUND, addresses: [] } }, 2_000);
  assert.equal(references.nextAt(), 61_000);
  assert.deepEqual(references.elapse(60_999), []);
  assert.deepEqual(references.elapse(61_000), ["web/a"]);
  assert.equal(references.nextAt(), 302_000);
});

test("news of an object that no alias refers to any more is dropped", () => {
  const references = createReferences();
  references.follow(referring("web/a", WEB));
  references.record({ namespace: "web", ref: WEB, finding: FOUND }, 1);
  references.follow(alias("web/a"));
  assert.deepEqual(references.record({ namespace: "web", ref: WEB, finding: FOUND }, 2), []);
  assert.equal(references.size(), 0);
});

test("an alias is read once each of its objects is, and its hostnames and addresses need no object", () => {
  const references = createReferences();
  const front: ResourceRef = { kind: "Ingress", name: "front" };
  const both = referring("web/a", WEB, front);
  const isRead = (written: DnsAlias): boolean => hasReadReferences(references.follow(written));
  assert.equal(isRead(both), false);
  assert.equal(references.size(), 3, "two objects, and an alias");
  references.record({ namespace: "web", ref: WEB, finding: FOUND }, 1);
  assert.equal(isRead(both), false);
  const mixed = alias("web/b", { targets: ["cdn.test"] });
  const withHostname = { ...mixed, spec: { ...mixed.spec, targets: [...mixed.spec.targets, ...both.spec.targets] } };
  assert.equal(isRead(withHostname), false);
  references.record({ namespace: "web", ref: front, finding: FOUND }, 2);
  assert.deepEqual([isRead(both), isRead(withHostname), isRead(mixed)], [true, true, true]);
  assert.deepEqual(references.follow(withHostname).spec.targets[0], mixed.spec.targets[0]);
});
