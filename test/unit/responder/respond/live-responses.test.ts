import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../../src/dns/message/message.ts";
import type { LiveAnswer } from "../../../../src/responder/answer-source.ts";
import { decoded, EDNS, queryBytes } from "../../../support/dns-query.ts";
import { PEER, responderWorld, type ResponderWorld } from "../../../support/responder-world.ts";
import { alias, nameOf, served } from "../zone-play.ts";

const ZONE = served(
  "example.com.",
  ["@ SOA ns1 host 1 3600 600 86400 60", "@ NS ns1", "ns1 A 192.0.2.53", "@ MX 10 ns1", "@ MX 20 a", "@ MX 30 b"],
  [alias("a.example.com."), alias("b.example.com.", { maxTtl: 50 })],
);
const ADDRESSES = { A: ["192.0.2.1", "192.0.2.2", "192.0.2.3"], AAAA: ["2001:db8::1", "2001:db8::2"] };

function world(live: (now: number) => Partial<Extract<LiveAnswer, { kind: "addresses" }>> | "failed"): ResponderWorld {
  return responderWorld({
    zones: [ZONE],
    live: ({ family }, now) => {
      const answer = live(now);
      return answer === "failed"
        ? { kind: "failed", refreshAt: now + 5_000, detail: "nobody answers" }
        : {
            kind: "addresses",
            addresses: ADDRESSES[family],
            freshUntil: now + 100_500,
            refreshAt: now + 5_000,
            ...answer,
          };
    },
  });
}

async function ask(at: ResponderWorld, name: string, type = "A", edns = true): Promise<Message> {
  const bytes = await at.respond(queryBytes(name, type, edns ? { edns: EDNS } : {}), PEER, "udp");
  return decoded(bytes ?? assert.fail("no response"));
}

/** "10 00000003" for each EDNS option. */
function optionsOf({ edns }: Message): readonly string[] | undefined {
  return edns?.options.map(({ code, data }) => `${code} ${Buffer.from(data).toString("hex")}`);
}

const A = nameOf("a.example.com.");
const B = nameOf("b.example.com.");

test("additional addresses of several aliases count down, each with the TTL of its own, and none is lost", async () => {
  const at = world(() => ({}));
  for (const name of ["a.example.com", "b.example.com"]) {
    await ask(at, name);
    await ask(at, name, "AAAA");
  }
  for (const [ms, ttlOfA, ttlOfB] of [
    [0, 100, 50],
    [1_000, 99, 50],
    [2_000, 97, 50],
    [70_000, 27, 27],
  ] as const) {
    at.now += ms;
    const { additionals } = await ask(at, "example.com", "MX");
    const shown = (name: typeof A, type: number) =>
      additionals
        .filter((record) => record.name === name && record.type === type)
        .map(({ ttl, rdata }) => `${ttl} ${rdata.at(-1)}`)
        .toSorted();
    for (const [name, ttl] of [
      [A, ttlOfA],
      [B, ttlOfB],
    ] as const) {
      assert.deepEqual(shown(name, 1), [`${ttl} 1`, `${ttl} 2`, `${ttl} 3`]);
      assert.deepEqual(shown(name, 28), [`${ttl} 1`, `${ttl} 2`]);
    }
    assert.deepEqual(shown(nameOf("ns1.example.com."), 1), ["300 53"]);
  }
});

test("a TTL of several days counts down, and each record is whole", async () => {
  const DAY = 86_400;
  const at = responderWorld({
    zones: [
      served(
        "example.com.",
        ["@ SOA ns1 host 1 3600 600 86400 60", "@ NS ns1", "ns1 A 192.0.2.53"],
        [alias("a.example.com.", { maxTtl: 300 * DAY })],
      ),
    ],
    live: ({ family }, now) => ({
      kind: "addresses",
      addresses: ADDRESSES[family],
      freshUntil: now + 250 * DAY * 1000,
      refreshAt: now + 250 * DAY * 1000,
    }),
  });
  for (const seconds of [250 * DAY, 249 * DAY, 248 * DAY]) {
    for (const [type, number] of [
      ["A", 1],
      ["AAAA", 28],
    ] as const) {
      const { answers } = await ask(at, "a.example.com", type);
      assert.deepEqual(
        answers.map((record) => [record.name, record.type, record.class, record.ttl]),
        ADDRESSES[type].map(() => [A, number, 1, seconds]),
      );
      assert.deepEqual(
        answers.map(({ rdata }) => rdata.at(-1)).toSorted((a = 0, b = 0) => a - b),
        ADDRESSES[type].map((_, index) => index + 1),
      );
    }
    at.now += DAY * 1000;
  }
});

test("a family that no server answers for is SERVFAIL with EDE 22, for who sends EDNS", async () => {
  const at = world(() => "failed");
  for (let round = 0; round < 3; round += 1) {
    const got = await ask(at, "a.example.com");
    assert.deepEqual([got.rcode, optionsOf(got)], [2, ["15 0016"]]);
    assert.equal((await ask(at, "a.example.com", "A", false)).edns, undefined);
  }
});

test("addresses past their time come with EDE 3 (stale answer), and fresh ones with none", async () => {
  const at = world((now) => ({ freshUntil: now + 1_000, refreshAt: now + 60_000 }));
  assert.deepEqual(optionsOf(await ask(at, "a.example.com")), []);
  at.now += 2_000;
  for (let round = 0; round < 3; round += 1) {
    const got = await ask(at, "a.example.com");
    assert.deepEqual([got.rcode, got.answers.length, optionsOf(got)], [0, 3, ["15 0003"]]);
  }
  assert.equal(at.counters.stale, 3);
});

test("a name of others is REFUSED with EDE 20 (not authoritative)", async () => {
  const got = await ask(
    world(() => ({})),
    "example.org",
  );
  assert.deepEqual([got.rcode, optionsOf(got)], [5, ["15 0014"]]);
});

test("a query with EDNS and nothing to say has an OPT record without options", async () => {
  const got = await ask(
    world(() => ({})),
    "ns1.example.com",
  );
  assert.deepEqual([got.rcode, optionsOf(got)], [0, []]);
});

test("a question that comes for the third time is answered out of a prepared packet, whatever its name", async () => {
  const at = world(() => ({}));
  for (let name = 0; name < 300; name += 1) {
    const before = at.counters.hits;
    for (let round = 0; round < 3; round += 1) {
      await ask(at, `n${name}.example.com`);
    }
    assert.ok(at.counters.hits > before, `n${name}.example.com`);
  }
});

test("an answer is counted as truncated when it is", async () => {
  const at = world(() => ({}));
  await ask(at, "ns1.example.com");
  assert.equal(at.counters.truncated, 0);
  const many = responderWorld({
    zones: [served("example.org.", ["@ SOA a b 1 2 3 4 5", "@ NS a.example.", ...LONG])],
  });
  await many.respond(queryBytes("example.org", "TXT"), PEER, "udp");
  assert.equal(many.counters.truncated, 1);
  await many.respond(queryBytes("example.org", "TXT"), PEER, "tcp");
  assert.equal(many.counters.truncated, 1);
});

const LONG = Array.from({ length: 20 }, (_, index) => `@ TXT ${index}${"x".repeat(60)}`);
