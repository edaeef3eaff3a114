import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openClusterPlatform } from "../../../../src/cli/compose/cluster-platform.ts";
import type { Platform } from "../../../../src/cli/compose/platform.ts";
import type { PlatformConfig } from "../../../../src/cli/config/platform-config.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { parsedZone } from "./parsed-zone.ts";

const SOA = "@ 3600 IN SOA ns1 h 7 7200 900 1209600 300\n@ 3600 IN NS ns1\n";
const INLINE = { coreDNS: { zoneFile: { baseZone: { inline: SOA } } } };
const kubeconfig = "test/fixtures/kubeconfig/contexts.yaml";

/** Nothing is sent to the API server by opening it. */
function open(more: Partial<Extract<PlatformConfig, { readonly kind: "cluster" }>> = {}): Promise<Platform> {
  return openClusterPlatform(
    { kind: "cluster", kubeconfig, namespaces: [], host: "pod-1", ...more },
    {
      log: silentLogger,
      owner: { ownerId: "me", adoptOwnerIds: [] },
      resolvers: () => [],
      onLeader: () => assert.fail("without a Lease there is no leader"),
      observe: { onRequest: () => undefined, onRestart: () => undefined },
    },
  );
}

test("an API server that can't be reached is a problem that names it", async () => {
  await using platform = await open({ context: "away" });
  assert.equal(platform.description, "context away");
  assert.deepEqual(platform.problems(), []);
  const stop = new AbortController();
  const handlers = { onEvent: () => assert.fail(), onSynced: () => assert.fail() };
  const running = platform.inventory.run(handlers, stop.signal);
  for (let wait = 0; wait < 200 && platform.problems().length === 0; wait += 1) {
    await delay(20);
  }
  assert.deepEqual(platform.problems(), ["the apiserver of context away cannot be reached"]);
  assert.equal(platform.heartbeats().size, 0);
  stop.abort();
  await running;
});

test("while the objects can't be watched, the statuses count as old, before the Lease counts as away", async () => {
  await using platform = await open({ context: "away", lease: { name: "dnsalias" } });
  assert.equal(platform.awayMs?.(), 0);
  const stop = new AbortController();
  const handlers = { onEvent: () => assert.fail(), onSynced: () => assert.fail() };
  const running = platform.inventory.run(handlers, stop.signal);
  for (let wait = 0; wait < 200 && platform.problems().length === 0; wait += 1) {
    await delay(20);
  }
  assert.equal(platform.awayMs(), 1);
  stop.abort();
  await running;
});

test("without a Lease the process writes at once, for as long as it runs", async () => {
  await using platform = await open();
  assert.equal(platform.hasLease, false);
  const stop = new AbortController();
  let term: AbortSignal | undefined;
  await platform.lead(async (given) => void (term = given), stop.signal);
  assert.equal(term, stop.signal);
});

test("with a Lease one of several replicas writes", async () => {
  await using platform = await open({ lease: { name: "dnsalias" } });
  assert.equal(platform.hasLease, true);
});

test("a ConfigMap takes 1 MiB, is projected by the kubelet, and names its place", async () => {
  await using platform = await open();
  const { stores } = platform;
  assert.deepEqual([stores.maxBytes, stores.projection], [1_048_576, "kubelet"]);
  assert.match(stores.zoneFile("dns", "out", "z").location, /ConfigMap dns\/out key z/);
  assert.match(stores.base("dns", "base", "b").location, /ConfigMap dns\/base key b/);
  assert.match(
    stores.corefile({ namespace: "kube-system", name: "custom", key: "x" }, parsedZone(INLINE).meta).location,
    /ConfigMap kube-system\/custom key x/,
  );
});

test("a zone without a nudge hurries nothing: no pod is looked for", async () => {
  await using platform = await open();
  const zone = parsedZone(INLINE);
  await platform.stores.expediteDelivery?.(zone, AbortSignal.abort(new Error("nothing may be sent")));
});

/** Two zones with one target would undo each other's records. */
const TARGETS: readonly (readonly [provider: object, target: string])[] = [
  [
    { coreDNS: { zoneFile: { configMap: { name: "out", key: "z" }, baseZone: { inline: SOA } } } },
    "zoneFile dns/out/z",
  ],
  [
    { coreDNS: { overlay: { configMap: { namespace: "kube-system", name: "custom", key: "x.server" } } } },
    "overlay kube-system/custom/x.server example.com.",
  ],
  [{ rfc2136: { servers: [{ address: "192.0.2.1" }] } }, "rfc2136 192.0.2.1#53 example.com."],
];
for (const [provider, target] of TARGETS) {
  test(`the write target of ${Object.keys(provider).join()} in a cluster: ${target}`, async () => {
    await using platform = await open();
    assert.equal(platform.writeTargetOf(parsedZone(provider)), target);
  });
}
