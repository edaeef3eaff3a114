import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import { createWants, type TargetSubscriptions } from "../../../../src/controller/lookup/target-subscriptions.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

const INSIDE = zone("dns/inside", "example.com");
const OUTSIDE = zone("dns/outside", "example.com");
const A = { target: parseName("cdn.test"), family: "A", view: "dns/inside" } as const;

interface Scene {
  readonly subscriptions: TargetSubscriptions;
  /** "want cdn.test. A dns/inside", "drop …", in order. */
  readonly calls: string[];
}

/** Names of example.com go to two zones with a view each, others to none. */
function scene(): Scene {
  const calls: string[] = [];
  const subscriptions = createWants({
    zonesOf: (_alias, hostname) =>
      hostname.endsWith("example.com.") ? (hostname === "one.example.com." ? [INSIDE] : [INSIDE, OUTSIDE]) : [],
    viewIdOf: ({ meta }, { spec }) => `${meta.namespace}/${meta.name}${spec.allowPrivate ? "+private" : ""}`,
    want: ({ target, family, view }, { status }) =>
      void calls.push(`want ${target} ${family} ${view}${status === undefined ? "" : " with status"}`),
    drop: ({ target, family, view }) => void calls.push(`drop ${target} ${family} ${view}`),
  });
  return { subscriptions, calls };
}

function one(key: string, parts: Parameters<typeof alias>[1] = {}): DnsAlias {
  return alias(key, { hostnames: ["one.example.com"], ...parts });
}

function take({ calls }: Scene): readonly string[] {
  return calls.splice(0);
}

test("an alias needs one stream for each target, family and view", () => {
  const at = scene();
  at.subscriptions.update("web/shop", alias("web/shop", { targets: ["cdn.test", ["192.0.2.1"], "two.test"] }));
  assert.deepEqual(take(at), [
    "want cdn.test. A dns/inside",
    "want cdn.test. AAAA dns/inside",
    "want two.test. A dns/inside",
    "want two.test. AAAA dns/inside",
    "want cdn.test. A dns/outside",
    "want cdn.test. AAAA dns/outside",
    "want two.test. A dns/outside",
    "want two.test. AAAA dns/outside",
  ]);
});

test("families and private addresses are the alias's own choice, and its status comes along", () => {
  const at = scene();
  const status = { observedGeneration: 1, conditions: [], hostnames: [], targets: [] };
  at.subscriptions.update("web/shop", {
    ...one("web/shop", { spec: { families: ["A"], allowPrivate: true } }),
    status,
  });
  assert.deepEqual(take(at), ["want cdn.test. A dns/inside+private with status"]);
});

test("an alias that no zone takes, that is being deleted, or that is unknown needs none", () => {
  const at = scene();
  at.subscriptions.update("web/a", alias("web/a", { hostnames: ["example.net"] }));
  at.subscriptions.update("web/b", one("web/b", { meta: { deletedAt: 1 } }));
  at.subscriptions.update("web/c", undefined);
  assert.deepEqual([take(at), at.subscriptions.size()], [[], 0]);
});

test("an edit starts and drops only what differs, and the same alias again does nothing", () => {
  const at = scene();
  at.subscriptions.update(
    "web/shop",
    one("web/shop", { targets: ["cdn.test", "two.test"], spec: { families: ["A"] } }),
  );
  take(at);
  const edited = one("web/shop", { targets: ["cdn.test", "new.test"], spec: { families: ["A"] } });
  at.subscriptions.update("web/shop", edited);
  assert.deepEqual(take(at), ["want new.test. A dns/inside", "drop two.test. A dns/inside"]);
  at.subscriptions.update("web/shop", edited);
  assert.deepEqual(take(at), []);
});

