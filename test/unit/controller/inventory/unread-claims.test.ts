import assert from "node:assert/strict";
import { test } from "node:test";
import { createUnreadClaims } from "../../../../src/controller/inventory/unread-claims.ts";
import { parseName } from "../../../../src/dns/name/name.ts";

const [A, B, C] = ["a.example.com", "b.example.com", "c.example.com"].map(parseName);
assert.ok(A !== undefined && B !== undefined && C !== undefined);

test("an alias that can't be read claims the hostnames of its spec, by its age", () => {
  const claims = createUnreadClaims();
  assert.deepEqual(claims.set({ key: "web/shop", claim: { createdAt: 7, hostnames: [A, B] } }), [A, B]);
  assert.deepEqual(claims.claimantsOf(A), [{ key: "web/shop", namespace: "web", createdAt: 7 }]);
  assert.deepEqual(claims.claimantsOf(C), []);
  assert.equal(claims.size, 1);
});

test("an edit gives up the hostnames that it no longer has, and both are looked at again", () => {
  const claims = createUnreadClaims();
  claims.set({ key: "web/shop", claim: { createdAt: 7, hostnames: [A, B] } });
  assert.deepEqual(claims.set({ key: "web/shop", claim: { createdAt: 7, hostnames: [B, C] } }), [A, B, C]);
  assert.deepEqual(
    [A, B, C].map((name) => claims.claimantsOf(name).length),
    [0, 1, 1],
  );
  assert.equal(claims.size, 1);
});

test("an alias without hostnames, or of which nothing is known, claims nothing", () => {
  const claims = createUnreadClaims();
  assert.deepEqual(claims.set({ key: "web/shop", claim: { createdAt: 7, hostnames: [] } }), []);
  assert.deepEqual(claims.set({ key: "web/shop" }), []);
  assert.equal(claims.size, 0);
  claims.set({ key: "web/shop", claim: { createdAt: 7, hostnames: [A] } });
  assert.deepEqual(claims.set({ key: "web/shop" }), [A]);
  assert.deepEqual([claims.claimantsOf(A), claims.size], [[], 0]);
});

test("an alias that can be read again leaves the claims of others", () => {
  const claims = createUnreadClaims();
  claims.set({ key: "web/shop", claim: { createdAt: 7, hostnames: [A] } });
  claims.set({ key: "api/other", claim: { createdAt: 5, hostnames: [A] } });
  assert.deepEqual(
    claims.claimantsOf(A).map(({ key, namespace }) => [key, namespace]),
    [
      ["web/shop", "web"],
      ["api/other", "api"],
    ],
  );
  assert.deepEqual(claims.remove("web/shop"), [A]);
  assert.deepEqual(
    claims.claimantsOf(A).map(({ key }) => key),
    ["api/other"],
  );
  assert.deepEqual([claims.remove("web/shop"), claims.size], [[], 1]);
});
