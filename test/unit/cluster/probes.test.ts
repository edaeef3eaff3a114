import assert from "node:assert/strict";
import { it } from "node:test";
import { probesWithoutSuccess } from "../../cluster/probes.ts";

const CONTAINER = { namespace: "dns-system", pod: "coredns-zones-1", container: "coredns" };

/** A line as a kubelet 1.36 writes it. */
function line(type: string, result: string, count: number, more: Partial<typeof CONTAINER> = {}): string {
  const { namespace, pod, container } = { ...CONTAINER, ...more };
  return `prober_probe_total{container="${container}",namespace="${namespace}",pod="${pod}",pod_uid="x",probe_type="${type}",result="${result}"} ${count}`;
}

const READY = line("Readiness", "successful", 3);
const LIVENESS_MISSING = ["liveness of coredns in dns-system/coredns-zones-1"];

const cases: readonly {
  readonly name: string;
  readonly lines: readonly string[];
  readonly missing: readonly string[];
}[] = [
  { name: "each was successful", lines: [READY, line("Liveness", "successful", 1)], missing: [] },
  { name: "one was never made", lines: [READY], missing: LIVENESS_MISSING },
  { name: "one only failed", lines: [READY, line("Liveness", "failed", 9)], missing: LIVENESS_MISSING },
  { name: "one was not successful yet", lines: [READY, line("Liveness", "successful", 0)], missing: LIVENESS_MISSING },
  {
    name: "one was successful in another pod",
    lines: [READY, line("Liveness", "successful", 9, { namespace: "kube-system", pod: "coredns-2" })],
    missing: LIVENESS_MISSING,
  },
  {
    name: "one was successful in another container",
    lines: [READY, line("Liveness", "successful", 9, { container: "dnsalias" })],
    missing: LIVENESS_MISSING,
  },
];
for (const { name, lines, missing } of cases) {
  it(`names the probes of a container without a success: ${name}`, () => {
    assert.deepEqual(probesWithoutSuccess(lines.join("\n"), CONTAINER), missing);
  });
}
