import assert from "node:assert/strict";
import { test } from "node:test";
import type { InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import { createInventory, type InventoryOptions } from "../../../../src/kube/watch/cluster-inventory.ts";
import { ok, refusal } from "../../../support/scripted-transport.ts";
import { type Reply, watchedServer } from "./watched-server.ts";

const API = { apiVersion: "dnsalias.io/v1alpha1" };
const meta = (namespace: string, name: string, resourceVersion: string, more: object = {}) => ({
  namespace,
  name,
  uid: `${namespace}/${name}`,
  generation: 3,
  creationTimestamp: "2026-11-28T10:00:00Z",
  resourceVersion,
  ...more,
});
const alias = (name: string, hostname: string) => ({
  ...API,
  kind: "DnsAlias",
  metadata: meta("web", name, "1"),
  spec: { hostnames: [hostname], targets: [{ hostname: "cdn.test" }] },
});
const zone = (name: string, base: object) => ({
  ...API,
  kind: "DnsZone",
  metadata: meta("dns", name, "1"),
  spec: { domain: "example.com", provider: { coreDNS: { zoneFile: { baseZone: base } } } },
});
const BASE = { configMapKeyRef: { name: "base", key: "zone" } };
const namespace = (name: string) => ({ metadata: { name, resourceVersion: "1", labels: { dns: "public" } } });
const page = (...items: readonly unknown[]): Reply => ({
  kind: "page",
  result: ok({ metadata: { resourceVersion: "10" }, items }),
});
const stays = (...lines: readonly unknown[]): Reply => ({ kind: "watch", lines, stays: true });
const deleted = (object: object) => ({ type: "DELETED", object });

async function play(replies: Readonly<Record<string, readonly Reply[]>>, options: InventoryOptions = {}, ms = 0) {
  const { deps, clock, requests } = watchedServer(replies);
  const inventory = createInventory(deps, options);
  const stop = new AbortController();
  const told: string[] = [];
  const healthy: boolean[] = [inventory.healthy()];
  const running = inventory.run(
    { onEvent: (event) => told.push(text(event)), onSynced: () => told.push("synced") },
    stop.signal,
  );
  await clock.settle();
  await clock.settle();
  healthy.push(inventory.healthy());
  await clock.advance(ms);
  await clock.settle();
  healthy.push(inventory.healthy());
  stop.abort();
  await running;
  return { told, healthy, paths: requests.map((request) => request.split(" ")[1] ?? "") };
}

function text(event: InventoryEvent): string {
  switch (event.kind) {
    case "alias":
      return `alias ${event.alias.meta.uid}`;
    case "zone":
      return `zone ${event.zone.meta.uid}`;
    case "namespace":
      return `namespace ${event.name} ${JSON.stringify(event.labels)}`;
    case "invalid":
      return `invalid ${event.manifest.kind} ${event.manifest.key} g${event.manifest.generation}: ${event.manifest.problems.length} ${event.manifest.hostnames?.join() ?? "any"} asks ${event.manifest.claim?.hostnames.join()}`;
    case "gone":
      return `gone ${event.of} ${event.key}${event.isUnwatched === true ? " unwatched" : ""}`;
    case "input":
      return `input ${event.zone}`;
    case "resource":
      return `resource ${event.namespace} ${event.ref.kind} ${event.ref.name} ${event.finding.kind}`;
    case "unserved":
      return `unserved ${event.meta.uid}`;
  }
}

test("objects, what is wrong with them, labels, and what is deleted are told; it is in sync once all is listed", async () => {
  const hostnames = ["not a name", "good.example.com"];
  const broken = {
    ...alias("bad", ""),
    spec: { hostnames, targets: [{ hostname: "cdn.test" }] },
    status: { hostnames: [{ hostname: "old.example.com" }] },
  };
  const { told, healthy } = await play(
    {
      namespaces: [page(namespace("web")), stays(deleted(namespace("web")))],
      dnszones: [page(zone("z", { inline: "@ A 192.0.2.1" })), stays(deleted(zone("z", {})))],
      dnsaliases: [page(alias("a", "example.com"), broken), stays(deleted(alias("a", "example.com")))],
    },
    {},
    3_000,
  );
  const synced = told.indexOf("synced");
  assert.deepEqual(told.filter((line) => !line.startsWith("gone") && !line.endsWith("undefined")).sort(), [
    "alias web/a",
    "invalid DnsAlias web/bad g3: 1 good.example.com.,old.example.com. asks good.example.com.",
    'namespace web {"dns":"public"}',
    "synced",
    "zone dns/z",
  ]);
  assert.deepEqual(told.filter((line) => line.startsWith("gone") || line.endsWith("undefined")).sort(), [
    "gone DnsAlias web/a",
    "gone DnsZone dns/z",
    "namespace web undefined",
  ]);
  assert.ok(
    synced > told.indexOf("invalid DnsAlias web/bad g3: 1 good.example.com.,old.example.com. asks good.example.com.") &&
      synced > told.indexOf("zone dns/z"),
  );
  assert.equal(told.filter((line) => line === "synced").length, 1);
  assert.deepEqual(healthy, [true, true, true]);
});

test("it isn't healthy before its first lists have come", async () => {
  const lists = { namespaces: [page(), stays()], dnszones: [page(), stays()], dnsaliases: [page(), stays()] };
  const { deps, clock } = watchedServer(lists);
  const inventory = createInventory(deps);
  const stop = new AbortController();
  const running = inventory.run({ onEvent: () => undefined, onSynced: () => undefined }, stop.signal);
  assert.equal(inventory.healthy(), false);
  await clock.settle();
  await clock.settle();
  assert.equal(inventory.healthy(), true);
  stop.abort();
  await running;
});

test("while one kind can't be listed it is neither in sync nor healthy, and both when it can", async () => {
  const lists = { namespaces: [page(), stays()], dnszones: [page(), stays()] };
  const refused: Reply = { kind: "page", result: refusal(500) };
  const { told, healthy } = await play({ ...lists, dnsaliases: [refused, page(), stays()] }, {}, 600);
  assert.deepEqual(healthy, [true, false, true]);
  assert.deepEqual(told, ["synced"]);
  const never = await play({ ...lists, dnsaliases: [refused, refused, refused] }, {}, 600);
  assert.deepEqual([never.told, never.healthy], [[], [true, false, false]]);
});

test("a watch that breaks makes it unhealthy until the watch is back", async () => {
  const broken: Reply = { kind: "no watch", result: { kind: "unreachable", message: "reset" } };
  const lists = { namespaces: [page(), stays()], dnsaliases: [page(), stays()] };
  const { told, healthy } = await play({ ...lists, dnszones: [page(), broken, stays()] }, {}, 600);
  assert.deepEqual(healthy, [true, false, true]);
  assert.deepEqual(told, ["synced"]);
});

test("with namespaces given, only those are listed", async () => {
  const { paths } = await play({}, { namespaces: ["dns", "web"] });
  assert.deepEqual(paths.sort(), [
    "/api/v1/namespaces?limit=500&fieldSelector=metadata.name%3Ddns",
    "/api/v1/namespaces?limit=500&fieldSelector=metadata.name%3Dweb",
    "/apis/dnsalias.io/v1alpha1/namespaces/dns/dnsaliases?limit=500",
    "/apis/dnsalias.io/v1alpha1/namespaces/dns/dnszones?limit=500",
    "/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases?limit=500",
    "/apis/dnsalias.io/v1alpha1/namespaces/web/dnszones?limit=500",
  ]);
  const { paths: everywhere } = await play({}, { listWatch: { pageSize: 3 } });
  assert.deepEqual(everywhere, [
    "/api/v1/namespaces?limit=3",
    "/apis/dnsalias.io/v1alpha1/dnszones?limit=3",
    "/apis/dnsalias.io/v1alpha1/dnsaliases?limit=3",
  ]);
});

const BASE_MAP = { metadata: { namespace: "dns", name: "base", resourceVersion: "4" } };
const LATER: Reply = { kind: "watch", lines: [deleted(BASE_MAP)], stays: true, silentMs: 5_000 };
const others = { namespaces: [page(), stays()], dnsaliases: [page(), stays()] };

test("a zone's base ConfigMap is watched, and the zone told when it changes; trouble with it isn't the inventory's", async () => {
  const lists = { ...others, dnszones: [page(zone("z", BASE)), stays()] };
  const inputs = async (ms: number): Promise<number> => {
    const { told } = await play({ ...lists, "configmaps base": [page(BASE_MAP), LATER] }, {}, ms);
    return told.filter((line) => line === "input dns/z").length;
  };
  assert.deepEqual([await inputs(4_999), await inputs(5_000)], [1, 2]);
  const refused: Reply = { kind: "page", result: refusal(403) };
  const { told, healthy } = await play({ ...lists, configmaps: [refused, refused] });
  assert.deepEqual(healthy, [true, true, true]);
  assert.ok(told.includes("synced"));
});

const LEFT: readonly { readonly name: string; readonly last: object }[] = [
  { name: "gone", last: deleted(zone("z", BASE)) },
  {
    name: "wrong now",
    last: { type: "MODIFIED", object: { ...zone("z", BASE), metadata: meta("dns", "z", "2"), spec: {} } },
  },
];
for (const { name, last } of LEFT) {
  test(`the base of a zone that is ${name} is watched no more`, async () => {
    const replies = {
      ...others,
      dnszones: [page(zone("z", BASE)), stays(last)],
      "configmaps base": [page(BASE_MAP), LATER],
    };
    const { told } = await play(replies, {}, 5_000);
    assert.ok(told.filter((line) => line === "input dns/z").length <= 1, told.join("\n"));
    assert.ok(told.some((line) => line.startsWith("gone DnsZone dns/z") || line.startsWith("invalid DnsZone dns/z")));
  });
}

const referring = {
  ...alias("ref", "ref.example.com"),
  spec: { hostnames: ["ref.example.com"], targets: [{ resourceRef: { kind: "Service", name: "web" } }] },
};
const SERVICE = {
  metadata: { namespace: "web", name: "web", resourceVersion: "1" },
  spec: { type: "LoadBalancer" },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
};
const lists = { namespaces: [page(), stays()], dnszones: [page(), stays()], dnsaliases: [page(referring), stays()] };

test("an object that an alias refers to comes before the inventory is synced", async () => {
  const { told } = await play({ ...lists, services: [page(SERVICE), stays()] });
  assert.deepEqual(told, ["alias web/ref", "resource web Service web found", "synced"]);
});

test("an object that isn't read for 3 s doesn't delay the inventory, and its trouble doesn't make it unhealthy", async () => {
  const refused: Reply = { kind: "page", result: refusal(500) };
  const late = await play({ ...lists, services: [refused] }, {}, 2_999);
  assert.deepEqual(late.told, ["alias web/ref"]);
  const { told, healthy } = await play({ ...lists, services: [refused] }, {}, 3_000);
  assert.deepEqual(told, ["alias web/ref", "synced"]);
  assert.equal(healthy.at(-1), true);
});
