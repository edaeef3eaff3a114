import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { after, before, describe, it } from "node:test";
import { memberAt, textAt, type JsonObject } from "../../../src/base/json.ts";
import { runListWatch, type ListWatchHandlers, type ListWatchSpec } from "../../../src/kube/watch/list-watch.ts";
import { CONFIG_MAPS, DNS_ALIASES, pathOf, type Resource } from "../../../src/kube/client/resource.ts";
import { keyOf } from "../../../src/kube/watch/known-versions.ts";
import { MERGE_PATCH, type Transport } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { faultyTransport, type FaultyTransport } from "./faulty-transport.ts";
import { aliasManifest, kubectl, liveDeps, NEVER, ok, openTransport, startCluster, until } from "./fixture.ts";

describe("list and watch at a real apiserver", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  before(async () => {
    // Without the snapshots of its cache the apiserver pages from etcd, where a compaction ends a list half-way.
    server = await startCluster({ moreArgs: ["--feature-gates=ListFromCacheSnapshot=false"] });
    transport = await openTransport(server.kubeconfig);
  });
  after(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const create = async (namespace: string, name: string, value = "1") =>
    ok(transport, {
      method: "POST",
      path: pathOf(CONFIG_MAPS, { namespace }),
      body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } },
    });
  const change = (namespace: string, name: string, value: string) =>
    ok(transport, {
      method: "PATCH",
      path: pathOf(CONFIG_MAPS, { namespace, name }),
      contentType: MERGE_PATCH,
      body: { data: { value } },
    });
  const remove = (namespace: string, name: string) =>
    ok(transport, { method: "DELETE", path: pathOf(CONFIG_MAPS, { namespace, name }) });

  async function prepared(namespace: string, count: number): Promise<void> {
    await kubectl(server, "create", "namespace", namespace);
    await Promise.all(Array.from({ length: count }, (_, index) => create(namespace, `c${index}`)));
  }

  it("pages through a list, then follows changes and deletions", async () => {
    await prepared("paged", 25);
    await using view = watchInto(faultyTransport(transport), { ...spec("paged"), pageSize: 10 });
    await until("listed", () => view.listed === 1);
    assert.equal(view.objects.size, 25);
    assert.equal(view.faulty.seen.filter((line) => line === "list 200").length, 3);
    assert.equal(memberAt(view.objects.get("paged/c0"), "metadata", "managedFields"), undefined);
    assert.equal(textAt(view.objects.get("paged/c0"), "kind"), "ConfigMap");
    await change("paged", "c3", "2");
    await create("paged", "new");
    await remove("paged", "c4");
    await until("change seen", () => textAt(view.objects.get("paged/c3"), "data", "value") === "2");
    await until("creation seen", () => view.objects.has("paged/new"));
    await until("deletion seen", () => !view.objects.has("paged/c4"));
    assert.equal(view.listed, 1);
  });

  it("begins a list anew when etcd is compacted half-way through its pages", async () => {
    await prepared("compacted", 30);
    const faulty = faultyTransport(transport);
    let pages = 0;
    faulty.onListed = async () => {
      pages += 1;
      if (pages === 1) {
        await create("compacted", "meanwhile");
        await compact(server);
      }
    };
    await using view = watchInto(faulty, { ...spec("compacted"), pageSize: 10 });
    await until("listed", () => view.listed === 1);
    assert.deepEqual(faulty.seen.slice(0, 3), ["list 200", "list 410", "list 200"]);
    assert.equal(view.objects.size, 31);
  });

  it("tells what changed and what was deleted while it was cut off, from where it was", async () => {
    await prepared("cut", 5);
    await using view = watchInto(faultyTransport(transport), spec("cut"));
    await until("watching", () => view.faulty.seen.includes("watch 200"));
    view.faulty.cut();
    await until("trouble told", () => view.trouble !== undefined);
    await change("cut", "c1", "2");
    await remove("cut", "c2");
    view.faulty.mend();
    await until("change seen", () => textAt(view.objects.get("cut/c1"), "data", "value") === "2");
    await until("deletion seen", () => !view.objects.has("cut/c2"));
    assert.equal(view.trouble, undefined);
    assert.equal(view.listed, 1, "the watch went on from its version, without a new list");
  });

  it("lists anew on 410, tells the deletions it missed, and survives a killed and restarted apiserver", async () => {
    await prepared("gone", 5);
    await using view = watchInto(faultyTransport(transport), spec("gone"));
    await until("watching", () => view.faulty.seen.includes("watch 200"));
    // Not cut: many refused watches are a reason for a list too.
    view.faulty.hold();
    await change("gone", "c1", "2");
    await remove("gone", "c2");
    await create("gone", "late");
    await compact(server);
    await server.kill();
    await server.start();
    view.faulty.mend();
    await until("change seen", () => textAt(view.objects.get("gone/c1"), "data", "value") === "2");
    await until("deletion seen", () => !view.objects.has("gone/c2"));
    await until("creation seen", () => view.objects.has("gone/late"));
    assert.ok(
      view.faulty.seen.some((line) => line.endsWith("410")),
      `the version was too old: ${view.faulty.seen.join(", ")}`,
    );
    assert.ok(view.listed >= 2);
    assert.equal(view.trouble, undefined);
  });

  it("waits through an apiserver that is down, and goes on", async () => {
    await prepared("down", 3);
    await using view = watchInto(faultyTransport(transport), spec("down"));
    await until("watching", () => view.faulty.seen.includes("watch 200"));
    await server.kill();
    await until("trouble told", () => view.trouble !== undefined);
    await server.start();
    await create("down", "after");
    await until("creation seen", () => view.objects.has("down/after"));
    assert.equal(view.objects.size, 4);
  });

  it("starts new watches when the server ends them, and lists no more", async () => {
    await prepared("short", 2);
    await using view = watchInto(faultyTransport(transport), { ...spec("short"), watchSeconds: 2 });
    await until("three watches", () => view.faulty.seen.filter((line) => line === "watch 200").length >= 3);
    assert.equal(view.listed, 1);
    await create("short", "after");
    await until("creation seen", () => view.objects.has("short/after"));
  });

  it("waits for a CRD that is not there yet", async () => {
    const resource: Resource = { apiVersion: "example.org/v1", kind: "Thing", plural: "things" };
    await using view = watchInto(faultyTransport(transport), { resource, backoff: FAST });
    await until("404 told", () => view.trouble?.includes("404") === true);
    const { code, stderr } = await server.kubectl(["apply", "-f", "-"], { input: THING_CRD });
    assert.equal(code, 0, stderr);
    await until("listed", () => view.listed === 1);
    // The API server can refuse the first watch: "429: storage is (re)initializing".
    await until("no trouble", () => view.trouble === undefined);
  });

  it("goes on after a handler that throws", async () => {
    await prepared("throwing", 3);
    const faulty = faultyTransport(transport);
    let calls = 0;
    await using view = watchInto(faulty, spec("throwing"), () => {
      calls += 1;
      throw new Error("handler");
    });
    await until("listed", () => view.listed === 1);
    assert.equal(calls, 3);
    await create("throwing", "next");
    await until("told of the next", () => calls === 4);
  });

  it("takes in 5,000 DnsAliases without holding up the event loop", async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `a${index}`);
    await kubectl(server, "create", "namespace", "many");
    await Promise.all(
      names.map((name) =>
        ok(transport, {
          method: "POST",
          path: pathOf(DNS_ALIASES, { namespace: "many" }),
          body: aliasManifest(name, "many"),
          timeoutMs: 60_000,
        }),
      ),
    );
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const startedAt = performance.now();
    await using view = watchInto(faultyTransport(transport), { resource: DNS_ALIASES, namespace: "many" });
    await until("listed", () => view.listed === 1, 60_000);
    delay.disable();
    const stallMs = Math.round(delay.max / 1e6);
    process.stdout.write(`# 5,000 objects in ${Math.round(performance.now() - startedAt)} ms, stall ${stallMs} ms\n`);
    assert.equal(view.objects.size, 5000);
    assert.equal(view.faulty.seen.filter((line) => line === "list 200").length, 10);
  });
});

