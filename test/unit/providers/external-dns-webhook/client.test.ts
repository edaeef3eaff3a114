import assert from "node:assert/strict";
import { test } from "node:test";
import { createWebhookClient } from "../../../../src/providers/external-dns-webhook/client.ts";
import type { Changes } from "../../../../src/providers/external-dns-webhook/endpoint.ts";
import type { HttpRequest, HttpResult } from "../../../../src/transport/http-client.ts";
import { endpoint } from "./builders.ts";
import { tlsOf } from "../../../support/tls-source.ts";

const NEVER = new AbortController().signal;
const MEDIA_TYPE = "application/external.dns.webhook+json;version=1";
const WWW = endpoint("www.example.com 60 A 192.0.2.1");
const NONE: Changes = { create: [], updateOld: [], updateNew: [], delete: [] };

function play(text: string, status = 200, mediaType = MEDIA_TYPE, caBundle?: string) {
  const requests: HttpRequest[] = [];
  const client = createWebhookClient({
    spec: { url: "https://hook" },
    tls: tlsOf(caBundle === undefined ? {} : { caBundle }),
    http: {
      request: async (request): Promise<HttpResult> => {
        requests.push(request);
        return { kind: "response", status, mediaType, text };
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  });
  return { client, requests };
}

test("each call has its path, and the media type of version 1", async () => {
  const { client, requests } = play(JSON.stringify([WWW]), 200, MEDIA_TYPE, "PEM");
  assert.deepEqual(await client.records(NEVER), { kind: "ok", value: [WWW] });
  assert.deepEqual(await client.adjust([WWW], NEVER), { kind: "ok", value: [WWW] });
  const { client: other, requests: others } = play('{"include":["example.com"]}');
  assert.deepEqual(await other.negotiate(NEVER), {
    kind: "ok",
    value: { include: ["example.com"], exclude: [], hasExpressions: false },
  });
  await play("", 204).client.apply(NONE, NEVER);
  const accept = { accept: MEDIA_TYPE };
  const body = { ...accept, "content-type": MEDIA_TYPE };
  const baseUrl = "https://hook";
  assert.deepEqual(requests, [
    { method: "GET", path: "/records", baseUrl, headers: accept, caBundle: "PEM" },
    { method: "POST", path: "/adjustendpoints", body: [WWW], baseUrl, headers: body, caBundle: "PEM" },
  ]);
  assert.deepEqual(others, [{ method: "GET", path: "/", baseUrl, headers: accept }]);
});

test("changes are posted to /records, and 204 alone is success", async () => {
  const { client, requests } = play("", 204);
  assert.deepEqual(await client.apply({ ...NONE, create: [WWW] }, NEVER), { kind: "ok", value: undefined });
  assert.deepEqual(requests, [
    {
      method: "POST",
      path: "/records",
      body: { ...NONE, create: [WWW] },
      baseUrl: "https://hook",
      headers: { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE },
    },
  ]);
  for (const status of [200, 202, 299]) {
    assert.deepEqual(await play("", status).client.apply(NONE, NEVER), {
      kind: "failed",
      message: `the webhook at https://hook answers ${status} to a change, but the protocol requires 204: check that url is correct`,
    });
  }
});

const STATUSES: readonly (readonly [status: number, want: string])[] = [
  [200, "ok"],
  [299, "ok"],
  [199, "Rejected"],
  [300, "Rejected"],
  [400, "Rejected: read the provider's log"],
  [401, "Unauthorized: the protocol has no credentials, so permit requests from dnsalias in the proxy in front of it"],
  [403, "Forbidden: permit requests from dnsalias in the proxy in front of it"],
  [404, "ZoneNotFound: set url to an ExternalDNS webhook provider, which serves /, /records, and /adjustendpoints"],
  [500, "failed: read the provider's log, which has the reason"],
];

for (const [status, want] of STATUSES) {
  test(`a status of ${status} is ${want}`, async () => {
    const [kind, cure] = want.split(": ");
    for (const call of ["negotiate", "records"] as const) {
      const result = await play(call === "records" ? "[]" : "{}", status).client[call](NEVER);
      assert.equal(result.kind === "refused" ? result.reason : result.kind, kind);
      if (cure !== undefined) {
        assert.ok(result.kind !== "ok" && result.message.endsWith(`: ${cure}`), JSON.stringify(result));
      }
    }
    const applied = await play("", status).client.apply(NONE, NEVER);
    assert.equal(applied.kind === "refused" ? applied.reason : applied.kind, kind === "ok" ? "failed" : kind);
  });
}

const MEDIA_TYPES: readonly (readonly [mediaType: string, isOk: boolean])[] = [
  [MEDIA_TYPE, true],
  ["application/external.dns.webhook+json; version=1", true],
  ["application/external.dns.webhook+json;version=2", false],
  ["application/json", false],
  ["", false],
];

for (const [mediaType, isOk] of MEDIA_TYPES) {
  test(`"${mediaType}" is ${isOk ? "version 1" : "another protocol"}`, async () => {
    const result = await play("[]", 200, mediaType).client.records(NEVER);
    assert.deepEqual(
      result,
      isOk
        ? { kind: "ok", value: [] }
        : {
            kind: "refused",
            reason: "NotSupported",
            message: `the webhook at https://hook speaks "${mediaType}", not version 1 of the webhook protocol: set url to an ExternalDNS webhook provider of version 1`,
          },
    );
  });
}

test("only the beginning of a long media type is shown", async () => {
  const result = await play("[]", 200, "x".repeat(100)).client.records(NEVER);
  assert.ok(result.kind === "refused");
  assert.match(result.message, /speaks "x{80}"/);
});

for (const [call, text] of [
  ["records", "{}"],
  ["records", '["a"]'],
  ["records", "no JSON"],
  ["negotiate", "[]"],
] as const) {
  test(`${text} isn't what ${call} answers`, async () => {
    assert.deepEqual(await play(text).client[call](NEVER), {
      kind: "failed",
      message: `the webhook at https://hook answers ${call === "records" ? "/records" : "/"} with data that is not part of the protocol: check that url is correct`,
    });
  });
}

test("a provider without records says null", async () => {
  assert.deepEqual(await play("null").client.records(NEVER), { kind: "ok", value: [] });
});

test("no answer is a problem of the moment", async () => {
  const client = createWebhookClient({
    spec: { url: "https://hook" },
    tls: tlsOf(),
    http: {
      request: async () => ({ kind: "unreachable", message: "ECONNREFUSED" }),
      [Symbol.asyncDispose]: async () => undefined,
    },
  });
  const want = { kind: "failed", message: "the webhook at https://hook does not answer: ECONNREFUSED" };
  assert.deepEqual([await client.records(NEVER), await client.apply(NONE, NEVER)], [want, want]);
});
