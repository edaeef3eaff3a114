import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { objectWatches } from "../../../../src/kube/watch/object-watches.ts";

describe("objects that are referred to", () => {
  it("are watched by name while they are few, and by namespace when they are many", () => {
    const many = Array.from({ length: 3 }, (_, index) => `many/c${index}`);
    assert.deepEqual(objectWatches(new Set([...many, "few/b", "few/a"]), 3), [
      { id: "few/a", namespace: "few", name: "a" },
      { id: "few/b", namespace: "few", name: "b" },
      { id: "many/", namespace: "many", name: undefined },
    ]);
  });
});
