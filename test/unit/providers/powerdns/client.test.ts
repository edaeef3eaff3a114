import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { SecretRead } from "../../../../src/providers/backend.ts";
import { createPowerDNSClient } from "../../../../src/providers/powerdns/client.ts";
import type { HttpRequest, HttpResult } from "../../../../src/transport/http-client.ts";
import { tlsOf } from "../../../support/tls-source.ts";

const NEVER = new AbortController().signal;
const SPEC = {
  url: "https://pdns.test:8081",
  serverId: "local/host",
  apiKeyRef: { name: "pdns", key: "api-key" },
} as const;
const ZONE = JSON.stringify({ kind: "Native", rrsets: [] });

function play(secret: SecretRead, text = ZONE, status = 200, caBundle?: string) {
  const requests: HttpRequest[] = [];
  const client = createPowerDNSClient({
    spec: SPEC,
    tls: tlsOf(caBundle === undefined ? {} : { caBundle }),
    domain: parseName("example.com"),
    apiKey: async () => secret,
    http: {
      request: async (request): Promise<HttpResult> => {
        requests.push(request);
        return { kind: "response", status, mediaType: "application/json", text };
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  });
  return { client, requests };
}

const KEY = { kind: "ok", text: "k3y\n" } as const;
const INVALID =
  'the key "api-key" of the Secret "pdns" is not a valid API key: it is empty, or has characters that HTTP headers do not allow';

const SECRETS: readonly (readonly [name: string, secret: SecretRead, want: object])[] = [
  [
    "that is missing",
    { kind: "refused", reason: "SecretMissing", message: "no Secret pdns" },
    { kind: "refused", reason: "SecretMissing", message: "no Secret pdns" },
  ],
  [
    "that can't be read now",
    { kind: "failed", message: "apiserver away" },
    { kind: "failed", message: "apiserver away" },
  ],
  ["that is empty", { kind: "ok", text: " \n" }, { kind: "refused", reason: "SecretInvalid", message: INVALID }],
  ["of two lines", { kind: "ok", text: "a\nb" }, { kind: "refused", reason: "SecretInvalid", message: INVALID }],
];

for (const [name, secret, want] of SECRETS) {
  test(`with an API key ${name} nothing is sent`, async () => {
    const { client, requests } = play(secret);
    assert.deepEqual([await client.zone(NEVER), await client.patch([], NEVER)], [want, want]);
    assert.deepEqual(requests, []);
  });
}

test("a zone is read, and changed, under its name, with the key without its line break", async () => {
  const { client, requests } = play(KEY);
  assert.equal((await client.zone(NEVER)).kind, "ok");
  assert.deepEqual(await client.patch([], NEVER), { kind: "ok" });
  const path = "/api/v1/servers/local%2Fhost/zones/example.com.";
  const headers = { accept: "application/json", "x-api-key": "k3y" };
  assert.deepEqual(requests, [
    { method: "GET", baseUrl: SPEC.url, path, headers },
    {
      method: "PATCH",
      baseUrl: SPEC.url,
      path,
      headers: { ...headers, "content-type": "application/json" },
      body: { rrsets: [] },
    },
  ]);
});

test("the certificate authority of the spec is given on", async () => {
  const { client, requests } = play(KEY, ZONE, 200, "PEM");
  await client.zone(NEVER);
  assert.equal(requests[0]?.caBundle, "PEM");
});

test("what is no zone, and what is no success, is a problem, and the key is not shown", async () => {
  const misfit = await play(KEY, "[]").client.zone(NEVER);
  assert.ok(misfit.kind === "failed");
  assert.match(misfit.message, /answers with data that is not a zone/);
  for (const act of ["zone", "patch"] as const) {
    const { client } = play(KEY, '{"error":"wrong key k3y"}', 401);
    const found = act === "zone" ? await client.zone(NEVER) : await client.patch([], NEVER);
    assert.ok(found.kind === "refused");
    assert.equal(found.reason, "Unauthorized");
    assert.doesNotMatch(found.message, /k3y/);
  }
});