const FAST = { firstMs: 50, maxMs: 500, spread: 0.2 };

function spec(namespace: string): ListWatchSpec {
  return { resource: CONFIG_MAPS, namespace, backoff: FAST };
}

interface View extends AsyncDisposable {
  readonly faulty: FaultyTransport;
  readonly objects: Map<string, JsonObject>;
  listed: number;
  trouble: string | undefined;
}

/** A copy of what the apiserver has, kept by a list-watch. */
function watchInto(faulty: FaultyTransport, spec: ListWatchSpec, onObject?: () => void): View {
  const stop = new AbortController();
  const view: View = {
    faulty,
    objects: new Map(),
    listed: 0,
    trouble: undefined,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
  const handlers: ListWatchHandlers = {
    onObject: (object) => {
      view.objects.set(keyOf(object), object);
      onObject?.();
    },
    onGone: (key) => view.objects.delete(key),
    onListed: () => {
      view.listed += 1;
    },
    onTrouble: (trouble) => {
      view.trouble = trouble;
    },
  };
  const done = runListWatch(liveDeps(faulty), spec, handlers, AbortSignal.any([stop.signal, NEVER]));
  return view;
}

/** etcd forgets every revision but the last. */
async function compact(server: KubeApiserver): Promise<void> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${server.etcd.clientUrl}${path}`, { method: "POST", body: JSON.stringify(body) });
    return response.json();
  };
  const key = Buffer.from("x").toString("base64");
  const revision = textAt(await post("/v3/kv/range", { key }), "header", "revision");
  await post("/v3/kv/compaction", { revision, physical: true });
}

const THING_CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
