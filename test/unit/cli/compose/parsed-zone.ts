import assert from "node:assert/strict";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { parseZone } from "../../../../src/api/parse/parse-object.ts";

/** DnsZone dns/com of example.com, whose manifest has this `spec.provider`, and more of `spec`. */
export function parsedZone(provider: object, spec: object = {}): DnsZone {
  const parsed = parseZone({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: {
      name: "com",
      namespace: "dns",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-11-01T00:00:00Z",
    },
    spec: { domain: "example.com", provider, ...spec },
  });
  return parsed.kind === "ok" ? parsed.value : assert.fail(JSON.stringify(parsed));
}
