import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { objectEvents } from "../../../../src/folder/inventory/inventory-events.ts";

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
