import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../../src/base/clock.ts";
import { createHttpClient, type HttpClientOptions, type HttpRequest } from "../../../src/transport/http-client.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { until } from "../../support/folder.ts";
import { makeCertificate } from "../resolver/certificate.ts";

const SIGNAL = AbortSignal.timeout(60_000);

describe("HTTP client of providers", () => {
  it("sends JSON and gives back status, media type and text", async () => {
    await using server = await serve((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        response.writeHead(422, { "content-type": "Application/JSON" });
        response.end(`${request.method} ${request.url} ${Buffer.concat(pieces).toString()}`);
      });
    });
    await using client = createHttpClient({ clock: systemClock });
    const request = { ...get(`${server.url}/base/`), method: "PATCH" as const, path: "/zones?x=1", body: { a: [1] } };
    assert.deepEqual(await client.request(request, SIGNAL), {
      kind: "response",
      status: 422,
      mediaType: "application/json",
      text: 'PATCH /base/zones?x=1 {"a":[1]}',
    });
  });

  it("keeps a connection for many requests", async () => {
    await using server = await serve((_request, response) => response.end("ok"));
    await using client = createHttpClient({ clock: systemClock });
    for (let round = 0; round < 20; round += 1) {
      await client.request(get(server.url), SIGNAL);
    }
    assert.ok(server.connections() <= 2, `${server.connections()} connections`);
  });

  it("takes a body as long as it may be", async () => {
    await using server = await serve((_request, response) => response.end("x".repeat(1000)));
    await using client = createHttpClient({ clock: systemClock, maxBytes: 1000 });
    const result = await client.request(get(server.url), SIGNAL);
    assert.equal(result.kind === "response" ? result.text.length : result.message, 1000);
  });

  it("takes a body of 32 MiB without a limit of its own, and not a longer one", async () => {
    let length = 32 * 1024 * 1024;
    await using server = await serve((_request, response) => response.end(Buffer.alloc(length, "x")));
    await using client = createHttpClient({ clock: systemClock });
    const result = await client.request(get(server.url), SIGNAL);
    assert.equal(result.kind === "response" ? result.text.length : result.message, length);
    length += 1;
    assert.equal((await client.request(get(server.url), SIGNAL)).kind, "unreachable");
  });

  it("waits for an answer, and for each part of it, as long as the request may take", async () => {
    await using server = await serve((_request, response) => {
      setTimeout(() => response.write("o"), 1_500);
      setTimeout(() => response.end("k"), 3_000);
    });
    await using client = createHttpClient({ clock: systemClock });
    const result = await client.request(get(server.url), SIGNAL);
    assert.equal(result.kind === "response" ? result.text : result.message, "ok");
  });

  it("waits for a connection when as many as allowed are in use, and opens no more", async () => {
    await using server = await serve((_request, response) => void setTimeout(() => response.end("ok"), 30));
    await using client = createHttpClient({ clock: systemClock, maxConnections: 2 });
    const results = await Promise.all(Array.from({ length: 8 }, () => client.request(get(server.url), SIGNAL)));
    assert.deepEqual(new Set(results.map((result) => result.kind === "response" && result.text)), new Set(["ok"]));
    assert.equal(server.connections(), 2);
  });

  it("lets a connection go that nobody used for a while", async () => {
    await using server = await serve((_request, response) => response.end("ok"));
    await using client = createHttpClient({ clock: systemClock, idleMs: 1_100 });
    await client.request(get(server.url), SIGNAL);
    await delay(1_500);
    await client.request(get(server.url), SIGNAL);
    assert.equal(server.connections(), 2);
  });

  it("closes its connections when it is disposed, also those that wait for a request", async () => {
    let closed = 0;
    await using server = await serve((request, response) => {
      request.socket.once("close", () => (closed += 1));
      response.end("ok");
    });
    const client = createHttpClient({ clock: systemClock, idleMs: 3_600_000 });
    await client.request(get(server.url), SIGNAL);
    await client[Symbol.asyncDispose]();
    // The client ends an unused connection itself a second before its server does so, which is after five seconds.
    await until("the end of the connection", () => closed === 1, 2_000);
  });

  it("does not follow redirects", async () => {
    await using server = await serve((_request, response) => response.writeHead(307, { location: "/other" }).end());
    await using client = createHttpClient({ clock: systemClock });
    const result = await client.request(get(server.url), SIGNAL);
    assert.equal(result.kind === "response" && result.status, 307);
    assert.equal(server.requests(), 1);
  });

  const waits: readonly (readonly [string, number])[] = [
    ["7", 7_000],
    [new Date(1_800_000_005_000).toUTCString(), 5_000],
  ];
  for (const [header, retryAfterMs] of waits) {
    it(`reads Retry-After: ${header}`, async () => {
      await using server = await serve((_request, response) =>
        response.writeHead(429, { "retry-after": header }).end(),
      );
      await using client = createHttpClient({ clock: { ...systemClock, now: () => 1_800_000_000_000 } });
      const result = await client.request(get(server.url), SIGNAL);
      assert.equal(result.kind === "response" ? result.retryAfterMs : undefined, retryAfterMs);
    });
  }

  const broken: readonly {
    readonly name: string;
    readonly serve: RequestListener;
    readonly options?: Partial<HttpClientOptions>;
    readonly message: RegExp;
  }[] = [
    {
      name: "no answer in time",
      serve: () => undefined,
      options: { timeoutMs: 100 },
      message: /no answer within 100 ms/,
    },
    {
      name: "a body that stops coming",
      serve: (_request, response) => response.writeHead(200, { "content-length": "10" }).write("12345"),
      options: { timeoutMs: 100 },
      message: /no answer within 100 ms/,
    },
    {
      name: "a body that is too long",
      serve: (_request, response) => response.end("x".repeat(1001)),
      options: { maxBytes: 1000 },
      message: /longer than 1000 bytes/,
    },
    {
      name: "a connection cut in the middle of the body",
      serve: (request, response) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("12345", () => request.socket.destroy());
      },
      message: /closed|terminated|aborted/,
    },
    {
      name: "a connection cut before the answer",
      serve: (request) => request.socket.destroy(),
      message: /closed|hang up/,
    },
  ];
  for (const { name, serve: listener, options, message } of broken) {
    it(`gives a value for ${name}`, async () => {
      await using server = await serve(listener);
      await using client = createHttpClient({ clock: systemClock, ...options });
      const result = await client.request({ ...get(server.url), method: "POST", body: {} }, SIGNAL);
      assert.equal(result.kind, "unreachable");
      assert.match(result.kind === "unreachable" ? result.message : "", message);
      assert.equal(server.requests(), 1, "a write is not sent again");
    });
  }

  for (const [name, end] of [
    ["has gone", (socket) => void socket.destroy()],
    ["was reset", (socket) => void socket.resetAndDestroy()],
  ] satisfies readonly [string, (socket: Socket) => void][]) {
    it(`asks once more when a kept connection ${name}`, async () => {
      let requests = 0;
      await using server = await serve((request, response) => {
        requests += 1;
        if (requests === 2) {
          end(request.socket);
        } else {
          response.end("ok");
        }
      });
      await using client = createHttpClient({ clock: systemClock, maxConnections: 1 });
      for (const count of [1, 3]) {
        const result = await client.request(get(server.url), SIGNAL);
        assert.equal(result.kind === "response" ? result.text : "", "ok");
        assert.equal(requests, count);
      }
    });
  }

  it("rejects with the caller's reason, and leaves no wait behind", async () => {
    await using server = await serve(() => undefined);
    await using client = createHttpClient({ clock: systemClock });
    const stopping = new AbortController();
    const result = client.request(get(server.url), stopping.signal);
    setTimeout(() => stopping.abort(new Error("stopping")), 50);
    await assert.rejects(result, /stopping/);
  });

  it("believes a certificate by the given authority alone", async () => {
    await using server = await serve((_request, response) => response.end("ok"));
    await using known = await makeCertificate("IP:127.0.0.1");
    await using other = await makeCertificate("IP:127.0.0.1");
    const tls = { key: await readFile(known.keyFile, "utf8"), cert: known.pem };
    await using proxy = await startFaultProxy({ upstream: server.url, tls });
    await using client = createHttpClient({ clock: systemClock });
    const ask = async (caBundle?: string): Promise<string> => {
      const result = await client.request({ ...get(proxy.url), ...(caBundle !== undefined && { caBundle }) }, SIGNAL);
      return result.kind === "response" ? result.text : result.message;
    };
    assert.equal(await ask(known.pem), "ok");
    assert.match(await ask(other.pem), /certificate/);
    assert.match(await ask(), /certificate/);
    assert.match(await ask("no PEM"), /PEM|certificate/i);
  });
});

function get(baseUrl: string): HttpRequest {
  return { method: "GET", baseUrl, path: "/", headers: {} };
}

interface TestServer extends AsyncDisposable {
  readonly url: string;
  connections(): number;
  requests(): number;
}

async function serve(listener: RequestListener): Promise<TestServer> {
  let connections = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    connections: () => connections,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
