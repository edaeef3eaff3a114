import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { test } from "node:test";
import type { Clock } from "../../../src/base/clock.ts";
import { APPLY_PATCH, createTransport, type KubeRequest, type Transport } from "../../../src/kube/client/transport.ts";
import { silentLogger } from "../../support/silent-logger.ts";

const NEVER = new AbortController().signal;

interface Play extends AsyncDisposable {
  readonly transport: Transport;
  /** "GET /path TOKEN BODY", in order. */
  readonly seen: readonly string[];
  /** Milliseconds that the transport waited by itself. */
  readonly waits: readonly number[];
  /** "GET 200", as the metrics count them. */
  readonly counted: readonly string[];
}

/** An API server on loopback that answers with these, one after the other, and then with 200. Tokens are "1", "2", … as they are read. */
async function play(answers: readonly RequestListener[], prefix = ""): Promise<Play> {
  const left = [...answers];
  const seen: string[] = [];
  const server = createServer((request, response) => void note(request, response));
  const note = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await Array.fromAsync(request);
    const { authorization = "", "content-type": type = "", "user-agent": agent = "" } = request.headers;
    seen.push(
      [request.method, request.url, authorization, type, agent, Buffer.concat(body).toString()].join(" ").trim(),
    );
    const answer = left.shift() ?? ((_request, reply) => void reply.end('{"kind":"ok"}'));
    answer(request, response);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : assert.fail();
  const waits: number[] = [];
  const counted: string[] = [];
  let reads = 0;
  const clock: Clock = { now: () => performance.now(), sleep: async (ms) => void waits.push(ms) };
  const transport = createTransport({
    credentials: {
      description: "a cluster",
      namespace: "dns",
      read: async () => {
        reads += 1;
        return { server: `http://127.0.0.1:${port}${prefix}`, headers: { authorization: `${reads}` }, tls: {} };
      },
    },
    clock,
    random: () => 0.5,
    log: silentLogger,
    onRequest: (method, code) => counted.push(`${method} ${code}`),
  });
  return {
    transport,
    seen,
    waits,
    counted,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function refuse(code: number, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (_request, response) => void response.writeHead(code, headers).end('{"kind":"Status","message":"not now"}');
}

const cut: RequestListener = (request) => request.socket.destroy();
const get: KubeRequest = { method: "GET", path: "/api/v1/namespaces?limit=1" };
const post: KubeRequest = { method: "POST", path: "/api/v1/events", body: { a: 1 } };

test("a request has its method, path, token, media type and JSON; the answer is its JSON", async () => {
  await using at = await play([]);
  assert.deepEqual(await at.transport.request(get, NEVER), { kind: "ok", status: 200, body: { kind: "ok" } });
  await at.transport.request(post, NEVER);
  await at.transport.request({ method: "PATCH", path: "/x", body: {}, contentType: APPLY_PATCH }, NEVER);
  assert.deepEqual(at.seen, [
    "GET /api/v1/namespaces?limit=1 1  dnsalias",
    'POST /api/v1/events 1 application/json dnsalias {"a":1}',
    "PATCH /x 1 application/apply-patch+yaml dnsalias {}",
  ]);
  assert.deepEqual(at.counted, ["GET 200", "POST 200", "PATCH 200"]);
});

test("an API server that asks to come back soon is waited for, with a little spread, and the request is sent again", async () => {
  await using at = await play([refuse(429, { "retry-after": "1" }), refuse(503, { "retry-after": "2" })]);
  assert.equal((await at.transport.request(post, NEVER)).kind, "ok");
  assert.deepEqual(at.waits, [1_100, 2_200]);
  assert.equal(at.seen.length, 3);
});

const NOT_WAITED: readonly (readonly [name: string, answers: readonly RequestListener[], requests: number])[] = [
  ["it asks for a long wait", [refuse(429, { "retry-after": "6" })], 1],
  ["it doesn't say when", [refuse(503)], 1],
  ["it is another refusal", [refuse(500, { "retry-after": "1" })], 1],
  ["it has refused four times", Array.from({ length: 4 }, () => refuse(429, { "retry-after": "1" })), 4],
];
for (const [name, answers, requests] of NOT_WAITED) {
  test(`the caller gets the refusal when ${name}`, async () => {
    await using at = await play(answers);
    const result = await at.transport.request(get, NEVER);
    assert.equal(result.kind === "status" && result.message, "not now");
    assert.equal(at.seen.length, requests);
  });
}

test("an urgent request waits for nothing", async () => {
  await using at = await play([refuse(429, { "retry-after": "1" })]);
  const result = await at.transport.request({ ...get, isUrgent: true }, NEVER);
  assert.equal(result.kind === "status" && result.code, 429);
  assert.deepEqual([at.waits, at.seen.length], [[], 1]);
});

test("a token that has just been rotated is read again, and the request sent once more", async () => {
  await using at = await play([refuse(401)]);
  assert.equal((await at.transport.request(get, NEVER)).kind, "ok");
  assert.deepEqual(
    at.seen.map((line) => line.split(" ")[2]),
    ["1", "2"],
  );
});

test("a token that isn't accepted anew either is the caller's to hear of", async () => {
  await using at = await play([refuse(401), refuse(401)]);
  const result = await at.transport.request(get, NEVER);
  assert.equal(result.kind === "status" && result.code, 401);
});

test("a read over a connection that was closed meanwhile is sent once more; a write may have been done, and isn't", async () => {
  await using read = await play([cut]);
  assert.equal((await read.transport.request(get, NEVER)).kind, "ok");
  assert.equal(read.seen.length, 2);
  await using twice = await play([cut, cut]);
  assert.equal((await twice.transport.request(get, NEVER)).kind, "unreachable");
  assert.deepEqual(twice.counted, ["GET unreachable"]);
  for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
    await using write = await play([cut]);
    assert.equal((await write.transport.request({ ...post, method }, NEVER)).kind, "unreachable");
    assert.equal(write.seen.length, 1, method);
  }
});

test("an API server behind a path is called below it", async () => {
  await using at = await play([], "/clusters/one");
  await at.transport.request(get, NEVER);
  await at.transport.stream({ path: "/watch", idleMs: 5_000 }, NEVER);
  assert.deepEqual(
    at.seen.map((line) => line.split(" ")[1]),
    ["/clusters/one/api/v1/namespaces?limit=1", "/clusters/one/watch"],
  );
});

test("a stream gives what comes, as it comes; a refusal is a value", async () => {
  await using at = await play([
    (_request, response) => void response.writeHead(200).end("one\ntwo\n"),
    refuse(410),
    refuse(401),
  ]);
  const stream = { path: "/watch", idleMs: 5_000 };
  const result = await at.transport.stream(stream, NEVER);
  assert.ok(result.kind === "stream");
  assert.equal(Buffer.concat(await Array.fromAsync(result.chunks)).toString(), "one\ntwo\n");
  const gone = await at.transport.stream(stream, NEVER);
  assert.equal(gone.kind === "status" && gone.code, 410);
  await at.transport.stream(stream, NEVER);
  await at.transport.stream(stream, NEVER);
  assert.deepEqual(
    at.seen.map((line) => line.split(" ")[2]),
    ["1", "1", "1", "2"],
    "after a 401 the token is read again",
  );
  assert.deepEqual(at.counted, ["WATCH 200", "WATCH 410", "WATCH 401", "WATCH 200"]);
});
