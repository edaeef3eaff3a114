import assert from "node:assert/strict";
import { test } from "node:test";
import { ownerOf } from "../../../../src/cli/compose/owner.ts";

test("an owner id that isn't known yet is an error that passes, and its records wait", () => {
  const owner = ownerOf({ adoptOwnerIds: [] }, () => undefined);
  assert.throws(() => owner.id(), { code: "CONFIG_INVALID", retry: "backoff" });
  assert.equal(owner.knownId(), undefined);
  assert.equal(owner.unsaved(), undefined);
});

test("an installation with an id of its own takes over what it had before, also from the time of the shared id", () => {
  const unique = ownerOf({ adoptOwnerIds: ["old"] }, () => "unique");
  assert.deepEqual([unique.id(), unique.formerIds, unique.formerIdsHere], ["unique", ["old"], ["old", "default"]]);
  const named = ownerOf({ ownerId: "blue", adoptOwnerIds: ["old"] }, () => "blue");
  assert.deepEqual([named.id(), named.formerIds, named.formerIdsHere], ["blue", ["old"], ["old"]]);
});
