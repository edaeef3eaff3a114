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

function service(name: string, ip: string | undefined, version: string): object {
  return {
    metadata: { namespace: "web", name, resourceVersion: version },
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

describe("an object that an alias refers to again", () => {
  test("is reported again, although it is as it was", async () => {
    const same = list(service("web", "192.0.2.1", "1"));
    const { watcher, clock, findings } = start({ services: [same, watch(), same, watch()] });
    for (let round = 0; round < 2; round += 1) {
      watcher.setAlias(referring("web/a", WEB));
      await clock.settle();
      watcher.removeAlias("web/a");
      await clock.settle();
    }
    assert.deepEqual(findings, ["web web 192.0.2.1", "web web 192.0.2.1"]);
    await watcher.stop();
  });

  test("is not reported as it was before it is read again", async () => {
    const { watcher, clock, findings } = start({ services: [list(service("web", "192.0.2.1", "1")), watch()] });
    watcher.setAlias(referring("web/a", WEB));
    await clock.settle();
    watcher.removeAlias("web/a");
    await clock.settle();
    watcher.setAlias(referring("web/a", WEB));
    await clock.settle();
    assert.deepEqual([findings, watcher.isRead()], [["web web 192.0.2.1"], false]);
    await watcher.stop();
  });
});

test("who waits for the objects goes on once all of them are read", async () => {
  const silent: Reply = { kind: "watch", lines: [], stays: true };
  const { watcher, clock } = start({
    services: [list(service("web", "192.0.2.1", "1")), silent],
    gateways: [refused(500), refused(404)],
  });
  await watcher.read();
  watcher.setAlias(referring("web/a", WEB, { kind: "Gateway", name: "edge" }));
  let reads = 0;
  for (let waiter = 0; waiter < 2; waiter += 1) {
    void watcher.read().then(() => (reads += 1));
  }
  await clock.settle();
  assert.equal(reads, 0, "the Gateway isn't read yet");
  await clock.advance(1_000);
  assert.equal(reads, 2);
  await watcher.stop();
});

test("after the stop nothing is watched, though an alias comes late", async () => {
  const { watcher, clock, requests } = start({});
  const stopped = watcher.stop();
  watcher.setAlias(referring("web/a", WEB, EDGE));
  await clock.settle();
  await stopped;
  assert.deepEqual(requests, []);
});

test("a missing right comes with the rule to add, for the group of the object", async () => {
  const { deps, clock } = watchedServer({ services: [refused(403)], gateways: [refused(403)] });
  const messages: string[] = [];
  const watcher = createReferenceWatcher(deps, {}, ({ finding }) => {
    messages.push(finding.kind === "forbidden" ? finding.message : finding.kind);
  });
  watcher.setAlias(referring("web/a", WEB, { kind: "Gateway", name: "edge" }));
  await clock.settle();
  const rule = (group: string, plural: string): string =>
    `dnsalias cannot watch ${plural} in namespace web. Add the rule {apiGroups: [${group}], resources: [${plural}], verbs: [get, list, watch]}.`;
  assert.deepEqual(messages.toSorted(), [rule("gateway.networking.k8s.io", "gateways"), rule('""', "services")]);
  await watcher.stop();
});
