import assert from "node:assert/strict";
import { test } from "node:test";
import { controllerFacts } from "../../../../src/cli/inspect/controller-facts.ts";
import type { ControllerLease, ControllerRead } from "../../../../src/kube/lease/controller-lease.ts";

const NOW = Date.parse("2026-12-01T12:00:00Z");
const LEASE: ControllerLease = {
  namespace: "dns",
  name: "dnsalias",
  holder: "pod-1_a",
  renewTime: "2026-12-01T11:59:57.000000Z",
  settings: { ownerId: "me", resolvers: ["10.0.0.10:53", "tls://1.1.1.1:853"] },
};
const found = (lease: Partial<ControllerLease>): ControllerRead => ({ kind: "ok", leases: [{ ...LEASE, ...lease }] });
const HELD = "pod-1_a holds Lease dns/dnsalias; last renewed at";

const CASES: readonly (readonly [name: string, read: ControllerRead, lines: readonly string[]])[] = [
  [
    "a controller at work",
    found({}),
    [`✓ ${HELD} 2026-12-01T11:59:57.000000Z, 3 s ago`, "✓ owner id me", "✓ resolvers 10.0.0.10:53, tls://1.1.1.1:853"],
  ],
  [
    "a clock that is ahead",
    found({ renewTime: "2026-12-01T12:00:30.000000Z" }),
    [
      `✓ ${HELD} 2026-12-01T12:00:30.000000Z, 30 s ahead of the clock of this machine`,
      "✓ owner id me",
      "✓ resolvers 10.0.0.10:53, tls://1.1.1.1:853",
    ],
  ],
  [
    "a controller that is gone",
    found({ renewTime: "2026-12-01T11:00:00.000000Z" }),
    [
      `✗ ${HELD} 2026-12-01T11:00:00.000000Z, 60 min ago: it no longer renews the Lease`,
      "✓ owner id me",
      "✓ resolvers 10.0.0.10:53, tls://1.1.1.1:853",
    ],
  ],
  ["a released Lease", found({ holder: "" }), ["✗ Lease dns/dnsalias has no holder: no controller writes records"]],
  [
    "no Lease",
    { kind: "ok", leases: [] },
    ["· unknown, because there is no Lease: check --lease-name and --lease-namespace"],
  ],
  [
    "no right to read Leases",
    { kind: "failed", message: "403 Forbidden" },
    ["· unknown, because its Lease cannot be read: 403 Forbidden"],
  ],
];

for (const [name, read, lines] of CASES) {
  test(`the facts about the controller: ${name}`, () => {
    assert.deepEqual(
      controllerFacts(read, NOW).map(
        ({ text, good, unknown }) => `${unknown === true ? "·" : good ? "✓" : "✗"} ${text}`,
      ),
      lines,
    );
    assert.ok(controllerFacts(read, NOW).every(({ topic }) => topic === "controller"));
  });
}
