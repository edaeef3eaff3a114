import assert from "node:assert/strict";
import { test } from "node:test";
import { createKnownVersions } from "../../../../src/kube/watch/known-versions.ts";

const object = (name: string, resourceVersion: string, namespace = "web") => ({
  metadata: { namespace, name, resourceVersion },
});

test("an object is news when it is new or at another version", () => {
  const known = createKnownVersions();
  assert.deepEqual(
    [
      object("a", "1"),
      object("a", "1"),
      object("a", "2"),
      object("b", "2"),
      object("a", "2", "dns"),
      object("a", "1"),
    ].map((seen) => known.see(seen)),
    [true, false, true, true, true, true],
  );
});

test("an object that is forgotten is told by its key once, and is news again", () => {
  const known = createKnownVersions();
  known.see(object("a", "1"));
  assert.equal(known.forget(object("a", "5")), "web/a");
  assert.equal(known.forget(object("a", "5")), undefined);
  assert.equal(known.see(object("a", "1")), true);
});

test("what a list doesn't have is gone, once; what it has, or what came while it was read, isn't", () => {
  const known = createKnownVersions();
  for (const name of ["a", "b", "c"]) {
    known.see(object(name, "1"));
  }
  known.beginList();
  known.see(object("b", "1"));
  known.see(object("d", "2"));
  assert.deepEqual(known.endList(), ["web/a", "web/c"]);
  known.beginList();
  known.see(object("b", "1"));
  known.see(object("d", "2"));
  assert.deepEqual(known.endList(), []);
});

test("what came by a watch between two lists has to be in the next one", () => {
  const known = createKnownVersions();
  known.beginList();
  assert.deepEqual(known.endList(), []);
  known.see(object("late", "3"));
  known.beginList();
  assert.deepEqual(known.endList(), ["web/late"]);
});
