import assert from "node:assert/strict";
import { test } from "node:test";
import { DNS_ZONES, NAMESPACES } from "../../../../src/kube/client/resource.ts";
import { runListWatch, trimObject, type ListWatchSpec } from "../../../../src/kube/watch/list-watch.ts";
import { ok, refusal } from "../../../support/scripted-transport.ts";
import { type Reply, watchedServer } from "./watched-server.ts";

const object = (name: string, resourceVersion: string, more: object = {}) => ({
  metadata: { namespace: "dns", name, resourceVersion, ...more },
});
const page = (items: readonly unknown[], resourceVersion = "10", next = ""): Reply => ({
  kind: "page",
  result: ok({ metadata: { resourceVersion, ...(next === "" ? {} : { continue: next }) }, items }),
});
const watch = (...lines: readonly unknown[]): Reply => ({ kind: "watch", lines, stays: true });
const event = (type: string, name: string, version: string) => ({ type, object: object(name, version) });

interface Played {
  readonly told: readonly string[];
  readonly requests: readonly string[];
  readonly logged: readonly string[];
  readonly restarts: readonly string[];
}

/** Plays for this long, and lists what was told. */
async function play(replies: readonly Reply[], ms = 0, spec: Partial<ListWatchSpec> = {}): Promise<Played> {
  const { deps, clock, requests, logged, restarts } = watchedServer({ dnszones: replies, namespaces: replies });
  const stop = new AbortController();
  const told: string[] = [];
  const running = runListWatch(
    deps,
    { resource: DNS_ZONES, ...spec },
    {
      onObject: (seen) => {
        const { name = "", resourceVersion = "" } = JSON.parse(JSON.stringify(seen)).metadata;
        told.push(`${name}@${resourceVersion}`);
        if (name === "throws") {
          throw new Error("a handler's defect");
        }
      },
      onGone: (key) => told.push(`gone ${key}`),
      onListed: () => told.push("listed"),
      onTrouble: (trouble) => told.push(`trouble: ${trouble ?? "none"}`),
    },
    stop.signal,
  );
  await clock.settle();
  await clock.advance(ms);
  await clock.settle();
  stop.abort();
  await running;
  return { told, requests: [...requests], logged, restarts };
}

test("pages are listed, then watched from the list's version; what comes by watch is told once for each version", async () => {
  const { told, requests } = await play([
    page([object("a", "1"), object("b", "2")], "9", "next"),
    page([object("c", "3")], "10"),
    watch(
      event("ADDED", "d", "11"),
      event("MODIFIED", "a", "12"),
      event("MODIFIED", "a", "12"),
      event("BOOKMARK", "", "13"),
      event("DELETED", "b", "14"),
      event("DELETED", "b", "15"),
    ),
  ]);
  assert.deepEqual(told, ["a@1", "b@2", "c@3", "listed", "d@11", "a@12", "gone dns/b"]);
  assert.deepEqual(requests, [
    "application/json /apis/dnsalias.io/v1alpha1/dnszones?limit=500",
    "application/json /apis/dnsalias.io/v1alpha1/dnszones?limit=500&continue=next",
    "application/json /apis/dnsalias.io/v1alpha1/dnszones?watch=1&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=319",
  ]);
});

test("one namespace, one object, and metadata only, in pages and watches of a given size", async () => {
  const spec = {
    resource: NAMESPACES,
    fieldSelector: "metadata.name=web",
    metadataOnly: true,
    pageSize: 7,
    watchSeconds: 10,
  };
  const { requests } = await play([page([]), watch()], 0, spec);
  assert.deepEqual(requests, [
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1 /api/v1/namespaces?limit=7&fieldSelector=metadata.name%3Dweb",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1 /api/v1/namespaces?watch=1&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=11&fieldSelector=metadata.name%3Dweb",
  ]);
  const { requests: inOne } = await play([page([])], 0, { namespace: "dns" });
  assert.equal(inOne[0], "application/json /apis/dnsalias.io/v1alpha1/namespaces/dns/dnszones?limit=500");
});

test("a watch that the server ends after its time goes on where it was, without a list", async () => {
  const { told, requests, restarts } = await play(
    [page([]), { kind: "watch", lines: [event("ADDED", "a", "11")], takesMs: 1_000 }, watch(event("ADDED", "b", "12"))],
    1_000,
  );
  assert.deepEqual(told, ["listed", "a@11", "b@12"]);
  assert.match(requests[2] ?? "", /watch=1.*resourceVersion=11/);
  assert.deepEqual(restarts, []);
});

test("a watch that ends at once is waited for, and is trouble", async () => {
  const replies: readonly Reply[] = [page([]), { kind: "watch", lines: [] }, watch()];
  const soon = await play(replies, 499);
  assert.deepEqual(soon.told, ["listed", "trouble: the watch ends as soon as it starts"]);
  const { told, logged, restarts } = await play(replies, 500);
  assert.deepEqual(told, [...soon.told, "trouble: none"]);
  assert.deepEqual(logged, ["watch interrupted", "watching again"]);
  assert.deepEqual(restarts, ["dnszones watch"]);
});

