import { byCodeUnit } from "../../base/order.ts";
import type { ServingEndpoint } from "../../providers/provider.ts";
import { listAt, memberAt, numberAt, textAt } from "../../base/json.ts";

/**
 * The servers in discovery.k8s.io/v1 EndpointSlices that take questions now, sorted and without duplicates. `port` is the
 * one that the pods are said to answer on; a slice that does not have it is read by the port's name, see {@link portOf}.
 */
export function endpointsOfSlices(slices: readonly unknown[], port: number): readonly ServingEndpoint[] {
  const found = slices.flatMap((slice) => {
    const target = portOf(slice, port);
    const addresses = listAt(slice, "endpoints").filter(isServing).flatMap(addressesOf);
    return target === undefined ? [] : addresses.map((address): ServingEndpoint => ({ address, port: target }));
  });
  const byText = new Map(found.map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint]));
  return [...byText].toSorted(([a], [b]) => byCodeUnit(a, b)).map(([, endpoint]) => endpoint);
}

/** Absent conditions mean true (the API's own rule). A pod that is terminating may serve on, but its answer proves nothing any more. */
function isServing(endpoint: unknown): boolean {
  return (
    memberAt(endpoint, "conditions", "ready") !== false &&
    memberAt(endpoint, "conditions", "serving") !== false &&
    memberAt(endpoint, "conditions", "terminating") !== true
  );
}

function addressesOf(endpoint: unknown): readonly string[] {
  // Only the first is to be used (the API's own words); all are the same pod.
  return listAt(endpoint, "addresses")
    .filter((address) => typeof address === "string")
    .slice(0, 1);
}

/** The number itself, then the usual names (kube-dns: `dns`; the CoreDNS chart: `udp-53`), then the only UDP port there is; UDP before TCP. */
function portOf(slice: unknown, port: number): number | undefined {
  const ports = listAt(slice, "ports");
  for (const protocol of ["UDP", "TCP"]) {
    const candidates = ports.filter((entry) => (textAt(entry, "protocol") || "TCP") === protocol);
    const lower = protocol.toLowerCase();
    const names = new Set(["dns", `dns-${lower}`, `${lower}-${port}`]);
    const chosen =
      candidates.find((entry) => numberAt(entry, "port") === port) ??
      candidates.find((entry) => names.has(textAt(entry, "name"))) ??
      (candidates.length === 1 && protocol === "UDP" ? candidates[0] : undefined);
    if (chosen !== undefined) {
      return numberAt(chosen, "port");
    }
  }
  return undefined;
}
