import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestKindOf } from "../../../../src/folder/manifest/manifest-kind.ts";

const OURS = "must be dnsalias.io/v1alpha1";

const CASES: readonly (readonly [apiVersion: string, kind: string, want: string])[] = [
  ["dnsalias.io/v1alpha1", "DnsAlias", "DnsAlias"],
  ["dnsalias.io/v1alpha1", "DnsZone", "DnsZone"],
  ["dnsalias.io/v9", "DnsZone", "DnsZone"],
  ["v1", "ConfigMap", "ConfigMap"],
  ["v1", "Secret", "Secret"],
  ["v1", "Namespace", "Namespace"],
  ["dnsalias.io/v1alpha1", "dnsalias", "kind there is no such kind in dnsalias.io: did you mean DnsAlias?"],
  ["dnsalias.io/v1alpha1", "DnsZones", "kind there is no such kind in dnsalias.io: did you mean DnsZone?"],
  ["dnsalias.io/v1alpha1", "ConfigMap", "kind there is no such kind in dnsalias.io: there are DnsAlias and DnsZone"],
  ["dnsalais.io/v1alpha1", "DnsAlias", `apiVersion ${OURS}`],
  ["dnsalais.io/v1alpha1", "Deployment", `apiVersion ${OURS}`],
  ["dnsalias.io", "DnsAlias", `apiVersion ${OURS}`],
  ["v1alpha1", "DnsAlias", `apiVersion ${OURS}`],
  ["v1", "DnsZone", `apiVersion ${OURS}`],
  ["v2", "ConfigMap", "apiVersion must be v1"],
  ["v1", "Pod", "ignored"],
  ["apps/v1", "Deployment", "ignored"],
  ["other.io/v1", "DnsZone", "ignored"],
  ["other.io/v1", "ConfigMap", "ignored"],
  ["", "", "ignored"],
];

for (const [apiVersion, kind, want] of CASES) {
  test(`kind ${kind} of ${apiVersion}: ${want}`, () => {
    const found = manifestKindOf(apiVersion, kind);
    const shown = {
      manifest: () => found.kind === "manifest" && found.of,
      ignored: () => "ignored",
      problem: () => found.kind === "problem" && `${found.field} ${found.message}`,
    };
    assert.equal(shown[found.kind](), want);
  });
}
