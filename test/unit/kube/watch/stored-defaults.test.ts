import assert from "node:assert/strict";
import { test } from "node:test";
import { withCurrentDefaults } from "../../../../src/kube/watch/stored-defaults.ts";

for (const [stored, read] of [
  [{ spec: { onEmpty: "Hold", onStale: "Keep" } }, { spec: { onEmpty: "Keep", onStale: "Keep" } }],
  [{ spec: { onEmpty: "Withdraw" } }, { spec: { onEmpty: "Withdraw" } }],
  [{ spec: { provider: { rfc2136: { read: "Axfr" } } } }, { spec: { provider: { rfc2136: { read: "AXFR" } } } }],
  [{ spec: { provider: { rfc2136: { read: "Query" } } } }, { spec: { provider: { rfc2136: { read: "Query" } } } }],
  [{ spec: { provider: "Axfr" } }, { spec: { provider: "Axfr" } }],
  [{ spec: "Hold" }, { spec: "Hold" }],
  [{}, {}],
] as const) {
  test(`${JSON.stringify(stored)} is read as ${JSON.stringify(read)}`, () => {
    assert.deepEqual(withCurrentDefaults(stored), read);
  });
}
