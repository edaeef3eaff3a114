import type { BackendCapabilities } from "../../src/providers/backend.ts";

/** What each backend can do, by what its server's own documentation says. A backend that says otherwise of itself fails its contract. */
export const CAPABILITIES = {
  powerDNS: { atomic: "batch", comparesAndSwaps: false, listsZone: true },
  rfc2136Axfr: { atomic: "batch", comparesAndSwaps: true, listsZone: true },
  rfc2136Query: { atomic: "batch", comparesAndSwaps: true, listsZone: false },
  coreDNSEtcd: { atomic: "batch", comparesAndSwaps: true, listsZone: true, minTtl: 1, lacks: ["HTTPS"] },
  externalDNSWebhook: { atomic: "set", comparesAndSwaps: false, listsZone: true, lacks: ["HTTPS"] },
} as const satisfies Readonly<Record<string, BackendCapabilities>>;
