import assert from "node:assert/strict";
import { test } from "node:test";
import { approval, pausing } from "../../../../src/cli/inspect/object-change.ts";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { alias, zone } from "../../../support/objects.ts";

function held(annotations: Readonly<Record<string, string>> = {}): DnsZone {
  const plain = zone("dns/com", "example.com");
  const condition = {
    type: "Ready",
    status: "False",
    reason: "PlanHeld",
    message: "The plan deletes 30 of 90 RRsets.",
    lastTransitionTime: "2026-12-01T00:00:00Z",
    observedGeneration: 1,
  } as const;
  return {
    ...plain,
    meta: { ...plain.meta, annotations },
    status: { observedGeneration: 1, conditions: [condition], planHash: "5f0e1c2b7a9d" },
  };
}

test("held deletes are approved by their hash, with the reason", () => {
  assert.deepEqual(approval(held({ "dnsalias.io/approve-plan": "0ld" })), {
    kind: "change",
    patch: { annotations: { "dnsalias.io/approve-plan": "5f0e1c2b7a9d" } },
    done: "the plan 5f0e1c2b7a9d is approved: The plan deletes 30 of 90 RRsets.",
  });
});

test("an approval is given once", () => {
  const change = approval(held({ "dnsalias.io/approve-plan": "5f0e1c2b7a9d" }));
  assert.deepEqual(change, { kind: "unchanged", message: "the plan 5f0e1c2b7a9d is already approved" });
});

test("without held deletes there is nothing to approve", () => {
  assert.deepEqual(approval(zone("dns/com", "example.com")), {
    kind: "refused",
    message: "DnsZone dns/com has no held deletes: status.planHash is not set. See dnsalias plan",
  });
});

test("pause and resume change spec.paused, and only if it differs", () => {
  const running = alias("web/shop");
  const paused = { ...running, spec: { ...running.spec, paused: true } };
  const patchOf = (change: ReturnType<typeof pausing>) => (change.kind === "change" ? change.patch : change.kind);
  assert.deepEqual(
    [pausing(running, true), pausing(paused, true), pausing(paused, false), pausing(running, false)].map(patchOf),
    [{ spec: { paused: true } }, "unchanged", { spec: { paused: null } }, "unchanged"],
  );
});
