import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec } from "../../../../../src/api/dns-alias.ts";
import { healthyCondition } from "../../../../../src/controller/status/field/healthy-condition.ts";
import { alias } from "../../../../support/objects.ts";
import { type DecisionParts, decisionOf } from "./decision.ts";

const DEAD = "Target main is unhealthy: no address answers: HTTP 503.";

interface Case extends DecisionParts {
  readonly spec?: Partial<AliasSpec>;
  readonly want: string;
}

const cases: readonly Case[] = [
  { targets: ["Healthy", "Healthy"], want: "True AllHealthy: All targets are healthy." },
  { targets: ["Unknown", "Healthy"], want: "Unknown Checking: The health of target main is not known yet." },
  {
    targets: ["Unhealthy", "Healthy"],
    selected: 1,
    want: `False FailedOver: Target second is selected instead of the first choice. ${DEAD}`,
  },
  {
    targets: ["Healthy", "Healthy"],
    selected: 1,
    want: "False FailedOver: Target second is selected instead of the first choice.",
  },
  {
    targets: ["Healthy", "Healthy"],
    selected: 1,
    drained: { main: Date.UTC(2026, 11, 1, 6) },
    want: "False Drained: By annotation, dnsalias drains target main until 2026-12-01T06:00:00Z. Target second is selected.",
  },
  {
    targets: ["Healthy", "Unhealthy"],
    drained: { main: Date.UTC(2026, 11, 1, 6) },
    isDrainIgnored: true,
    want: "False Drained: By annotation, dnsalias drains target main until 2026-12-01T06:00:00Z. This has no effect, because no other target is healthy. Target second is unhealthy: no address answers: HTTP 503.",
  },
  {
    targets: ["Healthy", "Unhealthy"],
    want: "False Degraded: Target second is unhealthy: no address answers: HTTP 503.",
  },
  {
    targets: ["Healthy"],
    others: "Unhealthy",
    want: "False Degraded: Some addresses of target main are down.",
  },
  {
    targets: ["Unhealthy"],
    isAllUnhealthy: true,
    want: `False AllUnhealthy: No target is healthy. ${DEAD} The published records remain.`,
  },
  {
    targets: ["Unhealthy"],
    isAllUnhealthy: true,
    spec: { onUnhealthy: "Withdraw" },
    want: `False AllUnhealthy: No target is healthy. ${DEAD} The records are withdrawn, because spec.onUnhealthy is Withdraw.`,
  },
  {
    targets: ["Unhealthy"],
    isAllUnhealthy: true,
    isUnproven: true,
    want: "Unknown NothingReachable: Health checks reach no address, so failed checks show nothing about the targets, and the selection does not change. Check the egress of dnsalias.",
  },
  {
    targets: ["Healthy", "Healthy"],
    last: "inconclusive",
    want: "Unknown NothingReachable: Health checks reach no address, so failed checks show nothing about the targets, and the selection does not change. Check the egress of dnsalias.",
  },
  {
    targets: ["Unhealthy"],
    isAllUnhealthy: true,
    spec: { onUnhealthy: "Fallback" },
    want: `False AllUnhealthy: No target is healthy. ${DEAD} spec.fallbackAddresses are published, because spec.onUnhealthy is Fallback.`,
  },
  {
    targets: ["Healthy", "Healthy", "Unhealthy"],
    others: "Unhealthy",
    want: "False Degraded: Target third is unhealthy: no address answers: HTTP 503. Some addresses of target main are down. Some addresses of target second are down.",
  },
  {
    targets: ["Healthy", "Healthy"],
    selected: 1,
    spec: { selection: "Merge" },
    want: "True AllHealthy: All targets are healthy.",
  },
  {
    targets: ["Healthy", "Healthy"],
    refused: ["10.0.0.7"],
    want: "Unknown CheckRefused: 10.0.0.7 is not checked. Ask the operator to allow its network with --health-check-allow.",
  },
];

for (const { want, spec, ...parts } of cases) {
  test(want, () => {
    const { status, reason, message } = healthyCondition(
      alias("web/shop", { spec: { selection: "Failover", ...spec } }),
      decisionOf(parts),
    );
    assert.equal(`${status} ${reason}: ${message}`, want);
  });
}
