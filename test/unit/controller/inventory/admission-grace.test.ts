import assert from "node:assert/strict";
import { test } from "node:test";
import { createAdmissionGrace } from "../../../../src/controller/inventory/admission/admission-grace.ts";

const NOW = 1_000_000;
const MINUTE = 60_000;

test("names stay for a minute from the first loss, zone by zone and namespace by namespace", () => {
  const grace = createAdmissionGrace();
  grace.lost("dns/a", "web", NOW);
  grace.lost("dns/a", "web", NOW + 30_000);
  grace.lost("dns/a", "api", NOW + 10_000);
  grace.lost("dns/b", "web", NOW + 20_000);
  assert.equal(grace.until("dns/a", "web"), NOW + MINUTE);
  assert.equal(grace.until("dns/a", "api"), NOW + 10_000 + MINUTE);
  assert.equal(grace.until("dns/b", "web"), NOW + 20_000 + MINUTE);
  assert.equal(grace.until("dns/b", "api"), undefined);
  assert.deepEqual([grace.size, grace.next()], [2, NOW + MINUTE]);
});

test("a namespace that is admitted again leaves the others of its zone as they are", () => {
  const grace = createAdmissionGrace();
  grace.lost("dns/a", "web", NOW);
  grace.lost("dns/a", "api", NOW);
  grace.regained("dns/a", "web");
  assert.deepEqual([grace.until("dns/a", "web"), grace.until("dns/a", "api")], [undefined, NOW + MINUTE]);
  grace.regained("dns/b", "web");
  grace.regained("dns/a", "api");
  assert.deepEqual([grace.size, grace.next()], [0, undefined]);
});

test("what is over ends at its time, and what isn't stays", () => {
  const grace = createAdmissionGrace();
  grace.lost("dns/a", "web", NOW);
  grace.lost("dns/a", "api", NOW + 1);
  grace.lost("dns/b", "web", NOW + 2);
  assert.deepEqual(grace.expire(NOW + MINUTE - 1), new Set());
  assert.deepEqual(grace.expire(NOW + MINUTE), new Set(["web"]));
  assert.equal(grace.until("dns/a", "web"), undefined);
  assert.equal(grace.until("dns/a", "api"), NOW + 1 + MINUTE);
  assert.deepEqual(grace.expire(NOW + 2 * MINUTE), new Set(["api", "web"]));
  assert.equal(grace.size, 0);
});

test("a zone that is gone has no grace any more", () => {
  const grace = createAdmissionGrace();
  grace.lost("dns/a", "web", NOW);
  grace.lost("dns/b", "web", NOW);
  grace.zoneGone("dns/a");
  assert.deepEqual([grace.until("dns/a", "web"), grace.until("dns/b", "web")], [undefined, NOW + MINUTE]);
});
