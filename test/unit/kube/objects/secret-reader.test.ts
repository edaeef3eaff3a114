import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecretTexts } from "../../../../src/kube/objects/secret-reader.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import type { Transport } from "../../../../src/kube/client/transport.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const NEVER = new AbortController().signal;
const REF = { name: "pdns", key: "api-key" };

describe("the text of a Secret", () => {
  it("is read from the namespace that is given, by its name", async () => {
    const { read, asked } = play([ok({ "api-key": "aHVudGVyMgo=" })]);
    assert.deepEqual(await read(), { kind: "ok", text: "hunter2" });
    assert.deepEqual(asked, ["GET /api/v1/namespaces/dns/secrets/pdns"]);
  });

  it("is asked for again after 10 s, and then is what it is by then", async () => {
    const { read, asked, clock } = play([ok({ "api-key": "b25l" }), ok({ "api-key": "dHdv" })]);
    await read();
    await clock.advance(9_999);
    assert.deepEqual(await read(), { kind: "ok", text: "one" });
    assert.equal(asked.length, 1);
    await clock.advance(1);
    assert.deepEqual(await read(), { kind: "ok", text: "two" });
  });

  it("that is missing is asked for at every read", async () => {
    const { read } = play([status(404, "NotFound"), ok({ other: "eA==" }), ok({ "api-key": "b25l" })]);
    const first = await read();
    const second = await read();
    assert.deepEqual(
      [first, second],
      [
        {
          kind: "refused",
          reason: "SecretMissing",
          message: "Secret dns/pdns does not exist: create it with the key api-key",
        },
        { kind: "refused", reason: "SecretMissing", message: "Secret dns/pdns has no key api-key" },
      ],
    );
    assert.deepEqual(await read(), { kind: "ok", text: "one" });
  });

  it("that may not be read says which right is missing", async () => {
    const { read } = play([status(403, "Forbidden")]);
    const result = await read();
    assert.match(
      result.kind === "refused" ? `${result.reason}: ${result.message}` : "",
      /^Forbidden: not allowed to get secrets "pdns" in namespace "dns"/,
    );
  });

  it("stands while the apiserver is away, but not after it was deleted or forbidden", async () => {
    const { read, clock } = play([
      ok({ "api-key": "b25l" }),
      { kind: "unreachable", message: "refused" },
      status(503, ""),
      status(404, "NotFound"),
      { kind: "unreachable", message: "refused" },
    ]);
    const kinds: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      kinds.push((await read()).kind);
      await clock.advance(60_000);
    }
    assert.deepEqual(kinds, ["ok", "ok", "ok", "refused", "failed"]);
  });

  it("is in no message, not even when the answer with it is broken", async () => {
    const broken: KubeResult = {
      kind: "unreachable",
      message: 'the answer is not JSON: {"data":{"api-key":"aHVudGVyMg=="',
    };
    for (const answer of [broken, status(500, "InternalError", "aHVudGVyMg=="), ok({ "api-key": "hunter2!" })]) {
      const result = await play([answer]).read();
      assert.notEqual(result.kind, "ok");
      assert.doesNotMatch(JSON.stringify(result), /hunter2|aHVu/);
    }
  });
});

function play(answers: readonly KubeResult[]) {
  const asked: string[] = [];
  const clock = fakeClock();
  const left = [...answers];
  const transport: Transport = {
    request: async ({ method, path }) => {
      asked.push(`${method} ${path}`);
      return left.shift() ?? assert.fail("asked once too often");
    },
    stream: () => assert.fail("a Secret is never watched"),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const text = createSecretTexts({ transport, clock })("dns", REF);
  return { asked, clock, read: () => text(NEVER) };
}

function ok(data: Readonly<Record<string, string>>): KubeResult {
  return { kind: "ok", status: 200, body: { data } };
}

function status(code: number, reason: string, message = ""): KubeResult {
  return { kind: "status", code, reason, message, retryAfterMs: undefined, causes: [] };
}