test("a watch that ends at once is trouble, however long the watches before it took", async () => {
  const { told } = await play(
    [page([]), { kind: "watch", lines: [], takesMs: 290_000 }, { kind: "watch", lines: [] }],
    290_000,
  );
  assert.deepEqual(told, ["listed", "trouble: the watch ends as soon as it starts"]);
});

test("an object that was deleted while nothing was watched is gone after the next list", async () => {
  const { told, requests } = await play([
    page([object("a", "1"), object("b", "2")]),
    watch({ type: "ERROR", object: { code: 410, message: "too old resource version" } }),
    page([object("b", "2")], "20"),
    watch(),
  ]);
  assert.deepEqual(told, ["a@1", "b@2", "listed", "gone dns/a", "listed"]);
  assert.match(requests[3] ?? "", /resourceVersion=20/);
});

const TROUBLES: readonly {
  readonly name: string;
  readonly replies: readonly Reply[];
  readonly told: readonly string[];
}[] = [
  {
    name: "a list that isn't answered",
    replies: [{ kind: "page", result: { kind: "unreachable", message: "reset" } }, page([]), watch()],
    told: ["trouble: the apiserver cannot be reached: reset", "listed", "trouble: none"],
  },
  {
    name: "a list that is refused",
    replies: [{ kind: "page", result: refusal(403, { message: "no right" }) }, page([]), watch()],
    told: ["trouble: the apiserver answered 403: no right", "listed", "trouble: none"],
  },
  {
    name: "a second page that isn't answered goes on where it was",
    replies: [
      page([object("a", "1")], "9", "next"),
      { kind: "page", result: refusal(503) },
      page([object("b", "2")]),
      watch(),
    ],
    told: ["a@1", "trouble: the apiserver answered 503", "b@2", "listed", "trouble: none"],
  },
  {
    name: "a watch that isn't answered",
    replies: [page([]), { kind: "no watch", result: { kind: "unreachable", message: "reset" } }, watch()],
    told: ["listed", "trouble: the apiserver cannot be reached: reset", "trouble: none"],
  },
  {
    name: "a watch that is refused",
    replies: [page([]), { kind: "no watch", result: refusal(500, { message: "etcd" }) }, watch()],
    told: ["listed", "trouble: the apiserver answered 500: etcd", "trouble: none"],
  },
  {
    name: "a line that is no event",
    replies: [page([]), watch("{}"), watch()],
    told: ["listed", "trouble: the watch sent a line that is not an event", "trouble: none"],
  },
  {
    name: "an error within the watch",
    replies: [page([]), watch({ type: "ERROR", object: { code: 500, message: "broken" } }), watch()],
    told: ["listed", "trouble: the watch was ended: broken", "trouble: none"],
  },
];
for (const { name, replies, told } of TROUBLES) {
  test(`trouble that passes: ${name}`, async () => {
    const played = await play(replies, 600);
    // onListed comes before the step that ends the trouble.
    assert.deepEqual(played.told, told);
    assert.deepEqual(played.logged, ["watch interrupted", "watching again"]);
    assert.equal(played.restarts.length, 1);
  });
}

test("a page that is asked for again doesn't start the list over", async () => {
  const { requests } = await play(
    [page([object("a", "1")], "9", "next"), { kind: "page", result: refusal(503) }, page([]), watch()],
    600,
  );
  assert.deepEqual(
    requests.slice(1, 3).map((request) => request.split("?")[1]),
    ["limit=500&continue=next", "limit=500&continue=next"],
  );
});

test("trouble is logged once, however long it lasts", async () => {
  const away: Reply = { kind: "page", result: { kind: "unreachable", message: "reset" } };
  const { logged } = await play([away, away, away, page([]), watch()], 60_000);
  assert.deepEqual(logged, ["watch interrupted", "watching again"]);
});

test("a handler that throws ends nothing", async () => {
  const { told, logged } = await play([
    page([object("throws", "1"), object("a", "2")]),
    watch(event("ADDED", "b", "11")),
  ]);
  assert.deepEqual(told, ["throws@1", "a@2", "listed", "b@11"]);
  assert.deepEqual(logged, ["handler of a watched object failed"]);
});

test("items that are no objects are left out, and more than a hundred come as well", async () => {
  const many = Array.from({ length: 250 }, (_, index) => object(`n${index}`, String(index)));
  const { told } = await play([
    page(["text", ...many]),
    watch(...many.map(({ metadata: { name } }) => event("DELETED", name, "300"))),
  ]);
  assert.equal(told.length, 501);
  assert.deepEqual([told[0], told[249], told[250], told[500]], ["n0@0", "n249@249", "listed", "gone dns/n249"]);
});

test("an object is told with the kind of its list, and without what nobody reads", async () => {
  const metadata = {
    name: "a",
    managedFields: [{}],
    annotations: { x: "y", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
  };
  assert.deepEqual(trimObject({ metadata, spec: 1 }), { metadata: { name: "a", annotations: { x: "y" } }, spec: 1 });
  assert.deepEqual(trimObject({ metadata: { name: "a", annotations: { x: "y" }, managedFields: [] } }), {
    metadata: { name: "a", annotations: { x: "y" } },
  });
  assert.deepEqual(trimObject({ spec: 1 }), { spec: 1 });
});
