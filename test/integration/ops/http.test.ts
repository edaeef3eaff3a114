import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { LogFields } from "../../../src/base/log.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { stuckLoops } from "../../../src/ops/stuck-loops.ts";
import { listenOps, type OpsServerOptions } from "../../../src/ops/http.ts";
import { emptyStatus } from "../../support/status.ts";
import { createPrometheus } from "../../../src/ops/prometheus.ts";

function listen(options: Partial<OpsServerOptions> = {}) {
  return listenOps({
    host: "127.0.0.1",
    port: 0,
    metrics: async () => ({ contentType: "text/plain", text: "a 1\n" }),
    unhealthy: () => [],
    unready: () => [],
    status: () => emptyStatus(),
    log: silentLogger,
    ...options,
  });
}

async function get(port: number, path: string, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: response.status, text: await response.text(), type: response.headers.get("content-type") };
}

test("metrics come in the format that Prometheus reads, process metrics included", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: true });
  await using server = await listen({ metrics: page });
  metrics.lookup("positive", 3);
  const { status, text, type } = await get(server.port, "/metrics");
  assert.equal(status, 200);
  assert.match(type ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^dnsalias_lookups_total\{outcome="positive"\} 1$/m);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
});

test("health fails while a loop is late, names it, and comes back", async () => {
  let now = 0;
  let beatAt = 0;
  await using server = await listen({ unhealthy: () => stuckLoops(new Map([["refresh", beatAt]]), now) });
  assert.deepEqual((await get(server.port, "/healthz")).text, "ok\n");
  now = 61_000;
  const late = await get(server.port, "/healthz");
  assert.equal(late.status, 503);
  assert.match(late.text, /^refresh: no sign of life since 1970-01-01T00:00:00/);
  beatAt = now;
  assert.equal((await get(server.port, "/healthz")).status, 200);
});

test("readiness is its own question", async () => {
  await using server = await listen({ unready: () => ["manifests not read yet"] });
  assert.equal((await get(server.port, "/healthz")).status, 200);
  assert.deepEqual(await get(server.port, "/readyz?verbose"), {
    status: 503,
    text: "manifests not read yet\n",
    type: "text/plain; charset=utf-8",
  });
});

test("other paths and methods are refused", async () => {
  await using server = await listen();
  assert.equal((await get(server.port, "/index.html")).status, 404);
  assert.equal((await get(server.port, "/metrics/../etc/passwd")).status, 404);
  assert.equal((await get(server.port, "/metrics", { method: "POST", body: "x".repeat(100_000) })).status, 405);
});

test("HEAD has the headers of GET without the text, and the connection remains usable", async () => {
  await using server = await listen();
  const request = (method: string): string => `${method} /metrics HTTP/1.1\r\nhost: a\r\n\r\n`;
  const post = "POST /metrics HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nGET /";
  const socket = connect(server.port, "127.0.0.1");
  socket.end(request("HEAD") + post + request("GET"));
  const replies = (await text(socket)).split(/(?=HTTP\/1\.1 )/);
  assert.deepEqual(
    replies.map((reply) => [reply.slice(9, 12), reply.split("\r\n\r\n")[1]]),
    [
      ["200", ""],
      ["405", "only GET and HEAD\n"],
      ["200", "a 1\n"],
    ],
  );
  for (const reply of [replies[0], replies[2]]) {
    assert.match(reply ?? "", /^content-length: 4\r$/im);
    assert.match(reply ?? "", /^x-content-type-options: nosniff\r$/im);
  }
});

test("a page that cannot be made is a 500 and a log line, and the server goes on", async () => {
  const logged: LogFields[] = [];
  const log = { ...silentLogger, error: (fields: LogFields) => void logged.push(fields) };
  await using server = await listen({ metrics: async () => Promise.reject(new Error("no page")), log });
  const failed = await get(server.port, "/metrics");
  assert.deepEqual([failed.status, failed.text], [500, "no page\n"]);
  assert.equal(logged.length, 1);
  assert.equal((await get(server.port, "/healthz")).status, 200);
});

test("garbage, an endless header and idle connections hold up neither the answers nor the stop", async () => {
  const server = await listen();
  const sockets = ["\u0000\u0001\u0002\r\n\r\n", `GET / HTTP/1.1\r\nx: ${"y".repeat(100_000)}`, "GET /met", ""].map(
    (text) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(text);
      return socket;
    },
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  assert.equal((await get(server.port, "/healthz")).status, 200);
  const before = Date.now();
  await server[Symbol.asyncDispose]();
  assert.ok(Date.now() - before < 5_000);
  for (const socket of sockets) {
    socket.destroy();
  }
});

test("a port that is taken is an error for the caller", async () => {
  await using server = await listen();
  await assert.rejects(listen({ port: server.port }), { code: "EADDRINUSE" });
});

test("the status page fetches nothing and runs nothing, and gets the page's query", async () => {
  const seen: string[] = [];
  await using server = await listen({
    status: (query) => {
      seen.push(query.toString());
      return emptyStatus();
    },
  });
  const response = await fetch(`http://127.0.0.1:${server.port}/?q=shop&page=2`);
  assert.equal(response.status, 200);
  assert.deepEqual(seen, ["q=shop&page=2"]);
  assert.match(response.headers.get("content-type") ?? "", /^text\/html; charset=utf-8/);
  assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const page = await response.text();
  assert.doesNotMatch(page, /<script|<link|<img|url\(|@import/);
});
