import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { startNameServer } from "../../lab/name-server.ts";
import { ask, type Reply } from "../../lab/question.ts";
import { startRecursive } from "../../lab/recursive.ts";

async function lab() {
  const first = await startNameServer({
    zones: { "example.com": ["www 10 CNAME cdn.example.net.", "dead 10 CNAME a.gone.test."] },
  });
  const second = await startNameServer({
    zones: { "example.net": ["@ SOA ns hostmaster 1 1 1 1 2", "cdn 3 A 192.0.2.1", "zero 0 A 192.0.2.2"] },
  });
  const recursive = await startRecursive({ zones: { "example.com": first, "example.net": second } });
  return {
    first,
    second,
    recursive,
    async [Symbol.asyncDispose]() {
      await Promise.all([recursive, first, second].map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

test("a chain over two servers is followed, cached and counted down", async () => {
  await using servers = await lab();
  const { first, second, recursive } = servers;
  const fresh = replied(await ask(recursive, "www.example.com", "A"));
  assert.deepEqual(fresh.answers, ["www.example.com. 10 CNAME cdn.example.net.", "cdn.example.net. 3 A 192.0.2.1"]);
  assert.deepEqual([fresh.message.recursionAvailable, fresh.message.authoritative], [true, false]);
  await delay(1_100);
  second.set("cdn.example.net", "A", 3, ["192.0.2.99"]);
  const later = replied(await ask(recursive, "www.example.com", "A"));
  assert.deepEqual(later.answers, ["www.example.com. 9 CNAME cdn.example.net.", "cdn.example.net. 2 A 192.0.2.1"]);
  assert.deepEqual([first.asked(), second.asked()], [1, 1]);
  await delay(2_100);
  assert.match(replied(await ask(recursive, "www.example.com", "A")).answers[1] ?? "", / 192\.0\.2\.99$/);
  assert.deepEqual([first.asked(), second.asked()], [1, 2]);
});

test("emptiness is kept for the SOA's time and carries it", async () => {
  await using servers = await lab();
  const { second, recursive } = servers;
  const missing = replied(await ask(recursive, "nowhere.example.net", "A"));
  assert.equal(missing.rcode, "NXDOMAIN");
  assert.match(missing.authorities[0] ?? "", /^example\.net\. 2 SOA /);
  await ask(recursive, "nowhere.example.net", "A");
  assert.equal(second.asked("nowhere.example.net"), 1);
  recursive.flush();
  await ask(recursive, "nowhere.example.net", "A");
  assert.equal(second.asked("nowhere.example.net"), 2);
});

test("a TTL of 0 is answered and not kept", async () => {
  await using servers = await lab();
  const { second, recursive } = servers;
  assert.deepEqual(replied(await ask(recursive, "zero.example.net", "A")).answers, ["zero.example.net. 0 A 192.0.2.2"]);
  await delay(50);
  await ask(recursive, "zero.example.net", "A");
  assert.equal(second.asked("zero.example.net"), 2);
});

test("twenty clients at once make one question upstream", async () => {
  await using servers = await lab();
  const { second, recursive } = servers;
  second.fault({ kind: "delay", ms: 100 });
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask(recursive, "cdn.example.net", "A")));
  assert.ok(replies.every((reply) => replied(reply).answers.length === 1));
  assert.equal(second.asked(), 1);
});

test("a server that is down is SERVFAIL, a zone nobody has REFUSED, and a chain into one SERVFAIL", async () => {
  await using servers = await lab();
  const { second, recursive } = servers;
  await second.stop();
  assert.equal(replied(await ask(recursive, "cdn.example.net", "A")).rcode, "SERVFAIL");
  assert.equal(replied(await ask(recursive, "a.gone.test", "A")).rcode, "REFUSED");
  assert.equal(replied(await ask(recursive, "dead.example.com", "A")).rcode, "SERVFAIL");
});

test("a truncated answer is fetched over TCP", async () => {
  await using servers = await lab();
  const { second, recursive } = servers;
  second.set(
    "many.example.net",
    "A",
    60,
    Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`),
  );
  const reply = replied(await ask(recursive, "many.example.net", "A", { protocol: "tcp" }));
  assert.equal(reply.answers.length, 100);
});

test("stopped, it is unreachable; started again, it is on its port with its cache", async () => {
  await using servers = await lab();
  const { second, recursive } = servers;
  await ask(recursive, "cdn.example.net", "A");
  await recursive.stop();
  assert.equal((await ask(recursive, "cdn.example.net", "A")).kind, "unreachable");
  await recursive.start();
  assert.equal(replied(await ask(recursive, "cdn.example.net", "A")).answers.length, 1);
  assert.equal(second.asked(), 1);
});

function replied(reply: Reply): Extract<Reply, { kind: "reply" }> {
  assert.equal(reply.kind, "reply");
  return reply.kind === "reply" ? reply : assert.fail();
}
