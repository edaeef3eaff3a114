import { EMPTY_QUERY } from "../../../src/dns/message/message.ts";
import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { test } from "node:test";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { printRdata } from "../../../src/dns/rdata/codec.ts";
import { TYPE } from "../../../src/dns/registry.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import type { ExchangeResult, ResolverServer } from "../../../src/transport/exchange.ts";
import { makeCertificate } from "../../lab/certificate.ts";
import { startNameServer } from "../../lab/name-server.ts";
import { skipWithout } from "../../support/component.ts";
import { freePort } from "../../support/free-port.ts";
import { startUnbound } from "../../support/unbound.ts";

const never = new AbortController().signal;
const NAME = "dns.lab.test";

function query(id: number): Uint8Array {
  return encodeMessage({
    ...EMPTY_QUERY,
    id,
    recursionDesired: true,
    questions: [{ name: parseName("www.example.com"), type: TYPE.A, class: 1 }],
  });
}

function asking(id: number) {
  return { query: query(id), timeoutMs: 5_000, accept: () => true };
}

function shown(result: ExchangeResult): string {
  if (result.kind !== "response") {
    return result.kind === "unreachable" ? `unreachable: ${result.message}` : result.kind;
  }
  const decoded = decodeMessage(result.response);
  const answers = decoded.kind === "ok" ? decoded.message.answers : [];
  return answers.map((answer) => printRdata(answer.type, answer.rdata)).join(" ");
}

async function startSecureUnbound() {
  const certificate = await makeCertificate([`DNS:${NAME}`, "IP:127.0.0.1"]);
  const target = await startNameServer({ zones: { "example.com": ["www A 192.0.2.1"] } });
  const tlsPort = await freePort();
  const httpsPort = await freePort();
  const unbound = await startUnbound({
    stubs: [{ zone: "example.com", servers: [target] }],
    moreServer: [
      `interface: 127.0.0.1@${tlsPort}`,
      `interface: 127.0.0.1@${httpsPort}`,
      `tls-port: ${tlsPort}`,
      `https-port: ${httpsPort}`,
      `tls-service-key: "${certificate.keyFile}"`,
      `tls-service-pem: "${certificate.certFile}"`,
    ].join("\n  "),
  });
  return {
    ca: certificate.cert,
    tls: { protocol: "tls", address: "127.0.0.1", port: tlsPort },
    https: { protocol: "https", address: "127.0.0.1", port: httpsPort },
    async [Symbol.asyncDispose]() {
      await unbound[Symbol.asyncDispose]();
      await target[Symbol.asyncDispose]();
      await certificate[Symbol.asyncDispose]();
    },
  } as const;
}

test("Unbound over TLS and HTTPS", { skip: skipWithout("unbound", "openssl") }, async (t) => {
  await using lab = await startSecureUnbound();
  const { ca } = lab;
  for (const protocol of ["tls", "https"] as const) {
    const server: ResolverServer = lab[protocol];

    await t.test(`${protocol}: it answers under its name, and under its address`, async () => {
      await using client = createExchange({ ca });
      assert.equal(shown(await client.exchange({ ...server, serverName: NAME }, asking(1), never)), "192.0.2.1");
      assert.equal(shown(await client.exchange(server, asking(2), never)), "192.0.2.1");
    });

    await t.test(`${protocol}: fifty queries at once`, async () => {
      await using client = createExchange({ ca });
      const asked = Array.from({ length: 50 }, (_, id) => client.exchange(server, asking(id), never));
      const results = await Promise.all(asked);
      assert.deepEqual(new Set(results.map(shown)), new Set(["192.0.2.1"]));
    });

    await t.test(`${protocol}: a certificate for another name is not taken`, async () => {
      await using client = createExchange({ ca });
      const result = await client.exchange({ ...server, serverName: "other.lab.test" }, asking(1), never);
      assert.match(shown(result), /unreachable: .*altnames/);
    });

    await t.test(`${protocol}: a certificate that nobody signed is not taken`, async () => {
      await using client = createExchange();
      const result = await client.exchange({ ...server, serverName: NAME }, asking(1), never);
      assert.match(shown(result), /unreachable: .*self-signed/);
    });
  }

  await t.test("https: another path is unreachable, with the status", async () => {
    await using client = createExchange({ ca });
    const result = await client.exchange({ ...lab.https, path: "/elsewhere" }, asking(1), never);
    assert.match(shown(result), /unreachable: .*404/);
  });
});

