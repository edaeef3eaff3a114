import { byCodeUnit } from "../../base/order.ts";
import type { ServingEndpoint } from "../../providers/provider.ts";
import { listAt, memberAt, numberAt, textAt } from "../../base/json.ts";

/**
 * Returns the serving endpoints in discovery.k8s.io/v1 EndpointSlices, sorted and without duplicates. `port` is the expected port
 * of the Pods. A slice without it has another port, see {@link portOf}.
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

/** Absent conditions mean true (the API's own rule). A terminating Pod may still serve, but its answers are not evidence any more. */
function isServing(endpoint: unknown): boolean {
  return (
    memberAt(endpoint, "conditions", "ready") !== false &&
    memberAt(endpoint, "conditions", "serving") !== false &&
    memberAt(endpoint, "conditions", "terminating") !== true
  );
}

function addressesOf(endpoint: unknown): readonly string[] {
  // Only the first address is to be used (the API's own rule), because all belong to one Pod.
  return listAt(endpoint, "addresses")
    .filter((address) => typeof address === "string")
    .slice(0, 1);
}

/**
 * The port with this number, then one with a usual name (kube-dns: `dns`; the CoreDNS chart: `udp-53`), then the only UDP port.
 * UDP comes before TCP.
 */
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
