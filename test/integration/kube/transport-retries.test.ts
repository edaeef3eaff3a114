import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { createTransport, MERGE_PATCH, type TransportOptions } from "../../../src/kube/client/transport.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { NEVER } from "./fixture.ts";

const GET = { method: "GET", path: "/x" } as const;

/** A server, and a transport whose waits are recorded instead of waited for. */
async function serve(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  options?: TransportOptions,
) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : assert.fail("no port");
  const waits: number[] = [];
  const codes: string[] = [];
  const dates: (string | undefined)[] = [];
  const reads: boolean[] = [];
  const transport = createTransport(
    {
      credentials: {
        description: "test",
        namespace: "default",
        read: async ({ fresh }) => {
          reads.push(fresh);
          return { server: `http://127.0.0.1:${port}/base/`, headers: { authorization: "Bearer t" }, tls: {} };
        },
      },
      clock: { now: () => 0, sleep: async (ms) => void waits.push(ms) },
      random: () => 0.5,
      log: silentLogger,
      onRequest: (method, code) => void codes.push(`${method} ${code}`),
      onDate: (date) => void dates.push(date),
    },
    options,
  );
  return {
    server,
    transport,
    waits,
    codes,
    dates,
    reads,
    [Symbol.asyncDispose]: async () => {
      await transport[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a request to an API server that is busy", () => {
  const cases: readonly (readonly [code: number, retryAfter: string, attempts: number, waitMs: number])[] = [
    [429, "1", 4, 1_100],
    [503, "5", 4, 5_500],
    [429, "6", 1, 0],
    [500, "1", 1, 0],
    [503, "", 1, 0],
  ];
  for (const [code, retryAfter, attempts, waitMs] of cases) {
    it(`is sent ${attempts} times if the answer is always ${code} with Retry-After "${retryAfter}"`, async () => {
      await using site = await serve((_request, response) => {
        response.writeHead(code, retryAfter === "" ? {} : { "retry-after": retryAfter }).end("{}");
      });
      const result = await site.transport.request(GET, NEVER);
      assert.equal(result.kind === "status" && result.code, code);
      assert.deepEqual(site.waits, Array(attempts - 1).fill(waitMs));
      assert.deepEqual(site.codes, Array(attempts).fill(`GET ${code}`));
    });
  }

  it("is sent once if it is urgent", async () => {
    await using site = await serve((_request, response) => {
      response.writeHead(429, { "retry-after": "1" }).end("{}");
    });
    await site.transport.request({ ...GET, isUrgent: true }, NEVER);
    assert.deepEqual([site.waits, site.codes], [[], ["GET 429"]]);
  });
});

describe("the headers of a request", () => {
  const seen = async (
    request: Parameters<Awaited<ReturnType<typeof serve>>["transport"]["request"]>[0],
    options = {},
  ) => {
    let headers: IncomingMessage["headers"] = {};
    let url: string | undefined;
    let text = "";
    await using site = await serve((incoming, response) => {
      ({ headers, url } = incoming);
      incoming.on("data", (piece: Buffer) => (text += piece.toString()));
      incoming.on("end", () => response.end("{}"));
    }, options);
    assert.equal((await site.transport.request(request, NEVER)).kind, "ok");
    assert.ok(site.dates.length === 1 && !Number.isNaN(Date.parse(site.dates[0] ?? "")));
    const { accept, authorization } = headers;
    return { url, text, accept, authorization, agent: headers["user-agent"], type: headers["content-type"] };
  };
  const common = { url: "/base/x", accept: "application/json", authorization: "Bearer t", agent: "dnsalias" };

  it("have no media type without a body", async () => {
    assert.deepEqual(await seen(GET), { ...common, text: "", type: undefined });
  });

  it("have that of the body, JSON by default", async () => {
    const post = { method: "POST", path: "/x", body: { a: 1 } } as const;
    assert.deepEqual(await seen(post), { ...common, text: '{"a":1}', type: "application/json" });
    const patch = { ...post, method: "PATCH", contentType: MERGE_PATCH } as const;
    assert.deepEqual(await seen(patch), { ...common, text: '{"a":1}', type: MERGE_PATCH });
  });

  it("have the accepted type and the name of the program that are given", async () => {
    const result = await seen({ ...GET, accept: "text/plain" }, { userAgent: "dnsalias/test" });
    assert.deepEqual(result, { ...common, accept: "text/plain", agent: "dnsalias/test", text: "", type: undefined });
  });
});

describe("how many requests run at once", () => {
  const mostOf = async (requests: readonly boolean[], options?: TransportOptions): Promise<number> => {
    const waiting = new Set<ServerResponse>();
    let most = 0;
    await using site = await serve((_request, response) => {
      waiting.add(response);
      most = Math.max(most, waiting.size);
      setTimeout(() => {
        waiting.delete(response);
        response.end("{}");
      }, 30);
    }, options);
    await Promise.all(requests.map((isUrgent) => site.transport.request({ ...GET, isUrgent }, NEVER)));
    return most;
  };

  it("is 16 without an option", async () => {
    assert.equal(await mostOf(Array<boolean>(40).fill(false)), 16);
  });

  it("is two more for urgent ones", async () => {
    assert.equal(await mostOf([false, false, true, true, true, true], { concurrency: 1 }), 3);
  });
});

describe("a failed request", () => {
  it("is counted as unreachable, when it takes too long and when nothing listens", async () => {
    await using site = await serve(() => undefined);
    await site.transport.request({ ...GET, timeoutMs: 20 }, NEVER);
    assert.deepEqual(site.codes, ["GET unreachable"]);
    await site.transport[Symbol.asyncDispose]();
    assert.equal((await site.transport.request(GET, NEVER)).kind, "unreachable");
    assert.deepEqual(site.codes, ["GET unreachable", "GET unreachable"]);
  });
});

describe("a watch that is refused", () => {
  const refusals: readonly (readonly [code: number, want: object, reads: readonly boolean[]])[] = [
    [401, { kind: "status", code: 401 }, [false, true]],
    [403, { kind: "status", code: 403 }, [false]],
    [204, { kind: "unreachable", message: "unexpected status 204" }, [false]],
  ];
  for (const [code, want, reads] of refusals) {
    it(`with ${code}`, async () => {
      await using site = await serve((_request, response) => void response.writeHead(code).end());
      const result = await site.transport.stream({ path: "/x", idleMs: 1_000 }, NEVER);
      assert.partialDeepStrictEqual(result, want);
      assert.deepEqual([site.codes, site.reads], [[`WATCH ${code}`], reads]);
    });
  }

  it("because nothing listens", async () => {
    await using site = await serve(() => undefined);
    await new Promise((resolve) => {
      site.server.close(resolve);
    });
    assert.equal((await site.transport.stream({ path: "/x", idleMs: 1_000 }, NEVER)).kind, "unreachable");
  });
});
