import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { openKubeconfig } from "../../../src/kube/client/kubeconfig.ts";
import type { CredentialSource } from "../../../src/kube/client/credentials.ts";
import { createTransport, type TransportOptions } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import { makeKubeCredentials } from "../../support/kube-credentials.ts";
import { NEVER } from "./fixture.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Failures on demand need a server of our own; the real one is in the other files. */
describe("transport", () => {
  const get = { method: "GET", path: "/x" } as const;

  it("gives bodies, statuses with reason and causes, and what is not JSON, as values", async () => {
    const status = {
      reason: "Conflict",
      message: "m",
      details: { causes: [{ reason: "R", field: "f", message: "c" }] },
    };
    await using site = await serve((request, response) => {
      response.statusCode = Number(request.url?.slice(1));
      response.end(
        response.statusCode === 409 ? JSON.stringify(status) : response.statusCode === 200 ? '{"a":1}' : "<p>",
      );
    });
    const { transport } = site;
    const ask = (path: string) => transport.request({ method: "GET", path }, NEVER);
    assert.deepEqual(await ask("/200"), { kind: "ok", status: 200, body: { a: 1 } });
    const causes = [{ reason: "R", field: "f", message: "c" }];
    const shared = { kind: "status", retryAfterMs: undefined };
    assert.deepEqual(await ask("/409"), { ...shared, code: 409, reason: "Conflict", message: "m", causes });
    assert.deepEqual(await ask("/404"), { ...shared, code: 404, reason: "", message: "<p>", causes: [] });
    assert.equal((await ask("/201")).kind, "unreachable");
  });

  it("waits out a 429 and a 503 that say for how long, and hands on one that says long", async () => {
    const answers = [429, 503, 200];
    await using site = await serve((request, response) => {
      const code = request.url === "/long" ? 429 : (answers.shift() ?? 500);
      response.setHeader("retry-after", request.url === "/long" ? "60" : "1");
      response.statusCode = code;
      response.end("{}");
    });
    const startedAt = performance.now();
    assert.equal((await site.transport.request({ method: "POST", path: "/x", body: {} }, NEVER)).kind, "ok");
    assert.ok(performance.now() - startedAt >= 2_000);
    const long = await site.transport.request({ method: "GET", path: "/long" }, NEVER);
    assert.equal(long.kind === "status" && long.retryAfterMs, 60_000);
  });

  it("gives up on a request that takes too long, and ends one whose caller has gone", async () => {
    await using site = await serve(() => undefined);
    const late = await site.transport.request({ ...get, timeoutMs: 100 }, NEVER);
    assert.deepEqual(late, { kind: "unreachable", message: "no answer within 100 ms" });
    const caller = new AbortController();
    const asked = site.transport.request(get, caller.signal);
    setTimeout(() => caller.abort(new Error("gone")), 50);
    await assert.rejects(asked, /gone/);
    await assert.rejects(site.transport.request(get, caller.signal), /gone/);
  });

  it("says unreachable when nothing listens", async () => {
    await using site = await serve(() => undefined);
    site.server.close();
    await once(site.server, "close");
    const result = await site.transport.request(get, NEVER);
    assert.match(result.kind === "unreachable" ? result.message : "", /ECONNREFUSED/);
  });

  it("reads once more when an idle connection turns out to be closed, but writes only once", async () => {
    const methods: string[] = [];
    await using site = await serve((request, response) => {
      methods.push(request.method ?? "");
      if (methods.length % 2 === 1) {
        request.socket.destroy();
      } else {
        response.end("{}");
      }
    });
    assert.equal((await site.transport.request(get, NEVER)).kind, "ok");
    assert.equal((await site.transport.request({ method: "POST", path: "/x", body: {} }, NEVER)).kind, "unreachable");
    assert.deepEqual(methods, ["GET", "GET", "POST"]);
  });

  it("keeps its connections, and no more requests in flight than allowed", async () => {
    let inFlight = 0;
    let most = 0;
    const sockets = new Set<unknown>();
    await using site = await serve(
      (request, response) => {
        sockets.add(request.socket);
        inFlight += 1;
        most = Math.max(most, inFlight);
        setTimeout(() => {
          inFlight -= 1;
          response.end("{}");
        }, 5);
      },
      { concurrency: 4 },
    );
    await Promise.all(Array.from({ length: 100 }, () => site.transport.request(get, NEVER)));
    assert.equal(most, 4);
    assert.ok(sockets.size <= 6, `${sockets.size} connections`);
  });

  it("lets an urgent request pass those that wait, and does not wait out its 429", async () => {
    await using site = await serve(
      (request, response) => {
        if (request.url === "/urgent") {
          response.statusCode = 429;
          response.setHeader("retry-after", "5");
          response.end("{}");
        }
      },
      { concurrency: 1 },
    );
    const caller = new AbortController();
    const stuck = [1, 2, 3].map(() => site.transport.request(get, caller.signal).catch(() => undefined));
    const startedAt = performance.now();
    const urgent = await site.transport.request({ method: "GET", path: "/urgent", isUrgent: true }, NEVER);
    assert.equal(urgent.kind === "status" && urgent.code, 429);
    assert.ok(performance.now() - startedAt < 5_000, "not after the 5 s of Retry-After");
    caller.abort();
    await Promise.all(stuck);
  });

  it("ends a stream on which nothing comes, and one that breaks off", async () => {
    await using site = await serve((request, response) => {
      response.write('{"a":1}\n');
      if (request.url === "/break") {
        setTimeout(() => request.socket.destroy(), 50);
      }
    });
    for (const path of ["/idle", "/break"]) {
      const result = await site.transport.stream({ path, idleMs: 1_200 }, NEVER);
      let text = "";
      await assert.rejects(async () => {
        for await (const chunk of result.kind === "stream" ? result.chunks : []) {
          text += Buffer.from(chunk).toString();
        }
      });
      assert.equal(text, '{"a":1}\n');
    }
  });

  it("reads credentials again after a 401", async () => {
    let valid = "old";
    await using site = await serve((request, response) => {
      response.statusCode = request.headers.authorization === `Bearer ${valid}` ? 200 : 401;
      response.end("{}");
    });
    const reads: boolean[] = [];
    const credentials: CredentialSource = {
      description: "test",
      namespace: "default",
      read: async ({ fresh }) => {
        reads.push(fresh);
        return { server: site.url, headers: { authorization: `Bearer ${valid}` }, tls: {} };
      },
    };
    await using transport = transportOf(credentials);
    assert.equal((await transport.request(get, NEVER)).kind, "ok");
    valid = "new";
    const results = await Promise.all([1, 2, 3].map(() => transport.request(get, NEVER)));
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ["ok", "ok", "ok"],
    );
    assert.deepEqual(reads, [false, true], "three requests with one stale token read the new one once");
    site.server.removeAllListeners("request");
    site.server.on("request", (_request, response: ServerResponse) => {
      response.statusCode = 401;
      response.end("{}");
    });
    for (let index = 0; index < 5; index += 1) {
      const refused = await transport.request(get, NEVER);
      assert.equal(refused.kind === "status" && refused.code, 401);
    }
    assert.deepEqual(reads, [false, true], "and where that does not help, not again for each request");
  });
});

