import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusWrite } from "../../../../src/controller/ports/reporter.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { DNS_ZONES } from "../../../../src/kube/client/resource.ts";
import { setFinalizer } from "../../../../src/kube/status/finalizer-patch.ts";
import { meta } from "../../../support/objects.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const OURS = "dnsalias.io/withdraw";
const PATH = "/apis/dnsalias.io/v1alpha1/namespaces/dns/dnszones/a";

interface Case {
  readonly name: string;
  readonly finalizers: readonly string[];
  readonly isWanted: boolean;
  readonly results: readonly KubeResult[];
  readonly wanted: StatusWrite;
  /** The resourceVersion and the finalizers of each patch. */
  readonly patches: readonly (readonly [string, readonly string[]])[];
}

const now = (resourceVersion: string, finalizers: readonly unknown[], uid = "dns/a"): KubeResult =>
  ok({ metadata: { uid, resourceVersion, finalizers } });

const CASES: readonly Case[] = [
  {
    name: "added",
    finalizers: [],
    isWanted: true,
    results: [ok()],
    wanted: { kind: "written" },
    patches: [["1", [OURS]]],
  },
  {
    name: "added after those of others",
    finalizers: ["x/y"],
    isWanted: true,
    results: [ok()],
    wanted: { kind: "written" },
    patches: [["1", ["x/y", OURS]]],
  },
  {
    name: "removed, and no other",
    finalizers: ["x/y", OURS, "z/z"],
    isWanted: false,
    results: [ok()],
    wanted: { kind: "written" },
    patches: [["1", ["x/y", "z/z"]]],
  },
  { name: "there already", finalizers: [OURS], isWanted: true, results: [], wanted: { kind: "written" }, patches: [] },
  { name: "gone already", finalizers: ["x/y"], isWanted: false, results: [], wanted: { kind: "written" }, patches: [] },
  {
    name: "kept beside one that came meanwhile",
    finalizers: [],
    isWanted: true,
    results: [refusal(409), now("2", ["new/one"]), ok()],
    wanted: { kind: "written" },
    patches: [
      ["1", [OURS]],
      ["2", ["new/one", OURS]],
    ],
  },
  {
    name: "set by another replica meanwhile",
    finalizers: [],
    isWanted: true,
    results: [refusal(409), now("2", [OURS])],
    wanted: { kind: "written" },
    patches: [["1", [OURS]]],
  },
  {
    name: "not set on a successor of the same name",
    finalizers: [],
    isWanted: true,
    results: [refusal(409), now("2", [], "another")],
    wanted: { kind: "obsolete" },
    patches: [["1", [OURS]]],
  },
  {
    name: "of an object that is gone",
    finalizers: [OURS],
    isWanted: false,
    results: [refusal(404)],
    wanted: { kind: "obsolete" },
    patches: [["1", []]],
  },
  {
    name: "not set when the object can't be read",
    finalizers: [],
    isWanted: true,
    results: [refusal(409), { kind: "unreachable", message: "reset" }],
    wanted: { kind: "failed", message: "the apiserver cannot be reached: reset" },
    patches: [["1", [OURS]]],
  },
  {
    name: "given up after four tries",
    finalizers: [],
    isWanted: true,
    results: [2, 3, 4, 5].flatMap((version) => [refusal(409), now(String(version), [])]),
    wanted: {
      kind: "failed",
      message: "the object changed during each of 4 tries to set its finalizer",
    },
    patches: [
      ["1", [OURS]],
      ["2", [OURS]],
      ["3", [OURS]],
      ["4", [OURS]],
    ],
  },
];

for (const { name, finalizers, isWanted, results, wanted, patches } of CASES) {
  test(`the finalizer is ${name}`, async () => {
    const { transport, requests } = scriptedTransport(results);
    assert.deepEqual(await setFinalizer(transport, DNS_ZONES, meta("dns/a", { finalizers }), isWanted, NEVER), wanted);
    const sent = requests.filter(({ method }) => method === "PATCH");
    assert.deepEqual(
      sent.map(({ body }) => body),
      patches.map(([resourceVersion, list]) => ({ metadata: { uid: "dns/a", resourceVersion, finalizers: list } })),
    );
    assert.ok(
      sent.every(
        ({ path, contentType }) =>
          path === `${PATH}?fieldManager=dnsalias` && contentType === "application/merge-patch+json",
      ),
    );
    assert.equal(requests.length, results.length);
  });
}

const NEVER = new AbortController().signal;
