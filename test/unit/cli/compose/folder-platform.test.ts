import assert from "node:assert/strict";
import { test } from "node:test";
import { openFolderPlatform } from "../../../../src/cli/compose/folder-platform.ts";
import type { Platform } from "../../../../src/cli/compose/platform.ts";
import type { InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { parsedZone } from "./parsed-zone.ts";

const SOA = "@ 3600 IN SOA ns1 h 7 7200 900 1209600 300\n@ 3600 IN NS ns1\n";

/** A platform with the manifests of the example. It writes nothing, by default. */
function open(manifests = "examples/folder", readOnly = true): Promise<Platform> {
  return openFolderPlatform(
    { kind: "folder", manifests, out: "test/fixtures/zones", stateFile: "test/fixtures/no-state.json" },
    { log: silentLogger, owner: { ownerId: "me", adoptOwnerIds: [] }, readOnly },
  );
}

/** Runs the inventory until it is synced. */
async function synced({ inventory }: Platform): Promise<readonly InventoryEvent[]> {
  const events: InventoryEvent[] = [];
  const stop = new AbortController();
  await inventory.run({ onEvent: (event) => events.push(event), onSynced: () => stop.abort() }, stop.signal);
  return events;
}

test("the manifests of the example are read, and the ConfigMap among them has the base zone", async () => {
  await using platform = await open();
  const kinds = (await synced(platform)).map(({ kind }) => kind);
  assert.deepEqual(kinds.filter((kind) => kind === "alias" || kind === "zone" || kind === "invalid").sort(), [
    "alias",
    "zone",
  ]);
  assert.deepEqual(platform.problems(), []);
  const read = await platform.stores.base("dns-system", "example-com-base", "zone").read(new AbortController().signal);
  assert.match((read.kind === "ok" && read.text) || "", /^\$ORIGIN example\.com\.$/m);
});

/** A command that only reads can read a file, too. */
const UNUSABLE: readonly (readonly [manifests: string, readOnly: boolean, cure: string])[] = [
  ["examples/none", true, "it does not exist; create it or correct the path"],
  ["package.json", false, "it is not a folder; set --manifests to the folder of the file"],
];
for (const [manifests, readOnly, cure] of UNUSABLE) {
  test(`${manifests} as the folder of manifests ends at once with its cure`, async () => {
    await assert.rejects(open(manifests, readOnly), {
      code: "CONFIG_INVALID",
      message: `cannot read the manifest folder ${manifests}: ${cure}`,
    });
  });
}

test("one process writes, at once; there is no Lease and no DNSEndpoint, and texts can have any length", async () => {
  await using platform = await open();
  const { hasLease, endpointStore, stores, description } = platform;
  assert.deepEqual([hasLease, endpointStore, stores.maxBytes, stores.projection], [false, undefined, Infinity, "file"]);
  assert.equal(stores.expediteDelivery, undefined);
  assert.equal(description, "manifests examples/folder, written to test/fixtures/zones");
  const { signal } = new AbortController();
  let term: AbortSignal | undefined;
  await platform.lead(async (given) => void (term = given), signal);
  assert.equal(term, signal);
});

test("a file is named by its key, whatever its ConfigMap and namespace", async () => {
  await using platform = await open();
  const { stores } = platform;
  const zone = parsedZone({ coreDNS: { zoneFile: { baseZone: { inline: SOA } } } });
  assert.equal(stores.zoneFile("dns", "out", "every-type.zone").location, "test/fixtures/zones/every-type.zone");
  assert.equal(
    stores.corefile({ namespace: "kube-system", name: "custom", key: "x.server" }, zone.meta).location,
    "test/fixtures/zones/x.server",
  );
});

test("the servers that a zone names are queried for the propagation check, and none is made up", async () => {
  await using platform = await open();
  const zoneFile = { baseZone: { inline: SOA } };
  const servedBy = { addresses: [{ address: "192.0.2.9", port: 5353 }] };
  const none = parsedZone({ coreDNS: { zoneFile } });
  const named = parsedZone({ coreDNS: { zoneFile } }, { servedBy });
  const never = new AbortController().signal;
  assert.deepEqual(await platform.endpointsOf(none, never), "none");
  assert.deepEqual(await platform.endpointsOf(named, never), [{ address: "192.0.2.9", port: 5353 }]);
});

const TARGETS: readonly (readonly [provider: object, target: string])[] = [
  [{ coreDNS: { zoneFile: { configMap: { name: "out", key: "z" }, baseZone: { inline: SOA } } } }, "file z"],
  [
    { coreDNS: { overlay: { configMap: { namespace: "kube-system", name: "custom", key: "x.server" } } } },
    "file x.server example.com.",
  ],
  [{ rfc2136: { servers: [{ address: "192.0.2.1" }] } }, "rfc2136 192.0.2.1#53 example.com."],
];
for (const [provider, target] of TARGETS) {
  test(`the write target of ${Object.keys(provider).join()} in a folder: ${target}`, async () => {
    await using platform = await open();
    assert.equal(platform.writeTargetOf(parsedZone(provider)), target);
  });
}