describe("credentials from a kubeconfig", { skip: skipWithout("openssl") }, () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-kubeconfig-"));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("follows a token file and a CA file that change, as in a pod", async () => {
    const certificates = await Promise.all(
      ["one", "two"].map(async (name) => {
        const own = await mkdtemp(join(directory, name));
        return makeKubeCredentials(own, "127.0.0.1");
      }),
    );
    const [one, two] = certificates;
    assert.ok(one !== undefined && two !== undefined);
    const caFile = join(directory, "ca.crt");
    const tokenFile = join(directory, "token");
    const kubeconfig = join(directory, "config");
    await using site = await serveTls(one.keyFile, one.certificateFile, () => "first");
    await writeFile(caFile, one.certificate);
    await writeFile(tokenFile, "first\n");
    await writeFile(kubeconfig, tokenFileKubeconfig(site.url, caFile, tokenFile));
    await using transport = transportOf(await openKubeconfig({ kubeconfig }), { rereadMs: 100 });
    const ask = () => transport.request({ method: "GET", path: "/x" }, NEVER);
    assert.equal((await ask()).kind, "ok");

    site.expectToken("second");
    await writeFile(tokenFile, "second\n");
    assert.equal((await ask()).kind, "ok", "a 401 brings the new token");

    site.server.setSecureContext({ key: await readFile(two.keyFile), cert: two.certificate });
    site.server.closeAllConnections();
    assert.equal((await ask()).kind, "unreachable", "an unknown CA is not trusted");
    await writeFile(caFile, two.certificate);
    await systemClock.sleep(150, NEVER);
    assert.equal((await ask()).kind, "ok");
  });

  it("says what is wrong with the configuration", async () => {
    const nowhere = openKubeconfig({ kubeconfig: join(directory, "nowhere") });
    await assert.rejects(nowhere, { code: "CONFIG_INVALID", message: /nowhere/ });
    const kubeconfig = join(directory, "other");
    await writeFile(kubeconfig, tokenFileKubeconfig("https://127.0.0.1:1", "ca", "token"));
    const context = openKubeconfig({ kubeconfig, context: "absent" });
    await assert.rejects(context, { code: "CONFIG_INVALID", message: /context "absent"/ });
  });
});

function transportOf(credentials: CredentialSource, options: TransportOptions = {}) {
  return createTransport({ credentials, clock: systemClock, random: () => 0, log: silentLogger }, options);
}

async function serve(handler: Handler, options: TransportOptions = {}) {
  const server = createServer(handler);
  const url = `http://127.0.0.1:${await listen(server)}`;
  const read = async () => ({ server: url, headers: {}, tls: {} });
  const transport = transportOf({ description: "test", namespace: "default", read }, options);
  return {
    server,
    url,
    transport,
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function serveTls(keyFile: string, certificateFile: string, first: () => string) {
  let token = first();
  const key = await readFile(keyFile);
  const cert = await readFile(certificateFile);
  const server = createTlsServer({ key, cert }, (request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${token}` ? 200 : 401;
    response.end("{}");
  });
  return {
    server,
    url: `https://127.0.0.1:${await listen(server)}`,
    expectToken: (next: string) => {
      token = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function listen(server: Pick<Server, "listen" | "address" | "once">): Promise<number> {
  server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : assert.fail("no port");
}

function tokenFileKubeconfig(server: string, caFile: string, tokenFile: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: "u", user: { "auth-provider": { name: "tokenFile", config: { tokenFile } } } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}
