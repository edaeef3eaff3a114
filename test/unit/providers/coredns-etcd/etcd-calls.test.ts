import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoreDNSEtcdSpec } from "../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { SecretRead, SecretText } from "../../../../src/providers/backend.ts";
import { createEtcdCalls, type EtcdCalls } from "../../../../src/providers/coredns-etcd/etcd-calls.ts";
import type { HttpRequest, HttpResult } from "../../../../src/transport/http-client.ts";
import { tlsOf } from "../../../support/tls-source.ts";

const NEVER = new AbortController().signal;
const AUTH = { username: "dns", passwordRef: { name: "etcd", key: "password" } };
const PASSWORD: SecretText = async () => ({ kind: "ok", text: "s3cret\n" });

const done = (body: object = {}, status = 200): HttpResult => ({
  kind: "response",
  status,
  mediaType: "application/json",
  text: JSON.stringify(body),
});
const away = (message = "connect ECONNREFUSED"): HttpResult => ({ kind: "unreachable", message });

type Answer = HttpResult | ((signal: AbortSignal) => Promise<HttpResult>);

/** Each call takes the next answer; the last one is for all that follow. */
function play(answers: readonly Answer[], spec: Partial<CoreDNSEtcdSpec> = {}, password?: SecretText) {
  const requests: HttpRequest[] = [];
  const calls = createEtcdCalls({
    spec: { endpoints: ["http://a"], pathPrefix: "/skydns", ...spec },
    domain: parseName("example.com"),
    password,
    tls: tlsOf(spec),
    http: {
      request: async (request, signal) => {
        requests.push(request);
        const answer = answers[Math.min(requests.length, answers.length) - 1] ?? assert.fail("no answer");
        return typeof answer === "function" ? answer(signal) : answer;
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  });
  return { calls, requests, asked: () => requests.map(({ baseUrl }) => baseUrl.replace("http://", "")).join("") };
}

function range(calls: EtcdCalls): ReturnType<EtcdCalls["call"]> {
  return calls.call("/v3/kv/range", { key: "a" }, NEVER);
}

/** "password" or the token of each request, after its path. */
function logins(requests: readonly HttpRequest[]): readonly string[] {
  return requests.map(({ path, headers }) => `${path} ${headers["authorization"] ?? "-"}`);
}

test("a call is a POST of JSON, with the certificate authority of the zone and without a token", async () => {
  const { calls, requests } = play([done({ header: { revision: "7" } })], { caBundle: "PEM" });
  assert.deepEqual(await range(calls), { kind: "ok", body: { header: { revision: "7" } } });
  assert.deepEqual(requests, [
    {
      method: "POST",
      baseUrl: "http://a",
      path: "/v3/kv/range",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: { key: "a" },
      caBundle: "PEM",
    },
  ]);
  const plain = play([done()]);
  await range(plain.calls);
  assert.equal("caBundle" in (plain.requests[0] ?? {}), false);
});

const THREE = { endpoints: ["http://a", "http://b", "http://c"] };

const ENDPOINTS: readonly (readonly [name: string, answers: readonly HttpResult[], asked: string])[] = [
  ["the first one answers", [done()], "aa"],
  ["the first one is away: the second one is asked from then on", [away(), done()], "abb"],
  ["a 500 is an endpoint that is down", [done({}, 500), done()], "abb"],
  ["a 499 is an answer", [done({}, 499), done()], "aa"],
  ["after the last one the first one follows", [away(), away(), done(), away(), done()], "abcca"],
  ["none answers: the next call begins with the same one", [away(), away(), away(), done()], "abca"],
];

for (const [name, answers, asked] of ENDPOINTS) {
  test(`of three endpoints, ${name}`, async () => {
    const { calls, asked: of } = play(answers, THREE);
    await range(calls);
    await range(calls);
    assert.equal(of(), asked);
  });
}

test("where no endpoint answers, the last one's problem is reported", async () => {
  const { calls } = play([away(), away(), away("the third is away")], THREE);
  assert.deepEqual(await range(calls), {
    kind: "failed",
    message: "etcd at http://c does not answer: the third is away",
  });
});

const CLOSED: readonly (readonly [message: string, requests: number])[] = [
  ["read ECONNRESET", 2],
  ["other side closed", 2],
  ["connect ECONNREFUSED", 1],
];

for (const [message, count] of CLOSED) {
  test(`"${message}" is ${count === 1 ? "not " : ""}tried once more at the same endpoint`, async () => {
    const { calls, requests } = play([away(message)]);
    assert.equal((await range(calls)).kind, "failed");
    assert.equal(requests.length, count);
  });
}

test("a connection that was closed is no fault when the second try succeeds", async () => {
  const { calls, asked } = play([away("read ECONNRESET"), done()], THREE);
  assert.equal((await range(calls)).kind, "ok");
  assert.equal(asked(), "aa");
});

const STATUSES: readonly (readonly [status: number, isOk: boolean])[] = [
  [199, false],
  [200, true],
  [299, true],
  [300, false],
];

for (const [status, isOk] of STATUSES) {
  test(`an answer with status ${status} is ${isOk ? "a result" : "a problem"}`, async () => {
    assert.equal((await range(play([done({}, status)]).calls)).kind === "ok", isOk);
  });
}

test("it logs in once, with the password without its line break, and sends the token with each call", async () => {
  const { calls, requests } = play([done({ token: "t1" }), done()], { auth: AUTH }, PASSWORD);
  await range(calls);
  assert.equal((await range(calls)).kind, "ok");
  assert.deepEqual(logins(requests), ["/v3/auth/authenticate -", "/v3/kv/range t1", "/v3/kv/range t1"]);
  assert.deepEqual(requests[0]?.body, { name: "dns", password: "s3cret" });
});

test("only a line break at its end is not part of a password", async () => {
  const { calls, requests } = play([done({ token: "t1" })], { auth: AUTH }, async () => ({
    kind: "ok",
    text: "a\nb \r\n",
  }));
  await range(calls);
  assert.deepEqual(requests[0]?.body, { name: "dns", password: "a\nb " });
});

test("a token that is no longer known leads to a new login, and a second refusal is reported", async () => {
  const { calls, requests } = play(
    [done({ token: "t1" }), done({ message: "invalid auth token" }, 401), done({ token: "t2" }), done(), done()],
    { auth: AUTH },
    PASSWORD,
  );
  assert.equal((await range(calls)).kind, "ok");
  await range(calls);
  assert.deepEqual(logins(requests), [
    "/v3/auth/authenticate -",
    "/v3/kv/range t1",
    "/v3/auth/authenticate -",
    "/v3/kv/range t2",
    "/v3/kv/range t2",
  ]);
  const refused = play(
    [done({ token: "t1" }), done({}, 401), done({ token: "t2" }), done({}, 401)],
    { auth: AUTH },
    PASSWORD,
  );
  const result = await range(refused.calls);
  assert.ok(result.kind === "refused");
  assert.equal(result.reason, "Unauthorized");
  assert.equal(refused.requests.length, 4);
});

test("without a user, a 401 is reported at once", async () => {
  const { calls, requests } = play([done({}, 401)]);
  assert.equal((await range(calls)).kind, "refused");
  assert.equal(requests.length, 1);
});

test("while authentication is off, calls go without a token", async () => {
  const off = done({ message: "etcdserver: authentication is not enabled" }, 400);
  const { calls, requests } = play([off, done()], { auth: AUTH }, PASSWORD);
  assert.equal((await range(calls)).kind, "ok");
  await range(calls);
  assert.deepEqual(logins(requests), ["/v3/auth/authenticate -", "/v3/kv/range -", "/v3/kv/range -"]);
});

test("a password that is wrong stops the call, and isn't shown", async () => {
  const wrong = done({ message: "etcdserver: authentication failed, invalid user ID or password: s3cret" }, 400);
  const { calls, requests } = play([wrong], { auth: AUTH }, PASSWORD);
  const result = await range(calls);
  assert.ok(result.kind === "refused");
  assert.equal(result.reason, "Unauthorized");
  assert.match(result.message, /password: \*\*\*"/);
  assert.equal(requests.length, 1);
});

test("a token isn't shown either", async () => {
  const { calls } = play(
    [done({ token: "t0ken" }), done({ message: "no t0ken, no s3cret" }, 400)],
    { auth: AUTH },
    PASSWORD,
  );
  const result = await range(calls);
  assert.ok(result.kind === "refused");
  assert.match(result.message, /no \*\*\*, no \*\*\*/);
  const again = await range(calls);
  assert.ok(again.kind === "refused");
  assert.match(again.message, /no \*\*\*, no \*\*\*/);
});

const SECRETS: readonly (readonly [secret: SecretRead, want: object])[] = [
  [
    { kind: "refused", reason: "SecretMissing", message: "no Secret etcd" },
    { kind: "refused", reason: "SecretMissing", message: "no Secret etcd" },
  ],
  [
    { kind: "failed", message: "apiserver away" },
    { kind: "failed", message: "apiserver away" },
  ],
];

for (const [secret, want] of SECRETS) {
  test(`with a password that is ${secret.kind}, nothing is sent`, async () => {
    const { calls, requests } = play([done()], { auth: AUTH }, async () => secret);
    assert.deepEqual(await range(calls), want);
    assert.deepEqual(requests, []);
  });
}

test("an endpoint has 8 seconds to answer, and then the next one is asked", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const silent = (signal: AbortSignal): Promise<HttpResult> =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { calls, asked } = play([silent, done(), silent], { endpoints: ["http://a", "http://b"] });
  const first = range(calls);
  await turns();
  t.mock.timers.tick(7_999);
  await turns();
  assert.equal(asked(), "a");
  t.mock.timers.tick(1);
  assert.equal((await first).kind, "ok");
  assert.equal(asked(), "ab");
});

test("an endpoint that stays silent is named", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { calls } = play([
    (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  ]);
  const result = range(calls);
  await turns();
  t.mock.timers.tick(8_000);
  assert.deepEqual(await result, {
    kind: "failed",
    message: "etcd at http://a does not answer: no answer within 8000 ms",
  });
});

test("what fits no etcd names the endpoints", () => {
  const { calls } = play([done()], THREE);
  assert.equal(calls.server, "etcd at http://a, http://b, http://c");
  assert.deepEqual(calls.misfit("answers nonsense"), {
    kind: "failed",
    message: "etcd at http://a, http://b, http://c answers nonsense: check that endpoints are correct",
  });
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
  }
}