test("tls: a server with a wrong certificate never sees the query", { skip: skipWithout("openssl") }, async () => {
  await using certificate = await makeCertificate(["DNS:other.lab.test"]);
  let bytes = 0;
  const sockets = new Set<Socket>();
  const server = createTlsServer({ key: certificate.key, cert: certificate.cert }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      bytes += piece.length;
    });
  });
  server.on("tlsClientError", () => undefined);
  const port = await listening(server.listen(0, "127.0.0.1"));
  await using client = createExchange({ ca: certificate.cert });
  const at: ResolverServer = { protocol: "tls", address: "127.0.0.1", port, serverName: NAME };
  assert.match(shown(await client.exchange(at, asking(1), never)), /unreachable: .*altnames/);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  sockets.forEach((socket) => socket.destroy());
  server.close();
  assert.equal(bytes, 0);
});

interface WebCase {
  readonly name: string;
  readonly answer: RequestListener;
  readonly shows: RegExp;
}

const DNS = { "content-type": "application/dns-message" };
const WEB: readonly WebCase[] = [
  {
    name: "a plain HTTP/1.1 server answers; the request is a POST as RFC 8484 wants it",
    answer: (request, response) => {
      const chunks: Buffer[] = [];
      const { method, url, headers } = request;
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const fine = method === "POST" && url === "/dns-query" && headers["content-type"] === DNS["content-type"];
        response.writeHead(fine ? 200 : 500, DNS).end(Buffer.concat(chunks));
      });
    },
    shows: /^$/,
  },
  {
    name: "another media type is unreachable",
    answer: (_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>log in</p>"),
    shows: /unreachable: .*text\/html/,
  },
  {
    name: "an answer without a media type is unreachable",
    answer: (_request, response) => void response.writeHead(200).end("something"),
    shows: /unreachable: .*HTTP status 200 and media type ""/,
  },
  {
    name: "a server error is unreachable",
    answer: (_request, response) => void response.writeHead(503).end(),
    shows: /unreachable: .*503/,
  },
  {
    name: "more than 64 KiB is unreachable",
    answer: (_request, response) => void response.writeHead(200, DNS).end(Buffer.alloc(65_536)),
    shows: /unreachable: /,
  },
  {
    name: "an answer that stops half-way is unreachable",
    answer: (_request, response) => {
      response.writeHead(200, { ...DNS, "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    },
    shows: /unreachable: /,
  },
  {
    name: "a server that says nothing is a time-out",
    answer: () => undefined,
    shows: /^timeout$/,
  },
];

test("HTTPS servers of every kind", { skip: skipWithout("openssl") }, async (t) => {
  await using certificate = await makeCertificate([`DNS:${NAME}`]);
  for (const { name, answer, shows } of WEB) {
    await t.test(name, async () => {
      const server = createHttpsServer({ key: certificate.key, cert: certificate.cert }, answer);
      const port = await listening(server.listen(0, "127.0.0.1"));
      {
        await using client = createExchange({ ca: certificate.cert });
        const at: ResolverServer = { protocol: "https", address: "127.0.0.1", port, serverName: NAME };
        assert.match(shown(await client.exchange(at, { ...asking(1), timeoutMs: 300 }, never)), shows);
      }
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    });
  }
});

test("https: a kept connection that the server closed is no failure", { skip: skipWithout("openssl") }, async () => {
  await using certificate = await makeCertificate([`DNS:${NAME}`]);
  const served = new WeakSet<Socket>();
  const server = createHttpsServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    if (served.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    served.add(request.socket);
    response.writeHead(200, DNS).end(query(1));
  });
  const port = await listening(server.listen(0, "127.0.0.1"));
  await using client = createExchange({ ca: certificate.cert });
  const at: ResolverServer = { protocol: "https", address: "127.0.0.1", port, serverName: NAME };
  for (const id of [1, 2, 3]) {
    assert.equal((await client.exchange(at, asking(id), never)).kind, "response");
  }
  server.close();
});

test("https: more than 64 KiB over HTTP/2 is unreachable", { skip: skipWithout("openssl") }, async () => {
  await using certificate = await makeCertificate([`DNS:${NAME}`]);
  let protocol = "";
  const server = createSecureServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    protocol = request.httpVersion;
    response.writeHead(200, DNS).end(Buffer.alloc(200_000));
  });
  const port = await listening(server.listen(0, "127.0.0.1"));
  await using client = createExchange({ ca: certificate.cert });
  const at: ResolverServer = { protocol: "https", address: "127.0.0.1", port, serverName: NAME };
  assert.match(shown(await client.exchange(at, asking(1), never)), /unreachable: .*64 KiB/);
  assert.equal(protocol, "2.0");
  server.close();
});

async function listening(server: Server): Promise<number> {
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : assert.fail("not listening");
}
