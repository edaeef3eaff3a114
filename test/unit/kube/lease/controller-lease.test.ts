import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ControllerRead,
  type LeaseQuery,
  readControllerLeases,
  settingsAnnotations,
} from "../../../../src/kube/lease/controller-lease.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const LEASES = "/apis/coordination.k8s.io/v1";
const SELECTOR = "fieldSelector=metadata.name%3Ddnsalias";
const SETTINGS = { ownerId: "o1", resolvers: ["192.0.2.53:53", "https://dns.test/dns-query"] };

function lease(namespace: string, renewTime: string, annotations?: object): object {
  return {
    metadata: { namespace, name: "dnsalias", annotations },
    spec: { holderIdentity: `${namespace}-pod`, renewTime },
  };
}

const found = (namespace: string, renewTime: string): object => ({
  namespace,
  name: "dnsalias",
  holder: `${namespace}-pod`,
  renewTime,
});

const OLD = "2026-12-01T10:00:00.000000Z";
const NEW = "2026-12-01T10:00:09.000000Z";
const FORBIDDEN = refusal(403, { message: "no" });
const failed = (message: string): ControllerRead => ({ kind: "failed", message });

const cases: readonly {
  readonly name: string;
  readonly namespace?: string;
  readonly results: readonly KubeResult[];
  readonly want: unknown;
  readonly paths: readonly string[];
}[] = [
  {
    name: "of all namespaces, the newest renewal first",
    results: [ok({ items: [lease("a", OLD), lease("b", NEW), lease("c", OLD)] })],
    want: { kind: "ok", leases: [found("b", NEW), found("a", OLD), found("c", OLD)] },
    paths: [`${LEASES}/leases?${SELECTOR}`],
  },
  {
    name: "of one namespace, with the settings of the controller",
    namespace: "a",
    results: [ok({ items: [lease("a", OLD, settingsAnnotations(SETTINGS))] })],
    want: { kind: "ok", leases: [{ ...found("a", OLD), settings: SETTINGS }] },
    paths: [`${LEASES}/namespaces/a/leases?${SELECTOR}`],
  },
  {
    name: "a controller without resolvers in its settings",
    results: [ok({ items: [lease("a", OLD, settingsAnnotations({ ...SETTINGS, resolvers: [] }))] })],
    want: { kind: "ok", leases: [{ ...found("a", OLD), settings: { ...SETTINGS, resolvers: [] } }] },
    paths: [`${LEASES}/leases?${SELECTOR}`],
  },
  {
    name: "no Lease",
    results: [ok({ items: [] })],
    want: { kind: "ok", leases: [] },
    paths: [`${LEASES}/leases?${SELECTOR}`],
  },
  {
    name: "without the right to list, the one of the own namespace",
    results: [FORBIDDEN, ok(lease("own", NEW))],
    want: { kind: "ok", leases: [found("own", NEW)] },
    paths: [`${LEASES}/leases?${SELECTOR}`, `${LEASES}/namespaces/own/leases/dnsalias`],
  },
  {
    name: "without the right to list in a namespace, the one there",
    namespace: "a",
    results: [FORBIDDEN, ok(lease("a", NEW))],
    want: { kind: "ok", leases: [found("a", NEW)] },
    paths: [`${LEASES}/namespaces/a/leases?${SELECTOR}`, `${LEASES}/namespaces/a/leases/dnsalias`],
  },
  {
    name: "without any right, the first refusal",
    results: [FORBIDDEN, refusal(404)],
    want: failed("the apiserver answered 403: no"),
    paths: [`${LEASES}/leases?${SELECTOR}`, `${LEASES}/namespaces/own/leases/dnsalias`],
  },
  {
    name: "an API server that is busy",
    results: [refusal(503)],
    want: failed("the apiserver answered 503"),
    paths: [`${LEASES}/leases?${SELECTOR}`],
  },
  {
    name: "no API server",
    results: [{ kind: "unreachable", message: "ECONNREFUSED" }],
    want: failed("the apiserver cannot be reached: ECONNREFUSED"),
    paths: [`${LEASES}/leases?${SELECTOR}`],
  },
];

for (const { name, namespace, results, want, paths } of cases) {
  test(`Leases of the controller: ${name}`, async () => {
    const { transport, requests } = scriptedTransport(results);
    const query: LeaseQuery = { name: "dnsalias", own: "own", namespace };
    assert.deepEqual(await readControllerLeases(transport, query, new AbortController().signal), want);
    assert.deepEqual(
      requests.map(({ method, path }) => `${method} ${path}`),
      paths.map((path) => `GET ${path}`),
    );
  });
}
