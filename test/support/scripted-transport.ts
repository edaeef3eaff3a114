import assert from "node:assert/strict";
import type { KubeResult, KubeStatus } from "../../src/kube/client/api-result.ts";
import type { KubeRequest, Transport } from "../../src/kube/client/transport.ts";

export interface ScriptedTransport {
  readonly transport: Transport;
  /** In order. */
  readonly requests: readonly KubeRequest[];
}

/** An API server that gives these results, one after the other, and fails the test at one request more. */
export function scriptedTransport(results: readonly KubeResult[]): ScriptedTransport {
  const requests: KubeRequest[] = [];
  const left = [...results];
  const transport: Transport = {
    request: async (request) => {
      requests.push(request);
      return left.shift() ?? assert.fail(`one request too many: ${request.method} ${request.path}`);
    },
    stream: () => assert.fail("nothing is watched"),
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { transport, requests };
}

export function ok(body: unknown = {}): KubeResult {
  return { kind: "ok", status: 200, body };
}

export function refusal(code: number, more: Partial<KubeStatus> = {}): KubeStatus {
  return { kind: "status", code, reason: "", message: "", retryAfterMs: undefined, causes: [], ...more };
}
