import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { ResourceRef } from "../../../../src/api/resource-ref.ts";
import { createReferenceWatcher } from "../../../../src/kube/watch/reference-watch.ts";
import { alias } from "../../../support/objects.ts";
import { ok, refusal } from "../../../support/scripted-transport.ts";
import { watchedServer, type Reply } from "./watched-server.ts";

const EDGE: ResourceRef = { kind: "Service", name: "edge", namespace: "infra" };

function referring(key: string, ...refs: readonly ResourceRef[]): DnsAlias {
  return alias(key, { spec: { targets: refs.map((ref) => ({ kind: "resourceRef", priority: 0, ref })) } });
}

const SERVICE = {
  metadata: { namespace: "infra", name: "edge", resourceVersion: "1" },
  spec: { type: "LoadBalancer" },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
};

const list = (...items: readonly object[]): Reply => ({
  kind: "page",
  result: ok({ metadata: { resourceVersion: "10" }, items }),
});
const refused = (code: number): Reply => ({
  kind: "page",
  result: { kind: "status", code, reason: "", message: "no", retryAfterMs: undefined, causes: [] },
});
const watch = (...lines: readonly object[]): Reply => ({ kind: "watch", lines, stays: true });

function start(replies: Readonly<Record<string, readonly Reply[]>>) {
  const server = watchedServer(replies);
  const findings: string[] = [];
  const watcher = createReferenceWatcher(server.deps, {}, ({ namespace, ref, finding }) => {
    const shown = finding.kind === "found" ? finding.addresses.join() : finding.kind;
    findings.push(`${namespace} ${ref.name} ${shown}`);
  });
  return { ...server, watcher, findings };
}

const GRANT = {
  metadata: { namespace: "infra", name: "aliases", resourceVersion: "5" },
  spec: {
    from: [{ group: "dnsalias.io", kind: "DnsAlias", namespace: "web" }],
    to: [{ group: "", kind: "Service" }],
  },
};

/** Discovery documents of the Gateway API come by the same path as lists. */
function grantsServed(version: "v1" | "v1beta1"): Reply {
  return {
    kind: "page",
    result: ok({ groupVersion: version, resources: [{ name: "referencegrants", verbs: ["create", "list", "watch"] }] }),
  };
}

