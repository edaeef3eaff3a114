import assert from "node:assert/strict";
import { test } from "node:test";
import { DNS_ALIASES } from "../../../../src/kube/client/resource.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { readServing, type ResourceServing } from "../../../../src/kube/watch/resource-serving.ts";
import { ok, refusal } from "../../../support/scripted-transport.ts";
import { discovery, SERVED } from "./watched-server.ts";

const UNREACHABLE: KubeResult = { kind: "unreachable", message: "reset" };

const ROWS: readonly (readonly [name: string, document: KubeResult, want: ResourceServing])[] = [
  ["it lists all verbs", SERVED, "served"],
  ["the definition is being deleted", discovery({ dnsaliases: ["delete", "get", "list", "watch"] }), "unserved"],
  ["only the other resource is left", discovery({ dnszones: ["create"] }), "unserved"],
  ["no resource is left", discovery({}), "unserved"],
  ["there is no such API", refusal(404), "unserved"],
  ["the API server is overloaded", refusal(429), "unknown"],
  ["the API server fails", refusal(500), "unknown"],
  ["the API server can't be reached", UNREACHABLE, "unknown"],
  ["it is forbidden", refusal(403), "unreadable"],
  ["it is another document", ok({ items: [] }), "unreadable"],
];

for (const [name, document, want] of ROWS) {
  test(`whether a custom resource is served, by its discovery document: ${name}`, async () => {
    const paths: string[] = [];
    const transport = {
      async request({ path }: { readonly path: string }): Promise<KubeResult> {
        paths.push(path);
        return document;
      },
      stream: async () => assert.fail("nothing is watched"),
      [Symbol.asyncDispose]: async () => undefined,
    };
    assert.equal(await readServing(transport, DNS_ALIASES, new AbortController().signal), want);
    assert.deepEqual(paths, ["/apis/dnsalias.io/v1alpha1"]);
  });
}
