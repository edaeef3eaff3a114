import assert from "node:assert/strict";
import { test } from "node:test";
import { consentNeeded, isPermitted, notPermittedText } from "../../../src/api/zone-consent.ts";

const ANNOTATIONS: readonly (readonly [annotation: string | undefined, permitted: boolean])[] = [
  [undefined, false],
  ["", false],
  ["dns/com", true],
  ["web/shop, dns/com", true],
  ["web/shop,dns/com,", true],
  ["dns/com.evil", false],
  ["dns/co", false],
  ["DNS/com", false],
  ["com", false],
  ["dns/*", false],
  ["*", false],
];
for (const [annotation, permitted] of ANNOTATIONS) {
  test(`the annotation ${JSON.stringify(annotation)} ${permitted ? "permits" : "doesn't permit"} DnsZone dns/com`, () => {
    assert.equal(isPermitted("dns/com", annotation), permitted);
  });
}

test("a DnsZone needs no consent in its own namespace", () => {
  const zone = { namespace: "dns", name: "com" };
  assert.deepEqual([consentNeeded(zone, "dns"), consentNeeded(zone, "kube-system")], [undefined, "dns/com"]);
});

test("the message has the object, the annotation, and its value", () => {
  assert.equal(
    notPermittedText("ConfigMap kube-system/coredns", "dns/com"),
    "ConfigMap kube-system/coredns doesn't exist, or doesn't permit DnsZone dns/com, which is in another namespace. Annotate the ConfigMap with dnsalias.io/allow-zone: dns/com. Commas separate several DnsZones",
  );
});