describe("objects of another namespace", () => {
  test("are read only with a ReferenceGrant, and no longer when it is deleted", async () => {
    const { watcher, clock, findings, requests } = start({
      "discovery v1": [grantsServed("v1")],
      referencegrants: [
        list(),
        { kind: "watch", lines: [{ type: "ADDED", object: GRANT }], silentMs: 1_000, takesMs: 2_000 },
        watch({ type: "DELETED", object: GRANT }),
      ],
      "services edge": [list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.deepEqual(findings, ["web edge notPermitted"]);
    assert.ok(!requests.some((request) => request.includes("/services")), "nothing is read without consent");
    await clock.advance(1_000);
    assert.deepEqual(findings, ["web edge notPermitted", "web edge 192.0.2.1"]);
    await clock.advance(3_000);
    assert.deepEqual(findings, ["web edge notPermitted", "web edge 192.0.2.1", "web edge notPermitted"]);
    await watcher.stop();
  });

  test("use version v1beta1 where v1 is not served, and have no grants without the CRD", async () => {
    const { watcher, clock, findings } = start({
      "discovery v1": [refused(404), refused(404)],
      "discovery v1beta1": [refused(404), grantsServed("v1beta1")],
      referencegrants: [list(GRANT), watch()],
      "services edge": [list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.deepEqual(findings, ["web edge notPermitted"]);
    await clock.advance(15_000);
    assert.deepEqual(findings, ["web edge notPermitted", "web edge 192.0.2.1"]);
    await watcher.stop();
  });

  test("wait while the API server doesn't answer which version of ReferenceGrants it serves", async () => {
    const { watcher, clock, findings } = start({
      "discovery v1": [refused(503), refused(503), grantsServed("v1")],
      "discovery v1beta1": [grantsServed("v1beta1")],
      referencegrants: [list(GRANT), watch()],
      "services edge": [list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.advance(1_999);
    assert.deepEqual(findings, []);
    await clock.advance(1);
    assert.deepEqual(findings, ["web edge 192.0.2.1"]);
    await watcher.stop();
  });

  test("wait for the last page of ReferenceGrants", async () => {
    const other = { ...GRANT, metadata: { ...GRANT.metadata, name: "other" }, spec: { from: [], to: [] } };
    const first: Reply = {
      kind: "page",
      result: ok({ metadata: { resourceVersion: "10", continue: "next" }, items: [other] }),
    };
    const { watcher, clock, findings } = start({
      "discovery v1": [grantsServed("v1")],
      referencegrants: [first, list(GRANT), watch()],
      "services edge": [list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.deepEqual(findings, ["web edge 192.0.2.1"]);
    await watcher.stop();
  });

  test("use the other version once the first one is no longer served", async () => {
    const ended: Reply = { kind: "no watch", result: refusal(404) };
    const { watcher, clock, findings, requests } = start({
      "discovery v1": [grantsServed("v1"), refused(404)],
      "discovery v1beta1": [grantsServed("v1beta1")],
      referencegrants: [list(GRANT), ended, list(), watch()],
      "services edge": [list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.advance(5_000);
    assert.deepEqual(findings, ["web edge 192.0.2.1", "web edge notPermitted"]);
    assert.ok(requests.some((request) => request.includes("/v1beta1/namespaces/infra/referencegrants?limit=")));
    await watcher.stop();
  });

  test("are permitted again when the right to watch ReferenceGrants is back", async () => {
    const lost: Reply = { kind: "no watch", result: refusal(403) };
    const { watcher, clock, findings } = start({
      "discovery v1": [grantsServed("v1")],
      referencegrants: [list(GRANT), lost, list(GRANT), watch()],
      "services edge": [list(SERVICE), list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.equal(findings.at(-1), "web edge forbidden");
    await clock.advance(60_000);
    assert.equal(findings.at(-1), "web edge 192.0.2.1");
    await watcher.stop();
  });

  test("stay forbidden until the list after a refusal is complete, whatever was permitted before", async () => {
    const lost: Reply = { kind: "no watch", result: refusal(403) };
    const first: Reply = {
      kind: "page",
      result: ok({ metadata: { resourceVersion: "10", continue: "next" }, items: [] }),
    };
    const { watcher, clock, findings } = start({
      "discovery v1": [grantsServed("v1")],
      referencegrants: [list(GRANT), lost, first],
      "services edge": [list(SERVICE), list(SERVICE), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.advance(60_000);
    assert.deepEqual(findings, ["web edge forbidden"]);
    await watcher.stop();
  });

  test("need a new consent when an alias refers to them again", async () => {
    const { watcher, clock, findings, requests } = start({
      "discovery v1": [grantsServed("v1"), grantsServed("v1")],
      referencegrants: [list(GRANT), watch()],
      "services edge": [list(SERVICE), watch(), list()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    watcher.removeAlias("web/a");
    await clock.settle();
    const before = requests.length;
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    const later = requests.slice(before);
    assert.ok(later.length > 0 && !later.some((request) => request.includes("/services")), later.join());
    assert.deepEqual(findings, ["web edge 192.0.2.1"]);
    await watcher.stop();
  });

  test("don't keep the watcher from its end while the CRD is absent", async () => {
    const absent = Array.from({ length: 2 }, () => refused(404));
    const { watcher, clock } = start({ "discovery v1": absent, "discovery v1beta1": absent });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.equal(clock.sleepers(), 1);
    await watcher.stop();
    assert.equal(clock.sleepers(), 0);
  });

  test("are forbidden without the right to watch ReferenceGrants", async () => {
    const { watcher, clock, findings } = start({
      "discovery v1": [grantsServed("v1")],
      referencegrants: [refused(403)],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.deepEqual(findings, ["web edge forbidden"]);
    await watcher.stop();
  });
});
