import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { alias } from "../../../support/objects.ts";
import { goneBefore, objectEvents } from "../../../../src/folder/inventory/inventory-events.ts";

test("an alias that was never read asks for the names of its spec, at the age at which it was first seen", () => {
  const identity = { specHash: "", generation: 2, createdAt: 7 };
  const unread = {
    spec: { hostnames: ["shop.example.com"] },
    status: { hostnames: [{ hostname: "old.example.com" }] },
  };
  const known = { id: "DnsAlias web/a", kind: "DnsAlias", namespace: "web", name: "a", file: "a.yaml" } as const;
  const [event] = objectEvents({ ...known, identity, unread, invalid: ["spec: is bad"] });
  assert.equal(event?.kind, "invalid");
  assert.deepEqual(event?.kind === "invalid" ? event.manifest.claim : undefined, {
    hostnames: [parseOwnerName("shop.example.com")],
    createdAt: 7,
  });
});

test("an alias that went while nobody watched is told with what it had, and that it is gone", () => {
  const manifest = { kind: "DnsAlias", value: alias("web/a", { hostnames: ["shop.example.com"] }) } as const;
  const good = { fingerprint: "", object: {}, manifest };
  const identity = { specHash: "", generation: 1, createdAt: 7 };
  const known = { kind: "DnsAlias", namespace: "web", file: "a.yaml", identity, good } as const;
  const [gone, stays] = ["a", "b"].map((name) => ({ ...known, id: `DnsAlias web/${name}`, name }));
  assert.ok(gone && stays);
  const events = goneBefore(new Map([gone, stays].map((one) => [one.id, one])), new Map([[stays.id, stays]]));
  assert.deepEqual(
    events.map((event) => (event.kind === "alias" ? event.alias.spec.hostnames.join() : event)),
    ["shop.example.com.", { kind: "gone", of: "DnsAlias", key: "web/a", isUnwatched: true }],
  );
});
