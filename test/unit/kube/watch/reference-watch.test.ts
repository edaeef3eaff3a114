import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { ResourceRef } from "../../../../src/api/resource-ref.ts";
import { createReferenceWatcher } from "../../../../src/kube/watch/reference-watch.ts";
import { alias } from "../../../support/objects.ts";
import { ok } from "../../../support/scripted-transport.ts";
import { watchedServer, type Reply } from "./watched-server.ts";

const WEB: ResourceRef = { kind: "Service", name: "web" };
const EDGE: ResourceRef = { kind: "Service", name: "edge", namespace: "infra" };

function referring(key: string, ...refs: readonly ResourceRef[]): DnsAlias {
  return alias(key, { spec: { targets: refs.map((ref) => ({ kind: "resourceRef", priority: 0, ref })) } });
}

function service(name: string, ip: string | undefined, version: string, namespace = "web"): object {
  return {
    metadata: { namespace, name, resourceVersion: version },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  };
}

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

describe("objects that aliases refer to", () => {
  test("are watched by name, and two references to one object share the watch", async () => {
    const { watcher, clock, findings, requests } = start({
      "services web": [
        list(service("web", "192.0.2.1", "1")),
        watch(
          { type: "MODIFIED", object: service("web", "192.0.2.1", "11") },
          { type: "MODIFIED", object: service("web", "192.0.2.2", "12") },
          { type: "DELETED", object: service("web", "192.0.2.2", "13") },
        ),
      ],
    });
    assert.equal(watcher.isRead(), true);
    watcher.setAlias(referring("web/a", WEB));
    watcher.setAlias(referring("web/b", WEB));
    assert.equal(watcher.isRead(), false);
    await clock.settle();
    assert.equal(watcher.isRead(), true);
    assert.deepEqual(findings, ["web web 192.0.2.1", "web web 192.0.2.2", "web web missing"]);
    assert.deepEqual(requests, [
      "application/json /api/v1/namespaces/web/services?limit=500&fieldSelector=metadata.name%3Dweb",
      "application/json /api/v1/namespaces/web/services?watch=1&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=319&fieldSelector=metadata.name%3Dweb",
    ]);
    await watcher.stop();
  });

  test("are watched by namespace from 20 on, and a later reference to one of them needs no new list", async () => {
    const names = Array.from({ length: 20 }, (_, at) => `s${at}`);
    const all = [...names, "later"].map((name) => service(name, "192.0.2.1", "1"));
    const { watcher, clock, findings, requests } = start({ services: [list(...all), watch()] });
    names.forEach((name) => watcher.setAlias(referring(`web/${name}`, { kind: "Service", name })));
    await clock.settle();
    assert.equal(findings.length, 20);
    watcher.setAlias(referring("web/later", { kind: "Service", name: "later" }));
    await clock.settle();
    assert.equal(findings.at(-1), "web later 192.0.2.1");
    assert.equal(requests.length, 2);
    await watcher.stop();
  });

  test("are missing or forbidden by what the API server says, and the others continue", async () => {
    const { watcher, clock, findings } = start({
      services: [list(), watch({ type: "ADDED", object: service("web", "192.0.2.1", "11") })],
      gateways: [refused(404)],
      ingresses: [refused(403), list(), watch()],
    });
    watcher.setAlias(referring("web/a", WEB, { kind: "Gateway", name: "edge" }, { kind: "Ingress", name: "front" }));
    await clock.settle();
    assert.deepEqual(findings.toSorted(), [
      "web edge missing",
      "web front forbidden",
      "web web 192.0.2.1",
      "web web missing",
    ]);
    await clock.advance(1_000);
    assert.equal(findings.at(-1), "web front missing");
    await watcher.stop();
  });

  test("are no longer watched when the last alias is gone", async () => {
    const { watcher, clock, findings } = start({ services: [list(service("web", "192.0.2.1", "1")), watch(), list()] });
    watcher.setAlias(referring("web/a", WEB));
    await clock.settle();
    watcher.removeAlias("web/a");
    await clock.settle();
    watcher.setAlias(referring("web/a", WEB));
    await clock.settle();
    assert.deepEqual(findings, ["web web 192.0.2.1", "web web missing"]);
    await watcher.stop();
  });
});

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
      "services edge": [list(service("edge", "192.0.2.1", "1", "infra")), watch()],
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
      "services edge": [list(service("edge", "192.0.2.1", "1", "infra")), watch()],
    });
    watcher.setAlias(referring("web/a", EDGE));
    await clock.settle();
    assert.deepEqual(findings, ["web edge notPermitted"]);
    await clock.advance(15_000);
    assert.deepEqual(findings, ["web edge notPermitted", "web edge 192.0.2.1"]);
    await watcher.stop();
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
