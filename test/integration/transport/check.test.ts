import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { rootCertificates, setDefaultCACertificates } from "node:tls";
import { checkHttp } from "../../../src/transport/check/check-http.ts";
import type { CheckRequest, CheckResult, HttpCheckRequest } from "../../../src/transport/check/check-request.ts";
import { checkTcp } from "../../../src/transport/check/check-tcp.ts";
import { createCheckWorker } from "../../../src/transport/check/check-worker.ts";
import { skipWithout } from "../../support/component.ts";
import { makeCertificate } from "../../support/https-target.ts";

const NAME = "shop.example";
const HTTP: HttpCheckRequest = {
  tls: true,
  insecureSkipTLSVerify: false,
  host: NAME,
  path: "/healthz?full=1",
  headers: [{ name: "X-Probe", value: "yes" }],
  expectedStatuses: [{ first: 200, last: 399 }],
  userAgent: "dnsalias-health/1.2.3",
};

interface Seen {
  readonly url: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly servername: string | undefined;
}

describe("health checks of real servers", { skip: skipWithout("openssl") }, () => {
  let directory: string;
  const started = new AsyncDisposableStack();

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "dnsalias-check-"));
    started.defer(() => rmSync(directory, { recursive: true, force: true }));
    await makeCertificate(directory, NAME, { file: "good" });
    await makeCertificate(directory, "other.example", { file: "other" });
    await makeCertificate(directory, NAME, { file: "unknown" });
    const trusted = ["good", "other"].map((file) => readFileSync(join(directory, `${file}.crt`), "utf8"));
    setDefaultCACertificates([...rootCertificates, ...trusted]);
    started.defer(() => setDefaultCACertificates(rootCertificates));
  });
  after(() => started.disposeAsync());

  async function serve(answer: RequestListener, file = "good"): Promise<number> {
    const read = (kind: string): Buffer => readFileSync(join(directory, `${file}.${kind}`));
    const server = createServer({ cert: read("crt"), key: read("key") }, answer);
    return listen(server);
  }

  async function listen(server: Server): Promise<number> {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    started.defer(() => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    });
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  function check(port: number, http: Partial<HttpCheckRequest> = {}, timeoutMs = 2_000): Promise<CheckResult> {
    return checkHttp({ address: "127.0.0.1", port, timeoutMs }, { ...HTTP, ...http });
  }

  test("a request has the name of the alias as Host and SNI, and nothing that lets the connection live", async () => {
    let seen: Seen | undefined;
    const port = await serve((request, response) => {
      const socket: unknown = request.socket;
      const servername =
        typeof socket === "object" && socket !== null && "servername" in socket ? String(socket.servername) : undefined;
      seen = { url: request.url, headers: request.headers, servername };
      response.end("ok");
    });
    assert.deepEqual(await check(port), { kind: "success" });
    assert.deepEqual(seen, {
      url: "/healthz?full=1",
      servername: NAME,
      headers: {
        "x-probe": "yes",
        host: `${NAME}:${port}`,
        "user-agent": "dnsalias-health/1.2.3",
        connection: "close",
      },
    });
  });

  const statuses = [
    { status: 204, want: { kind: "success" } },
    { status: 301, want: { kind: "success" } },
    { status: 404, want: { kind: "failure", class: "status", status: 404 } },
    { status: 503, want: { kind: "failure", class: "status", status: 503 } },
  ];
  for (const { status, want } of statuses) {
    test(`a server that answers ${status}: ${want.kind}`, async () => {
      const port = await serve((_request, response) => response.writeHead(status, { location: "/" }).end());
      assert.deepEqual(await check(port), want);
    });
  }

  test("a redirect is judged, and never followed", async () => {
    const urls: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      urls.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const only200 = { expectedStatuses: [{ first: 200, last: 299 }] };
    assert.deepEqual(await check(port, only200), { kind: "failure", class: "status", status: 302 });
    assert.deepEqual(urls, ["/healthz?full=1"]);
  });

  test("a certificate for another name, and one of an unknown authority, are failures", async () => {
    const ok: RequestListener = (_request, response) => response.end("ok");
    const other = await serve(ok, "other");
    assert.deepEqual(await check(other), { kind: "failure", class: "certificate" });
    assert.deepEqual(await check(other, { host: "other.example" }), { kind: "success" });
    assert.deepEqual(await check(other, { insecureSkipTLSVerify: true }), { kind: "success" });
    assert.deepEqual(await check(await serve(ok, "unknown")), { kind: "failure", class: "certificate" });
  });

  test("the body is searched in its first 8 KiB", async () => {
    const port = await serve((_request, response) => response.end(`${"x".repeat(8_000)}ready${"x".repeat(8_000)}late`));
    assert.deepEqual(await check(port, { bodyContains: "xready" }), { kind: "success" });
    assert.deepEqual(await check(port, { bodyContains: "late" }), { kind: "failure", class: "body" });
  });

  test("a body that ends without the text is a failure", async () => {
    const port = await serve((_request, response) => response.end("starting"));
    assert.deepEqual(await check(port, { bodyContains: "ready" }), { kind: "failure", class: "body" });
  });

  test("headers of more than 16 KiB are no response", async () => {
    const port = await serve((_request, response) => response.writeHead(200, { "x-long": "x".repeat(20_000) }).end());
    assert.deepEqual(await check(port), { kind: "failure", class: "protocol" });
  });

  test("one deadline is for the whole check: connection, handshake, headers, and body", async () => {
    const silent = await listen(createTcpServer(() => undefined));
    const slowBody = await serve((_request, response) => {
      response.writeHead(200).write("x");
    });
    for (const [port, http] of [
      [silent, {}],
      [slowBody, { bodyContains: "y" }],
    ] as const) {
      const startedAt = performance.now();
      assert.deepEqual(await check(port, http, 500), { kind: "failure", class: "timeout" });
      assert.ok(performance.now() - startedAt < 5_000);
    }
  });

  test("a port without a server is refused, plain text is no TLS, and a connection that ends is closed", async () => {
    const port = await listen(createTcpServer((socket) => socket.destroy()));
    assert.deepEqual(await check(port), { kind: "failure", class: "closed" });
    const plain = await listen(createTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    assert.deepEqual(await check(plain), { kind: "failure", class: "tls" });
    assert.deepEqual(await check(1), { kind: "failure", class: "refused" });
  });

  test("TCP checks see an open port", async () => {
    const port = await listen(createTcpServer(() => undefined));
    assert.deepEqual(await checkTcp({ address: "127.0.0.1", port, timeoutMs: 1_000 }), { kind: "success" });
    assert.deepEqual(await checkTcp({ address: "127.0.0.1", port: 1, timeoutMs: 1_000 }), {
      kind: "failure",
      class: "refused",
    });
  });

  test("a worker makes checks, is replaced when it ends, and ends with its owner", async () => {
    const ends: unknown[] = [];
    const port = await listen(createTcpServer(() => undefined));
    const request: CheckRequest = { address: "127.0.0.1", port, timeoutMs: 2_000 };
    const worker = createCheckWorker({ onEnd: (error) => ends.push(error) });
    const results = await Promise.all(Array.from({ length: 100 }, () => worker.check(request)));
    assert.ok(results.every(({ kind }) => kind === "success"));
    const first = worker.threadId;
    const silent = await listen(createTcpServer(() => undefined));
    const http = { ...HTTP, tls: false };
    const cut = worker.check({ ...request, port: silent, timeoutMs: 10_000, http });
    await worker.terminate();
    assert.deepEqual(await cut, { kind: "local" });
    assert.deepEqual(await worker.check(request), { kind: "success" });
    assert.notEqual(worker.threadId, first);
    assert.deepEqual([worker.restarts, ends.length], [1, 1]);
    await worker[Symbol.asyncDispose]();
    assert.deepEqual(await worker.check(request), { kind: "local" });
    assert.equal(ends.length, 1);
  });
});
