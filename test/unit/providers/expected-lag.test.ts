import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedForMs, expectedLagMs } from "../../../src/providers/expected-lag.ts";

type Kind = Parameters<typeof expectedLagMs>[0];

const LAGS: readonly (readonly [kind: Kind, kubelet: number, nudged: number, file: number])[] = [
  ["coreDNSZoneFile", 92_500, 7_500, 3_000],
  ["coreDNSOverlay", 136_000, 51_000, 46_500],
  ["rfc2136", 2_000, 2_000, 2_000],
  ["powerDNS", 42_000, 42_000, 42_000],
  ["externalDNSWebhook", 60_000, 60_000, 60_000],
  ["dnsEndpoint", 90_000, 90_000, 90_000],
  ["transfer", 1_000, 1_000, 1_000],
  ["coreDNSEtcd", 1_000, 1_000, 1_000],
];

for (const [kind, ...want] of LAGS) {
  test(`a write of ${kind} usually arrives within ${want.join(", ")} ms`, () => {
    const projections = ["kubelet", "nudgedKubelet", "file"] as const;
    assert.deepEqual(
      projections.map((projection) => expectedLagMs(kind, projection)),
      want,
    );
  });
}

test("only PowerDNS answers from caches after a write", () => {
  for (const [kind] of LAGS) {
    assert.equal(cachedForMs(kind), kind === "powerDNS" ? 42_000 : 0, kind);
  }
});
