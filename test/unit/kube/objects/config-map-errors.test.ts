import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeStatus, KubeUnreachable } from "../../../../src/kube/client/api-result.ts";
import { readRefusal, writeRefusal } from "../../../../src/kube/objects/config-map-errors.ts";
import type { TextRead, TextWrite } from "../../../../src/providers/text-store.ts";

const MAP = { namespace: "dns", name: "zones" };
const UNREACHABLE: KubeUnreachable = { kind: "unreachable", message: "ECONNREFUSED" };

function status(code: number, more: Partial<KubeStatus> = {}): KubeStatus {
  return { kind: "status", code, reason: "", message: "", retryAfterMs: undefined, causes: [], ...more };
}
const cause = (reason: string, field: string, message = "") => ({ reason, field, message });
const forbidden = (verb: string): string =>
  `not allowed to ${verb} configmaps "zones" in namespace "dns"; docs/rbac.md has the Role that grants it`;

const WRITES: readonly {
  readonly name: string;
  readonly result: KubeStatus | KubeUnreachable;
  readonly wanted: TextWrite;
}[] = [
  {
    name: "no apiserver",
    result: UNREACHABLE,
    wanted: { kind: "failed", message: "the apiserver cannot be reached: ECONNREFUSED" },
  },
  {
    name: "other field managers, all of them",
    result: status(409, {
      causes: [
        cause("FieldManagerConflict", ".data.a", 'conflict with "argocd"'),
        cause("FieldManagerConflict", ".data.b", 'conflict with "helm"'),
      ],
    }),
    wanted: {
      kind: "refused",
      reason: "ForeignManager",
      message: 'ConfigMap dns/zones: conflict with "argocd" at .data.a, conflict with "helm" at .data.b',
    },
  },
  {
    name: "another field manager",
    result: status(409, { causes: [cause("FieldManagerConflict", ".data.a", 'conflict with "argocd"')] }),
    wanted: {
      kind: "refused",
      reason: "ForeignManager",
      message: 'ConfigMap dns/zones: conflict with "argocd" at .data.a',
    },
  },
  {
    name: "another resourceVersion",
    result: status(409, { message: "modified" }),
    wanted: { kind: "conflict", message: "modified" },
  },
  {
    name: "deleted and made again",
    result: status(422, { message: "uid differs", causes: [cause("FieldValueInvalid", "metadata.uid")] }),
    wanted: { kind: "conflict", message: "uid differs" },
  },
  {
    name: "no right",
    result: status(403, { reason: "Forbidden", message: "User x cannot patch" }),
    wanted: { kind: "refused", reason: "Forbidden", message: forbidden("patch") },
  },
  {
    name: "a namespace that is on its way out",
    result: status(403, { reason: "Forbidden", message: "namespace dns is being terminated" }),
    wanted: { kind: "refused", reason: "NotFound", message: "namespace dns is being deleted" },
  },
  {
    name: "no namespace",
    result: status(404),
    wanted: {
      kind: "refused",
      reason: "NotFound",
      message: "namespace dns does not exist: create it, or correct the DnsZone",
    },
  },
  {
    name: "a body over the limit",
    result: status(413, { message: "limit is 3145728" }),
    wanted: {
      kind: "refused",
      reason: "TooLarge",
      message: "ConfigMap dns/zones cannot store a text of 77 bytes: limit is 3145728",
    },
  },
  {
    name: "a value over the limit",
    result: status(422, { message: "Too long", causes: [cause("FieldValueTooLong", "")] }),
    wanted: {
      kind: "refused",
      reason: "TooLarge",
      message: "ConfigMap dns/zones cannot store a text of 77 bytes: Too long",
    },
  },
  {
    name: "an admission webhook",
    result: status(422, { message: "denied" }),
    wanted: { kind: "refused", reason: "Rejected", message: "the apiserver answered 422: denied" },
  },
  {
    name: "an admission webhook that answers as a missing right does",
    result: status(403, {
      reason: "Forbidden",
      message: 'admission webhook "names.test" denied the request: not here',
    }),
    wanted: {
      kind: "refused",
      reason: "Rejected",
      message: 'the apiserver answered 403: admission webhook "names.test" denied the request: not here',
    },
  },
  {
    name: "a bad request",
    result: status(400, { reason: "BadRequest" }),
    wanted: { kind: "refused", reason: "Rejected", message: "the apiserver answered 400: BadRequest" },
  },
  {
    name: "too many requests",
    result: status(429, { message: "slow down", retryAfterMs: 7_000 }),
    wanted: { kind: "failed", message: "the apiserver answered 429: slow down", retryAfterMs: 7_000 },
  },
  {
    name: "a fault of the apiserver",
    result: status(500),
    wanted: { kind: "failed", message: "the apiserver answered 500" },
  },
];
for (const { name, result, wanted } of WRITES) {
  test(`a ConfigMap isn't written: ${name}`, () => {
    assert.deepEqual(writeRefusal(result, MAP, { verb: "patch", bytes: 77 }), wanted);
  });
}

const READS: readonly {
  readonly name: string;
  readonly result: KubeStatus | KubeUnreachable;
  readonly wanted: TextRead;
}[] = [
  {
    name: "no right",
    result: status(403),
    wanted: { kind: "refused", reason: "Forbidden", message: forbidden("get") },
  },
  {
    name: "no apiserver",
    result: UNREACHABLE,
    wanted: { kind: "failed", message: "the apiserver cannot be reached: ECONNREFUSED" },
  },
  {
    name: "an apiserver that is busy",
    result: status(503, { message: "busy", retryAfterMs: 1_000 }),
    wanted: { kind: "failed", message: "the apiserver answered 503: busy", retryAfterMs: 1_000 },
  },
];
for (const { name, result, wanted } of READS) {
  test(`a ConfigMap isn't read: ${name}`, () => {
    assert.deepEqual(readRefusal(result, MAP), wanted);
  });
}
