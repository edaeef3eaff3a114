import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { converge } from "../../../support/provider-lab.ts";
import { addresses, applied, at, lab, lines } from "./apply-lab.ts";

test("a call begins no batch once it has taken 20 s", async () => {
  const { backend, provider, batches, pass } = lab({}, (result) => {
    pass(10_000);
    return result;
  });
  backend.reject(at("a", "b", "c", "d"));
  const result = applied(await converge(provider, ...lines(1, "a", "b", "c", "d")));
  assert.equal(batches.length, 2);
  assert.equal(result.retryAfterMs, 1_000);
});

test("a rejection that can be an outage of the server is tried again after a second, any other after a minute", async () => {
  for (const [outage, want] of [
    [{ kind: "failed", message: "500" }, 1_000],
    [undefined, 60_000],
  ] as const) {
    const { backend, provider } = lab();
    backend.reject(at("bad"), outage === undefined ? {} : { outage });
    const result = applied(await converge(provider, ...lines(1, "a", "bad", "c")));
    assert.deepEqual([result.rejected?.length, result.retryAfterMs], [1, want]);
  }
});

test("a name whose deletion was rejected is written at once when it is wanted again", async () => {
  const { backend, provider } = lab();
  applied(await converge(provider, ...lines(1, "a", "b")));
  backend.reject(at("b"));
  assert.equal(applied(await converge(provider, ...lines(1, "a"))).rejected?.length, 1);
  backend.reject(undefined);
  const result = applied(await converge(provider, ...lines(2, "a", "b")));
  assert.equal(result.rejected, undefined);
  assert.deepEqual(addresses(backend), ["a A 192.0.2.2", "b A 192.0.2.2"]);
});

test("a name whose update was rejected is removed at once when it isn't wanted any more", async () => {
  const { backend, provider } = lab();
  applied(await converge(provider, ...lines(1, "a", "b")));
  backend.reject(at("b"));
  assert.equal(applied(await converge(provider, ...lines(2, "a", "b"))).rejected?.length, 1);
  backend.reject(undefined);
  assert.equal(applied(await converge(provider, ...lines(2, "a"))).rejected, undefined);
  assert.deepEqual(addresses(backend), ["a A 192.0.2.2"]);
});

test("a server that fails while rejected names are tried again one by one is a failure", async () => {
  let failsAt = Infinity;
  const { backend, provider, batches, pass } = lab({}, (result, nth) =>
    nth === failsAt ? { kind: "failed", message: "down" } : result,
  );
  backend.reject(at("bad1", "bad2"));
  applied(await converge(provider, ...lines(1, "bad1", "bad2")));
  pass(60_000);
  failsAt = batches.length + 2;
  assert.deepEqual(await converge(provider, ...lines(1, "bad1", "bad2")), { kind: "failed", message: "down" });
  assert.equal(batches.length, failsAt, "nothing more is sent");
});

test("the only write that a call has no time for is deferred by a second", async () => {
  const { backend, provider, pass } = lab({}, (result) => {
    pass(10_000);
    return result;
  });
  backend.reject(at("a"));
  const result = applied(await converge(provider, ...lines(1, "a", "b")));
  assert.deepEqual([result.rejected?.length, result.deferred?.length, result.retryAfterMs], [1, 1, 1_000]);
});

test("a call that new names leave no time doesn't try rejected names again", async () => {
  let isSlow = false;
  const { backend, provider, batches, pass } = lab({}, (result) => {
    pass(isSlow ? 20_000 : 0);
    return result;
  });
  backend.reject(at("bad"));
  applied(await converge(provider, ...lines(1, "bad")));
  pass(60_000);
  isSlow = true;
  const before = batches.length;
  const result = applied(await converge(provider, ...lines(1, "bad", "new")));
  assert.equal(batches.length - before, 1);
  assert.equal(result.rejected?.length, 1);
  assert.deepEqual(addresses(backend), ["new A 192.0.2.1"]);
});

test("rejected names whose retry a call has no time for have it a minute later, and no sooner", async () => {
  const { backend, provider, batches, pass } = lab();
  const labels = Array.from({ length: 40 }, (_, index) => `n${index}`);
  backend.reject(at(...labels), { names: true });
  applied(await converge(provider, ...lines(1, ...labels)));
  backend.reject(at(...labels));
  pass(60_000);
  const result = applied(await converge(provider, ...lines(1, ...labels)));
  assert.equal(result.retryAfterMs, 60_000);
  const before = batches.length;
  pass(1_000);
  applied(await converge(provider, ...lines(1, ...labels)));
  assert.equal(batches.length, before);
});

test("a marker whose restoration was rejected is tried again after a minute, with the change that was rejected too", async () => {
  const { backend, provider, pass } = lab();
  applied(await converge(provider, ...lines(1, "a")));
  const marker = parseName("_dnsalias.a.example.com");
  backend.remove(marker, "TXT");
  backend.reject(({ name }) => name === marker || name === parseName("a.example.com"));
  assert.equal(applied(await converge(provider, ...lines(2, "a"))).rejected?.length, 1);
  pass(60_000);
  backend.reject(({ name }) => name === parseName("a.example.com"));
  assert.equal(applied(await converge(provider, ...lines(2, "a"))).rejected?.length, 1);
  assert.ok(backend.list().some(({ name }) => name === marker));
});
