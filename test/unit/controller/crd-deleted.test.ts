import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { ZoneStatus } from "../../../src/api/dns-zone.ts";
import { FINALIZER } from "../../../src/api/meta.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { silentObserver } from "../../support/silent-observer.ts";
import { createController } from "../../../src/controller/controller.ts";
import { createInventory } from "../../../src/kube/watch/cluster-inventory.ts";
import type { KubeResult } from "../../../src/kube/client/api-result.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { inlineText } from "../../../src/providers/text-store.ts";
import { BASE_ZONE } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";

const MINUTE = 60_000;
const CRD = "dnsaliases.dnsalias.io";
/** Below ten record sets, so that no guard holds deletes back. */
const NAMES = ["a1", "a2", "a3", "a4", "a5"];

interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
}
type Item = Readonly<Record<string, unknown>> & { readonly metadata: Meta };

/** Lists, watches and types as an apiserver has them; what is deleted while a finalizer stands is marked, and goes with its last finalizer. */
function apiserver(clock: { readonly now: () => number }) {
  const items = new Map<string, Map<string, Item>>();
  const watches = new Map<string, Set<PassThrough>>();
  const types = new Set(["dnsaliases", "dnszones", "namespaces", "configmaps", "customresourcedefinitions"]);
  let version = 1;
  const all = (plural: string): Map<string, Item> => {
    const known = items.get(plural) ?? new Map<string, Item>();
    items.set(plural, known);
    return known;
  };
  const tell = (plural: string, type: string, object: Item): void =>
    watches.get(plural)?.forEach((watch) => watch.write(`${JSON.stringify({ type, object })}\n`));
  const put = (plural: string, { metadata, ...rest }: Item): void => {
    version += 1;
    const object = { ...rest, metadata: { ...metadata, resourceVersion: String(version) } };
    const type = all(plural).has(metadata.name) ? "MODIFIED" : "ADDED";
    all(plural).set(metadata.name, object);
    tell(plural, type, object);
  };
  const remove = (plural: string, name: string): void => {
    const object = all(plural).get(name);
    if (object === undefined) {
      return;
    }
    if ((object.metadata.finalizers ?? []).length > 0) {
      const deletionTimestamp = new Date(clock.now()).toISOString();
      put(plural, { ...object, metadata: { deletionTimestamp, ...object.metadata } });
    } else {
      all(plural).delete(name);
      tell(plural, "DELETED", object);
    }
  };
  const status = (code: number, reason: string) =>
    ({ kind: "status", code, reason, message: reason, retryAfterMs: undefined, causes: [] }) as const;
  const parts = (path: string): readonly [plural: string, name: string | undefined] => {
    const [, plural = "", name] = /\/([a-z]+)(?:\/([^/?]+))?(?:\?.*)?$/.exec(path) ?? [];
    // ".../namespaces/NAME" is one namespace, ".../v1alpha1/dnsaliases" a list.
    return types.has(plural) ? [plural, name] : [name ?? "", undefined];
  };
  /** While a definition is being deleted its resource has no verb that makes objects. */
  const discoveryDocument = (): KubeResult => {
    const resources = ["dnsaliases", "dnszones"]
      .filter((plural) => types.has(plural))
      .map((plural) => {
        const isGoing = all("customresourcedefinitions").get(`${plural}.dnsalias.io`)?.metadata.deletionTimestamp;
        const verbs = [
          "delete",
          "get",
          "list",
          "watch",
          ...(isGoing === undefined ? ["create", "patch", "update"] : []),
        ];
        return { name: plural, verbs };
      });
    return { kind: "ok", status: 200, body: { resources } };
  };
  const transport: Transport = {
    async request({ path }): Promise<KubeResult> {
      if (path === "/apis/dnsalias.io/v1alpha1") {
        return discoveryDocument();
      }
      const [plural, name] = parts(path);
      const found = name === undefined ? undefined : all(plural).get(name);
      if (!types.has(plural) || (name !== undefined && found === undefined)) {
        return status(404, "NotFound");
      }
      const body = found ?? { metadata: { resourceVersion: String(version) }, items: [...all(plural).values()] };
      return { kind: "ok", status: 200, body };
    },
    async stream({ path }, signal) {
      const [plural] = parts(path);
      if (!types.has(plural)) {
        return status(404, "NotFound");
      }
      const chunks = new PassThrough();
      watches.set(plural, (watches.get(plural) ?? new Set()).add(chunks));
      signal.addEventListener("abort", () => chunks.destroy(), { once: true });
      return { kind: "stream", chunks };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    transport,
    put,
    remove,
    names: (plural: string) => [...all(plural).keys()],
    item: (plural: string, name: string) => all(plural).get(name),
    /** The type is served again, as a new definition makes it. */
    beginType: (plural: string) => void types.add(plural),
    /** The type is not served any more: its watches end, and whoever lists it is told 404. */
    endType(plural: string) {
      types.delete(plural);
      watches.get(plural)?.forEach((watch) => watch.end());
      watches.delete(plural);
    },
  };
}

/** A world that a later controller finds. */
interface Before {
  readonly clock: FakeClock;
  readonly server: ReturnType<typeof apiserver>;
  readonly store: MemoryTextStore;
}

/** The controller on the real inventory, with five names published. */
async function start(finalizers: readonly string[], before?: Before) {
  const clock = before?.clock ?? fakeClock(1_800_000_000_000);
  const server = before?.server ?? apiserver(clock);
  const putAlias = (name: string): void =>
    server.put("dnsaliases", {
      apiVersion,
      kind: "DnsAlias",
      metadata: { ...meta("web", name), finalizers },
      spec: { hostnames: [`${name}.example.com`], targets: [{ hostname: "cdn.test" }] },
    });
  const apiVersion = "dnsalias.io/v1alpha1";
  const meta = (namespace: string, name: string) => ({
    namespace,
    name,
    uid: name,
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  });
  if (before === undefined) {
    putAll();
  }
  function putAll(): void {
    server.put("customresourcedefinitions", {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: CRD, finalizers: ["customresourcecleanup.apiextensions.k8s.io"] },
    });
    const zoneFile = {
      configMap: { name: "rendered", key: "zone" },
      baseZone: { configMapKeyRef: { name: "base", key: "zone" } },
    };
    server.put("dnszones", {
      apiVersion,
      kind: "DnsZone",
      metadata: meta("dns", "com"),
      spec: { domain: "example.com", allowedNamespaces: { from: "All" }, provider: { coreDNS: { zoneFile } } },
    });
    NAMES.forEach(putAlias);
  }
  const store = before?.store ?? memoryTextStore(undefined, { location: "dns/com" });
  const stopping = new AbortController();
  const statuses: ZoneStatus[] = [];
  const common = { clock, random: () => 0.5, log: silentLogger };
  const controller = createController({
    ...common,
    ownerId: "me",
    inventory: createInventory({ ...common, transport: server.transport }),
    reporter: {
      aliasStatus: async () => ({ kind: "written" }),
      async zoneStatus(_zone, status) {
        statuses.push(status);
        return { kind: "written" };
      },
      invalidObject: async () => ({ kind: "written" }),
      async finalizer({ meta: { name } }, present) {
        if (finalizers.length === 0) {
          // As where none is set, or the right to set one is missing.
          return { kind: "written" };
        }
        const object = server.item("dnsaliases", name);
        if (object === undefined) {
          return { kind: "obsolete" };
        }
        server.put("dnsaliases", {
          ...object,
          metadata: { ...object.metadata, finalizers: present ? [FINALIZER] : [] },
        });
        if (!present && object.metadata.deletionTimestamp !== undefined) {
          server.remove("dnsaliases", name);
        }
        return { kind: "written" };
      },
      event: () => undefined,
    },
    observer: silentObserver(),
    providerOf: (of) =>
      createZoneFileProvider({
        zone: of,
        base: inlineText(BASE_ZONE, "base"),
        store,
        ownerId: "me",
        now: () => clock.now(),
      }),
    writeTargetOf: (of) => of.meta.uid,
    endpointsOf: async () => "none",
    queryServer: async () => ({ kind: "failed", message: "nobody" }),
    lookup: {
      lookUp: async (key) =>
        key.family === "A"
          ? {
              kind: "positive",
              addresses: ["198.51.100.1"],
              ttl: 60,
              maxTtl: 60,
              chain: [key.target],
              server: "s",
              authenticated: false,
            }
          : { kind: "nodata", chain: [key.target], negativeTtl: 60, server: "s" },
    },
    viewIdOf: () => "view",
    serverCountOf: () => 1,
    onResult: () => undefined,
    concurrency: 8,
  });
  const running = controller.run(stopping.signal);
  controller.lead(new AbortController().signal);
  await clock.advance(MINUTE);
  const published = (): readonly string[] =>
    NAMES.filter((name) =>
      new RegExp(`^${name}\\.example\\.com\\.\\s.*198\\.51\\.100\\.1$`, "m").test(store.text ?? ""),
    );
  assert.deepEqual(published(), NAMES);
  return {
    clock,
    server,
    store,
    published,
    putAlias,
    planHash: () => statuses.at(-1)?.planHash,
    async endDefinition() {
      server.remove("customresourcedefinitions", CRD);
      for (const name of NAMES) {
        server.remove("dnsaliases", name);
        await clock.advance(100);
      }
      while (server.names("dnsaliases").length > 0) {
        await clock.advance(1_000);
      }
      const crd = server.item("customresourcedefinitions", CRD);
      assert.ok(crd);
      server.put("customresourcedefinitions", { ...crd, metadata: { ...crd.metadata, finalizers: [] } });
      server.remove("customresourcedefinitions", CRD);
      server.endType("dnsaliases");
    },
    beginDefinition: () => server.beginType("dnsaliases"),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await clock.settle();
      await running;
    },
  };
}

