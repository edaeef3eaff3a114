import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { createCoreDNSEtcdBackend } from "../../../src/providers/coredns-etcd/coredns-etcd.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { documentedFigure } from "../../support/documented-figure.ts";
import { tlsOf } from "../../support/tls-source.ts";

const WEBHOOK = "src/providers/external-dns-webhook/README.md";
const POWERDNS = "src/providers/powerdns/README.md";
const ETCD = "src/providers/coredns-etcd/README.md";
const MIB = 1_048_576;
const SIGNAL = new AbortController().signal;

/** The limits of an HTTP call, which these providers share. */
describe("a call of a provider over HTTP", { concurrency: true }, () => {
  test("takes a body of so many bytes, and not one more", async () => {
    const most = documentedFigure(WEBHOOK, /A body has at most (\d+) MiB/) * MIB;
    assert.equal(documentedFigure(POWERDNS, /Its JSON has at most (\d+) MiB/) * MIB, most);
    await using lab = await startLab((path) => Buffer.alloc(Number(path.slice(1)), " "));
    assert.equal(await lab.get(`/${most}`), `response ${most}`);
    assert.match(await lab.get(`/${most + 1}`), /^unreachable /);
  });

  test("takes so many seconds", async () => {
    const seconds = documentedFigure(WEBHOOK, /a request takes at most (\d+) s/);
    assert.equal(documentedFigure(POWERDNS, /A request takes at most (\d+) s/), seconds);
    await using lab = await startLab(() => undefined);
    assert.equal(await tookAbout(seconds, () => lab.get("/")), `unreachable no answer within ${seconds * 1_000} ms`);
  });

  test("of an endpoint of etcd, takes so many seconds, and then the next one is asked", async () => {
    const seconds = documentedFigure(ETCD, /Each has (\d+) s/);
    await using silent = await startLab(() => undefined);
    await using other = await startLab(() => Buffer.from('{"header":{"revision":"7"},"kvs":[]}'));
    const spec = { endpoints: [silent.url, other.url], pathPrefix: "/skydns" };
    const parts = { domain: parseName("example.com"), password: undefined, http: silent.http, tls: tlsOf() };
    const backend = createCoreDNSEtcdBackend({ spec, ...parts });
    const read = await tookAbout(seconds, () => backend.read([], SIGNAL));
    assert.equal(read.kind, "ok", JSON.stringify(read));
    assert.ok(other.requests() > 0);
  });
});

interface Lab extends AsyncDisposable {
  readonly url: string;
  readonly http: HttpClient;
  readonly requests: () => number;
  /** "response 12", with the bytes of the body, or "unreachable" and why. */
  get(path: string): Promise<string>;
}

/** A server that answers each path with a body, or (undefined) never. */
async function startLab(bodyOf: (path: string) => Buffer | undefined): Promise<Lab> {
  let requests = 0;
  const server: Server = createServer((request, response) => {
    requests += 1;
    const body = bodyOf(request.url ?? "");
    if (body !== undefined) {
      response.setHeader("content-type", "application/json").end(body);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  const http = createHttpClient({ clock: systemClock });
  return {
    url,
    http,
    requests: () => requests,
    async get(path) {
      const result = await http.request({ method: "GET", baseUrl: url, path, headers: {} }, SIGNAL);
      return result.kind === "response" ? `response ${result.text.length}` : `unreachable ${result.message}`;
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Passes if it takes the time, or less than twice as much: a busy machine is slow, and another figure is far off. */
async function tookAbout<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  const took = (performance.now() - startedAt) / 1_000;
  assert.ok(took >= seconds * 0.9 && took < seconds * 2, `${took} s, and not ${seconds} s`);
  return result;
}
