import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { listProblem } from "../../../../src/kube/objects/list-problem.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const MISSING_RIGHT = "of all namespaces: no; bind the ClusterRole dnsalias-view with a ClusterRoleBinding, or set -n";

const cases: readonly {
  readonly name: string;
  readonly results: readonly KubeResult[];
  readonly want: string | undefined;
}[] = [
  { name: "both kinds can be listed", results: [ok(), ok()], want: undefined },
  {
    name: "no right to list aliases",
    results: [refusal(403, { message: "no" })],
    want: `cannot list dnsaliases ${MISSING_RIGHT}`,
  },
  {
    name: "no right to list zones",
    results: [ok(), refusal(403, { message: "no" })],
    want: `cannot list dnszones ${MISSING_RIGHT}`,
  },
  {
    name: "credentials that aren't valid",
    results: [refusal(401, { message: "no" })],
    want: `cannot list dnsaliases ${MISSING_RIGHT}`,
  },
  {
    name: "a cluster without the CRDs",
    results: [ok(), refusal(404)],
    want: "the API server has no dnszones: install the CRDs with dnsalias crds",
  },
  { name: "an API server that is busy", results: [refusal(503), refusal(429)], want: undefined },
  {
    name: "an API server that is away",
    results: [
      { kind: "unreachable", message: "ECONNREFUSED" },
      { kind: "unreachable", message: "ECONNREFUSED" },
    ],
    want: undefined,
  },
];

for (const { name, results, want } of cases) {
  test(`objects of all namespaces: ${name}`, async () => {
    const { transport, requests } = scriptedTransport(results);
    assert.equal(await listProblem(transport, new AbortController().signal), want);
    assert.deepEqual(
      requests.map(({ method, path }) => `${method} ${path}`),
      ["dnsaliases", "dnszones"]
        .slice(0, results.length)
        .map((plural) => `GET /apis/dnsalias.io/v1alpha1/${plural}?limit=1`),
    );
  });
}