test("aliases share a stream, each is told of with it, and each gives it back for itself", () => {
  const at = scene();
  const spec = { families: ["A"] } as const;
  at.subscriptions.update("web/a", one("web/a", { spec }));
  at.subscriptions.update("web/b", one("web/b", { spec }));
  assert.deepEqual(take(at), ["want cdn.test. A dns/inside", "want cdn.test. A dns/inside"]);
  assert.deepEqual([...at.subscriptions.aliasesOf(A)], ["web/a", "web/b"]);
  assert.deepEqual([...at.subscriptions.streamsOf("web/a")], [A]);
  at.subscriptions.update("web/a", undefined);
  assert.deepEqual(take(at), ["drop cdn.test. A dns/inside"]);
  assert.deepEqual([...at.subscriptions.aliasesOf(A)], ["web/b"]);
  assert.deepEqual([...at.subscriptions.streamsOf("web/a")], []);
});

test("a stream that no alias needs any more leaves nothing in memory", () => {
  const at = scene();
  for (let index = 0; index < 100; index += 1) {
    at.subscriptions.update("web/shop", one("web/shop", { targets: [`t${index}.test`] }));
    assert.equal(at.subscriptions.size(), 3, "two streams and one alias");
  }
  at.subscriptions.update("web/shop", undefined);
  assert.equal(at.subscriptions.size(), 0);
});

/** Its namespace uses `own` targets of its own as well. */
function withTargets(key: string, own: number): DnsAlias {
  const names = Array.from({ length: own }, (_, index) => `t${index}.${key.replace("/", "-")}.test`);
  return one(key, { targets: ["cdn.test", ...names], spec: { families: ["A"] } });
}

test("a shared target takes the turn of the namespace with the fewest streams, also after edits", () => {
  const { subscriptions } = scene();
  const turn = (): string => subscriptions.namespaceOf(A);
  assert.equal(turn(), "");
  subscriptions.update("big/a", withTargets("big/a", 9));
  assert.equal(turn(), "big");
  subscriptions.update("small/a", withTargets("small/a", 2));
  assert.equal(turn(), "small");
  subscriptions.update("small/a", withTargets("small/a", 3));
  subscriptions.update("small/a", withTargets("small/a", 4));
  assert.equal(turn(), "small", "an edit counts only the difference");
  subscriptions.update("small/b", withTargets("small/b", 6));
  assert.equal(turn(), "big", "all aliases of a namespace count");
  subscriptions.update("small/a", undefined);
  assert.equal(turn(), "small", "a deleted alias no longer counts");
  subscriptions.update("small/b", undefined);
  assert.equal(turn(), "big");
});

test("of more than 64 users of a target, the first ones decide about its turn", () => {
  const { subscriptions } = scene();
  for (let index = 0; index < 64; index += 1) {
    subscriptions.update(`big/a${index}`, withTargets(`big/a${index}`, 1));
  }
  subscriptions.update("small/a", withTargets("small/a", 0));
  assert.equal(subscriptions.namespaceOf(A), "big");
  subscriptions.update("big/a0", undefined);
  assert.equal(subscriptions.namespaceOf(A), "small");
});

test("a stream is looked up in the turn of the namespace that has fewer streams now, not of one that had few", () => {
  const at = scene();
  const big = (...targets: readonly string[]): DnsAlias => one("big/shop", { targets });
  const small = (...targets: readonly string[]): DnsAlias => one("small/shop", { targets });
  at.subscriptions.update("big/shop", big("cdn.test", "two.test", "three.test"));
  at.subscriptions.update("small/shop", small("cdn.test"));
  assert.equal(at.subscriptions.namespaceOf(A), "small");
  at.subscriptions.update("small/shop", small("cdn.test", "a.test", "b.test", "c.test"));
  assert.equal(at.subscriptions.namespaceOf(A), "big");
  at.subscriptions.update("small/shop", undefined);
  at.subscriptions.update("small/shop", small("cdn.test"));
  assert.equal(at.subscriptions.namespaceOf(A), "small");
  at.subscriptions.update("big/shop", big("cdn.test"));
  assert.equal(at.subscriptions.namespaceOf(A), "big", "both have two streams, and big is the first");
  at.subscriptions.update("big/shop", undefined);
  at.subscriptions.update("small/shop", undefined);
  assert.equal(at.subscriptions.size(), 0);
  assert.equal(at.subscriptions.namespaceOf(A), "");
});
