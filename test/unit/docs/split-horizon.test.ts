import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { validateFile } from "../../../src/folder/manifest/validate-file.ts";
import { indexZones, zonesFor } from "../../../src/plan/claims.ts";
import { listAt, textAt, valueAt } from "../../support/json-at.ts";

const FILE = "examples/values/split-horizon.yaml";
const LABELS = new Map(["external", "internal"].map((view) => [`web-${view}`, { view }]));

for (const view of ["external", "internal"]) {
  test(`a namespace with view=${view} publishes in the ${view} view of ${FILE} only`, () => {
    const match = zonesFor(parseOwnerName("example.com"), `web-${view}`, indexZones(zones()), LABELS);
    const keys = match.kind === "zones" ? match.zones.map(({ meta }) => objectKey(meta)) : match.reason;
    assert.deepEqual(keys, [`dns-system/example-com-${view}`]);
  });
}

test(`a namespace without the label publishes in no view of ${FILE}`, () => {
  const match = zonesFor(parseOwnerName("example.com"), "web", indexZones(zones()), LABELS);
  assert.equal(match.kind === "none" && match.reason, "NamespaceNotAllowed");
});

test(`only the internal view of ${FILE} permits private addresses`, () => {
  const permitting = zones().filter(({ spec }) => spec.tenants.privateAddresses === "Allow");
  assert.deepEqual(
    permitting.map(({ meta }) => meta.name),
    ["example-com-internal"],
  );
});

/** The DnsZones that the chart makes of the values, as the API server would accept them. */
function zones(): readonly DnsZone[] {
  return listAt(parse(readFileSync(FILE, "utf8")), "zones").map((zone) => {
    const object = {
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsZone",
      metadata: { name: textAt(zone, "name"), namespace: "dns-system" },
      spec: valueAt(zone, "spec"),
    };
    const [found] = validateFile(FILE, JSON.stringify(object)).objects;
    assert.ok(found?.result.kind === "good" && found.result.manifest.kind === "DnsZone", JSON.stringify(found));
    return found.result.manifest.value;
  });
}