for (const [what, finalizers] of [
  ["without a finalizer", []],
  ["with dnsalias's finalizer", [FINALIZER]],
] as const) {
  /** A mistaken `kubectl delete crd`, or the uninstall of a chart that owns it, takes every name out of the DNS within a second. */
  test(`published names stay when the CRD of DnsAlias is deleted, and all objects (${what}) with it`, async () => {
    await using world = await start(finalizers);
    const { clock } = world;
    // The order of an apiserver: the CRD is Terminating, its objects are deleted one after another, and with the last of them the type is gone.
    const blank = new Set<string>();
    const look = (): void => {
      const shown = world.published();
      NAMES.filter((name) => !shown.includes(name)).forEach((name) => blank.add(name));
    };
    await world.endDefinition();
    look();
    for (let second = 0; second < 30 * 60; second += 1) {
      await clock.advance(1_000);
      look();
    }
    assert.deepEqual([...blank], [], "names that were blank at some time in half an hour");
  });

  /** Whoever deletes an alias would find its name in the DNS for ever. */
  test(`a name is withdrawn when its object alone (${what}) is deleted`, async () => {
    await using world = await start(finalizers);
    world.server.remove("dnsaliases", "a1");
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(world.published(), NAMES.slice(1));
    assert.deepEqual(world.server.names("dnsaliases"), NAMES.slice(1));
  });
}

