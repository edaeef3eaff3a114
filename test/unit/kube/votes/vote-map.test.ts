import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject, memberAt, textsAt } from "../../../../src/base/json.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import type { KubeRequest, Transport } from "../../../../src/kube/client/transport.ts";
import { createVoteMap } from "../../../../src/kube/votes/vote-map.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { ok, refusal } from "../../../support/scripted-transport.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const MAPS = "/api/v1/namespaces/dns/configmaps";
const QUERY = "fieldManager=dnsalias-votes";

/** A ConfigMap with merge patches and watch events, and one replica that uses it. */
function play(initial: Readonly<Record<string, string>> | undefined = {}) {
  const clock = fakeClock();
  let data: Record<string, string> | undefined = initial && { ...initial };
  let version = 1;
  let refuse: KubeResult | undefined;
  const writes: string[] = [];
  const events: string[] = [];
  let hear = (): void => undefined;
  const object = () => ({ metadata: { namespace: "dns", name: "votes", resourceVersion: String(version) }, data });
  const emit = (type: "MODIFIED" | "DELETED"): void => {
    version += 1;
    events.push(`${JSON.stringify({ type, object: object() })}\n`);
    hear();
  };
  const change = (patch: Readonly<Record<string, unknown>>): void => {
    const merged = Object.entries({ ...data, ...patch });
    data = Object.fromEntries(merged.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
    emit("MODIFIED");
  };
  const write = ({ method, path, body }: KubeRequest): KubeResult => {
    const patch = memberAt(body, "data");
    writes.push(`${clock.now()} ${method} ${path} ${JSON.stringify(body)}`);
    if (refuse !== undefined) {
      return refuse;
    }
    if (method === "PATCH" && data === undefined) {
      return refusal(404);
    }
    change(isObject(patch) ? patch : {});
    return ok(object());
  };
  const transport: Transport = {
    request: async (request) =>
      request.method === "GET"
        ? ok({ metadata: { resourceVersion: String(version) }, items: data === undefined ? [] : [object()] })
        : write(request),
    stream: async (_request, signal) => ({ kind: "stream", chunks: chunks(signal) }),
    [Symbol.asyncDispose]: async () => undefined,
  };
  async function* chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    while (!signal.aborted) {
      for (let event = events.shift(); event !== undefined; event = events.shift()) {
        yield Buffer.from(event);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      hear = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
  }
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (fields: object) => void warnings.push(JSON.stringify(fields)) };
  const port = createVoteMap(
    { transport, clock, random: () => 0.5, log },
    { namespace: "dns", name: "votes", replica: "a" },
  );
  const heard: string[] = [];
  const ending = new AbortController();
  const running = port.run((one, text) => heard.push(`${one}=${text ?? "gone"}`), ending.signal);
  return {
    clock,
    port,
    heard,
    warnings,
    /** "milliseconds METHOD path body". */
    writes,
    data: () => textsAt({ data }, "data"),
    change,
    remove: (): void => {
      data = undefined;
      emit("DELETED");
    },
    setRefusal: (result: KubeResult | undefined): void => void (refuse = result),
    stop: async (): Promise<void> => {
      ending.abort();
      await clock.settle();
      await clock.advance(10_000);
      await running;
      assert.equal(clock.sleepers(), 0);
    },
  };
}

test("a replica hears the others, each change once, and nothing of its own key or of other keys", async () => {
  const { clock, port, heard, change, stop } = play({ "b.vote": "one", "a.vote": "old", "example.com.zone": "x" });
  await clock.advance(2_000);
  assert.deepEqual(heard, ["b=one"]);
  port.publish("mine", []);
  await clock.advance(2_000);
  assert.deepEqual(heard, ["b=one"]);
  change({ "c.vote": "new" });
  change({ "b.vote": "two", "x.zone": "y" });
  await clock.advance(2_000);
  assert.deepEqual(heard, ["b=one", "c=new", "b=two"]);
  change({ "b.vote": null });
  await clock.advance(2_000);
  assert.deepEqual(heard.slice(3), ["b=gone"]);
  await stop();
});

test("nothing is written before the first publication, and the key is removed at the end", async () => {
  const { clock, writes, stop, port, data } = play({ "b.vote": "one" });
  await clock.advance(600_000);
  assert.deepEqual(writes, []);
  port.publish("mine", []);
  await clock.advance(250);
  assert.deepEqual(writes, [`600250 PATCH ${MAPS}/votes?${QUERY} {"data":{"a.vote":"mine"}}`]);
  await clock.advance(600_000);
  assert.equal(writes.length, 1, "it is there");
  await stop();
  assert.deepEqual(data(), { "b.vote": "one" });
});

test("publications within 250 ms are one write, and the next one follows a second later", async () => {
  const { clock, writes, port, stop, data } = play();
  await clock.advance(1_000);
  port.publish("one", []);
  await clock.advance(100);
  port.publish("two", []);
  await clock.advance(150);
  port.publish("three", []);
  await clock.advance(5_000);
  assert.deepEqual(
    writes.map((line) => line.split(" ")[0]),
    ["1250", "2250"],
  );
  assert.deepEqual(data(), { "a.vote": "three" });
  port.publish("three", []);
  await clock.advance(5_000);
  assert.equal(writes.length, 2, "the same text is no change");
  await stop();
});

test("keys of silent replicas are removed once, and never the own one", async () => {
  const { clock, writes, port, stop, data } = play({ "a.vote": "mine", "b.vote": "x", "c.vote": "y" });
  await clock.advance(1_000);
  port.publish("mine", ["b"]);
  await clock.advance(100);
  port.publish("mine", ["a", "never-there"]);
  await clock.advance(5_000);
  assert.deepEqual(data(), { "a.vote": "mine", "c.vote": "y" });
  assert.deepEqual(writes, [`1250 PATCH ${MAPS}/votes?${QUERY} {"data":{"a.vote":"mine","b.vote":null}}`]);
  await stop();
});

test("a ConfigMap that is missing is created with the label, and again after it was deleted", async () => {
  const { clock, writes, port, stop, remove, data, heard, change } = play();
  remove();
  port.publish("mine", []);
  await clock.advance(5_000);
  assert.deepEqual(data(), { "a.vote": "mine" });
  const metadata = '{"name":"votes","labels":{"app.kubernetes.io/managed-by":"dnsalias"}}';
  assert.deepEqual(
    writes.map((line) => line.replace(/^\d+ /, "")),
    [
      `PATCH ${MAPS}/votes?${QUERY} {"data":{"a.vote":"mine"}}`,
      `POST ${MAPS}?${QUERY} {"metadata":${metadata},"data":{"a.vote":"mine"}}`,
    ],
  );
  change({ "b.vote": "x" });
  await clock.advance(2_000);
  remove();
  await clock.advance(5_000);
  assert.deepEqual(heard, ["b=x", "b=gone"]);
  assert.deepEqual(data(), { "a.vote": "mine" });
  await stop();
});

test("a write that is refused is reported once, tried again later and later, and reported again after a success", async () => {
  const { clock, writes, port, stop, warnings, setRefusal, data } = play();
  setRefusal(refusal(403, { message: "no right" }));
  port.publish("mine", []);
  await clock.advance(9_000);
  assert.deepEqual(
    writes.map((line) => line.split(" ")[0]),
    ["250", "1500", "3750", "8000"],
  );
  assert.deepEqual(warnings, ['{"configMap":"dns/votes","reason":"the apiserver answered 403: no right"}']);
  setRefusal(undefined);
  await clock.advance(10_000);
  assert.deepEqual(data(), { "a.vote": "mine" });
  setRefusal(refusal(403, { message: "no right" }));
  port.publish("another", []);
  await clock.advance(1_000);
  assert.equal(warnings.length, 2);
  const before = writes.length;
  await clock.advance(1_000);
  assert.equal(writes.length, before + 1, "the waits begin anew");
  await stop();
});
