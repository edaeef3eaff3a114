import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { createConfigMapWatcher } from "../../../../src/kube/watch/config-map-watch.ts";
import { zone } from "../../../support/objects.ts";
import { ok } from "../../../support/scripted-transport.ts";
import { watchedServer, type Reply } from "./watched-server.ts";

function zoneWith(key: string, domain: string, base: string): DnsZone {
  const provider = {
    kind: "coreDNSZoneFile",
    zoneFile: {
      configMap: { name: `out-${base}`, key: "z" },
      base: { kind: "configMap", name: base, key: "zone" },
    },
  } as const;
  return zone(key, domain, { provider });
}

const configMap = (name: string, resourceVersion: string) => ({
  metadata: { namespace: "dns", name, resourceVersion },
});
const list = (...items: readonly object[]): Reply => ({
  kind: "page",
  result: ok({ metadata: { resourceVersion: "10" }, items }),
});
const watch = (...lines: readonly object[]): Reply => ({ kind: "watch", lines, stays: true });

test("each ConfigMap of a zone is watched by name, metadata alone, and a change tells every zone that refers to it", async () => {
  const { deps, clock, requests } = watchedServer({
    "configmaps base": [list(configMap("base", "1")), watch({ type: "MODIFIED", object: configMap("base", "11") })],
    "configmaps out-base": [list(), watch({ type: "ADDED", object: configMap("out-base", "12") })],
  });
  const told: string[] = [];
  const watcher = createConfigMapWatcher(deps, {}, (key) => told.push(key));
  watcher.setZone(zoneWith("dns/com", "example.com", "base"));
  watcher.setZone(zoneWith("dns/net", "example.net", "base"));
  await clock.settle();
  await watcher.stop();
  assert.deepEqual(told.sort(), ["dns/com", "dns/com", "dns/com", "dns/net", "dns/net", "dns/net"]);
  assert.ok(
    requests.every((request) => /PartialObjectMetadata/.test(request)),
    requests.join("\n"),
  );
  const paths = requests.map((request) => request.split(" ")[1] ?? "").filter((path) => !path.includes("watch="));
  assert.deepEqual(paths.sort(), [
    "/api/v1/namespaces/dns/configmaps?limit=500&fieldSelector=metadata.name%3Dbase",
    "/api/v1/namespaces/dns/configmaps?limit=500&fieldSelector=metadata.name%3Dout-base",
  ]);
});

test("a ConfigMap that is deleted tells its zones too", async () => {
  const { deps, clock } = watchedServer({
    "configmaps base": [list(configMap("base", "1")), watch({ type: "DELETED", object: configMap("base", "11") })],
  });
  const told: string[] = [];
  const watcher = createConfigMapWatcher(deps, {}, (key) => told.push(key));
  watcher.setZone(zoneWith("dns/com", "example.com", "base"));
  await clock.settle();
  assert.deepEqual(told, ["dns/com", "dns/com"]);
  await watcher.stop();
});

test("what no zone refers to any more isn't watched: a zone that goes, or that names another ConfigMap", async () => {
  const { deps, clock, requests } = watchedServer({});
  const watcher = createConfigMapWatcher(deps, {}, () => assert.fail("nothing changes"));
  watcher.setZone(zoneWith("dns/com", "example.com", "base"));
  watcher.setZone(zoneWith("dns/net", "example.net", "base"));
  await clock.settle();
  assert.equal(requests.length, 2);
  watcher.removeZone("dns/net");
  watcher.setZone(zoneWith("dns/com", "example.com", "other"));
  await clock.settle();
  assert.equal(requests.length, 4);
  // The two dropped ones have ended: stopping waits for nothing but the two that run.
  watcher.removeZone("dns/com");
  await clock.settle();
  await watcher.stop();
  assert.equal(requests.length, 4);
});

test("after the stop nothing is watched, though a zone comes late", async () => {
  const { deps, clock, requests } = watchedServer({});
  const watcher = createConfigMapWatcher(deps, {}, () => assert.fail("nothing changes"));
  const stopped = watcher.stop();
  watcher.setZone(zoneWith("dns/com", "example.com", "base"));
  await clock.settle();
  await stopped;
  assert.deepEqual(requests, []);
});