test("when the CRD of DnsAlias is back, the objects that come with it follow, and of the others the guard holds too many", async () => {
  await using world = await start([]);
  await world.endDefinition();
  await world.clock.advance(10 * MINUTE);
  NAMES.slice(0, 3).forEach(world.putAlias);
  world.beginDefinition();
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published(), NAMES);
  assert.match(world.planHash() ?? "", /^[0-9a-f]{12}$/);
  world.putAlias("a4");
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published(), NAMES.slice(0, 4), "one of five is less than the guard's share");
});

test("an alias that is created again before its CRD is gone, and one that never comes back, don't mix", async () => {
  await using world = await start([]);
  world.server.remove("dnsaliases", "a1");
  await world.clock.advance(1_000);
  world.putAlias("a1");
  world.server.remove("dnsaliases", "a2");
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published(), ["a1", "a3", "a4", "a5"]);
});

test("a controller that starts while the CRD is being deleted, or gone, withdraws nothing", async () => {
  await using first = await start([]);
  await first.endDefinition();
  for (const back of [false, true]) {
    if (back) {
      first.beginDefinition();
    }
    await using second = await start([], first);
    await second.clock.advance(10 * MINUTE);
    assert.deepEqual(second.published(), NAMES, back ? "the guard holds all of them" : "nothing is known");
  }
});
