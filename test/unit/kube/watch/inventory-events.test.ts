import assert from "node:assert/strict";
import { test } from "node:test";
import type { InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import { createInventory } from "../../../../src/kube/watch/cluster-inventory.ts";
import { ok, refusal } from "../../../support/scripted-transport.ts";
import { discovery, type Reply, SERVED, type WatchedServer, watchedServer } from "./watched-server.ts";

const object = (kind: string, namespace: string, name: string, spec: object, metadata: object = {}) => ({
  apiVersion: "dnsalias.io/v1alpha1",
  kind,
  metadata: {
    namespace,
    name,
    uid: `uid of ${name}`,
    generation: 3,
    creationTimestamp: "2026-11-28T10:00:00Z",
    resourceVersion: "1",
    ...metadata,
  },
  spec,
});
const ALIAS = object("DnsAlias", "web", "a", { hostnames: ["a.example.com"], targets: [{ hostname: "cdn.test" }] });
const REFERRING = object("DnsAlias", "web", "ref", {
  hostnames: ["ref.example.com"],
  targets: [{ resourceRef: { kind: "Service", name: "web" } }],
});
const ZONE = object("DnsZone", "dns", "z", {
  domain: "example.com",
  provider: { coreDNS: { zoneFile: { baseZone: { configMapKeyRef: { name: "base", key: "zone" } } } } },
});
const SERVICE = {
  metadata: { namespace: "web", name: "web", resourceVersion: "1" },
  spec: { type: "LoadBalancer" },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
};
const page = (...items: readonly unknown[]): Reply => ({
  kind: "page",
  result: ok({ metadata: { resourceVersion: "10" }, items }),
});
const stays = (...lines: readonly unknown[]): Reply => ({ kind: "watch", lines, stays: true });
const change = (type: "MODIFIED" | "DELETED", changed: object) => ({ type, object: changed });
const EMPTY = { namespaces: [page(), stays()], dnszones: [page(), stays()], dnsaliases: [page(), stays()] };

interface Played extends WatchedServer {
  readonly events: InventoryEvent[];
  readonly isHealthy: () => boolean;
  readonly stop: () => Promise<void>;
}

async function play(replies: Readonly<Record<string, readonly Reply[]>>): Promise<Played> {
  const server = watchedServer({ ...EMPTY, ...replies });
  const events: InventoryEvent[] = [];
  const inventory = createInventory(server.deps);
  const ending = new AbortController();
  const handlers = { onEvent: (event: InventoryEvent) => void events.push(event), onSynced: () => undefined };
  const running = inventory.run(handlers, ending.signal);
  await server.clock.settle();
  await server.clock.settle();
  const stop = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return { ...server, events, isHealthy: () => inventory.healthy(), stop };
}

test("a zone that isn't valid comes with all that is known of it", async () => {
  const broken = { ...ZONE, spec: { domain: "example.com", provider: {} } };
  const { events, stop } = await play({ dnszones: [page(broken), stays()] });
  await stop();
  const [event] = events;
  assert.ok(event?.kind === "invalid");
  const { problems, meta, ...manifest } = event.manifest;
  assert.ok(problems.length > 0);
  assert.equal(meta?.name, "z");
  assert.deepEqual(manifest, {
    kind: "DnsZone",
    key: "dns/z",
    uid: "uid of z",
    generation: 3,
    zone: {
      domain: "example.com.",
      allowedNamespaces: { from: "Same" },
      createdAt: Date.parse("2026-11-28T10:00:00Z"),
      annotations: {},
    },
  });
});

test("an alias that isn't valid comes with the names that it asks for, and with no zone", async () => {
  const broken = { ...ALIAS, spec: { domain: "example.com", hostnames: ["a.example.com"], targets: [] } };
  const { events, stop } = await play({ dnsaliases: [page(broken), stays()] });
  await stop();
  const [event] = events;
  assert.ok(event?.kind === "invalid");
  const { uid, zone, claim, meta } = event.manifest;
  assert.deepEqual([uid, zone, meta?.name], ["uid of a", undefined, "a"]);
  assert.deepEqual(claim, { hostnames: ["a.example.com."], createdAt: Date.parse("2026-11-28T10:00:00Z") });
});

const TERMINATING = { kind: "page", result: discovery({ dnsaliases: ["get"], dnszones: ["get"] }) } as const;
const MARK = { deletionTimestamp: "2026-12-01T10:00:00Z", finalizers: ["dnsalias.io/cleanup"], resourceVersion: "2" };

test("objects that end together with their definition are unserved, each of its own kind", async () => {
  const served: Reply = { kind: "page", result: SERVED };
  const marked = (changed: typeof ALIAS) =>
    change("MODIFIED", { ...changed, metadata: { ...changed.metadata, ...MARK } });
  const { events, clock, stop } = await play({
    discovery: [served, served, ...Array.from({ length: 20 }, () => TERMINATING)],
    dnszones: [page(ZONE), stays(marked(ZONE))],
    dnsaliases: [page(ALIAS), stays(marked(ALIAS))],
  });
  await clock.advance(10_000);
  await stop();
  const unserved = events.filter((event) => event.kind === "unserved");
  assert.deepEqual(unserved.map(({ of, meta }) => `${of} ${meta.uid}`).toSorted(), [
    "DnsAlias uid of a",
    "DnsZone uid of z",
  ]);
});

test("an object that a list no longer has is gone unwatched, and one whose deletion was seen is just gone", async () => {
  const expired: Reply = { kind: "no watch", result: refusal(410, { reason: "Expired" }) };
  const { events, clock, stop } = await play({
    discovery: Array.from({ length: 20 }, () => ({ kind: "page", result: SERVED }) as const),
    dnszones: [page(ZONE), stays(change("DELETED", ZONE))],
    dnsaliases: [page(ALIAS), expired, page(), stays()],
  });
  await clock.advance(20_000);
  await stop();
  const gone = events.filter((event) => event.kind === "gone");
  assert.deepEqual(
    gone.toSorted((a, b) => (a.of < b.of ? -1 : 1)),
    [
      { kind: "gone", of: "DnsAlias", key: "web/a", isUnwatched: true },
      { kind: "gone", of: "DnsZone", key: "dns/z" },
    ],
  );
});

test("an object that no alias refers to any more is watched no longer", async () => {
  const { events, clock, stop } = await play({
    dnsaliases: [page(REFERRING), stays(change("DELETED", REFERRING))],
    services: [page(SERVICE), { kind: "watch", lines: [change("DELETED", SERVICE)], stays: true, silentMs: 60_000 }],
  });
  await clock.advance(120_000);
  await stop();
  const found = events.flatMap((event) => (event.kind === "resource" ? [event.finding.kind] : []));
  assert.ok(events.some(({ kind }) => kind === "gone"));
  assert.deepEqual(found, ["found"]);
});

test("of namespaces, only the metadata is read", async () => {
  const { requests, stop } = await play({});
  await stop();
  const accepted = requests.filter((request) => request.includes("/api/v1/namespaces"));
  assert.ok(accepted.length > 0 && accepted.every((request) => request.includes("PartialObjectMetadata")));
});

test("between the pages of its first list it isn't healthy, although the server answers", async () => {
  const first: Reply = {
    kind: "page",
    result: ok({ metadata: { resourceVersion: "10", continue: "next" }, items: [ALIAS] }),
  };
  const refused: Reply = { kind: "page", result: refusal(500) };
  const { clock, isHealthy, stop } = await play({ dnsaliases: [refused, first] });
  await clock.advance(600);
  assert.equal(isHealthy(), false);
  await stop();
});

test("the end stops the watches of what zones and aliases refer to, with no timer left", async () => {
  const silent: Reply = { kind: "watch", lines: [], stays: true, silentMs: 60_000 };
  const { clock, stop } = await play({
    dnszones: [page(ZONE), stays()],
    dnsaliases: [page(REFERRING), stays()],
    services: [page(SERVICE), silent],
    "configmaps base": [page(), silent],
  });
  await clock.settle();
  assert.equal(clock.sleepers(), 2, "the two watches, and no wait for what is read already");
  await stop();
  assert.equal(clock.sleepers(), 0);
});
