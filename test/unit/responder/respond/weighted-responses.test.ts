import assert from "node:assert/strict";
import { test } from "node:test";
import type { Edns, Message } from "../../../../src/dns/message/message.ts";
import { bucketTable } from "../../../../src/plan/select/buckets.ts";
import type { ClientAnswer, LiveAnswer } from "../../../../src/responder/answer-source.ts";
import { decoded, EDNS, queryBytes } from "../../../support/dns-query.ts";
import { responderWorld, type ResponderWorld } from "../../../support/responder-world.ts";
import { alias, served } from "../zone-play.ts";

const LINES = [
  "@ SOA ns1 host 1 3600 600 86400 60",
  "@ NS ns1",
  "ns1 A 192.0.2.53",
  "@ MX 10 a",
  "@ MX 20 b",
  "c CNAME a",
];
const ALIASES = [alias("a.example.com."), alias("b.example.com.")];
const ZONE = served("example.com.", LINES, ALIASES);

const TABLE = bucketTable([
  { name: "main", weight: 70 },
  { name: "second", weight: 30 },
]);
/** Another choice for each network. */
const OTHER = TABLE.map((choice) => 1 - choice);

const MAIN = { A: "192.0.2.1", AAAA: "2001:db8::1" };
const SECOND = { A: "192.0.2.2", AAAA: "2001:db8::2" };

function weighted(now: number, choices: readonly ClientAnswer[], table: Uint8Array = TABLE): LiveAnswer {
  return { kind: "weighted", refreshAt: now + 5_000, freshUntil: now + 60_000, choices, table };
}

function addresses(now: number, address: string, scope?: number): ClientAnswer {
  return {
    kind: "addresses",
    addresses: [address],
    freshUntil: now + 60_000,
    refreshAt: now + 5_000,
    ...(scope !== undefined && { scope }),
  };
}

interface Parts {
  readonly clientSubnet?: boolean;
  /** The second target has no AAAA. */
  readonly lacksSix?: boolean;
  /** The alias b has another table. */
  readonly isMixed?: boolean;
}

function world({ clientSubnet = false, lacksSix = false, isMixed = false }: Parts = {}): ResponderWorld {
  return responderWorld({
    zones: [{ ...ZONE, clientSubnet }],
    live: ({ name, family, subnet }, now) => {
      const none: ClientAnswer = { kind: "none", refreshAt: now + 5_000 };
      const second = lacksSix && family === "AAAA" ? none : addresses(now, SECOND[family], subnet?.prefix);
      const table = isMixed && name === ALIASES[1]?.name ? OTHER : TABLE;
      return weighted(now, [addresses(now, MAIN[family], subnet?.prefix), second], table);
    },
  });
}

/** Number `index` of many /24s. */
function network(index: number): string {
  return `${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

interface Asked {
  readonly name?: string;
  readonly type?: string;
  readonly from: string;
  readonly edns?: Edns;
}

async function ask(at: ResponderWorld, { name = "a.example.com", type = "A", from, edns }: Asked): Promise<Message> {
  const bytes = queryBytes(name, type, edns === undefined ? {} : { edns });
  return decoded((await at.respond(bytes, { address: from, port: 5_000 }, "tcp")) ?? assert.fail("no response"));
}

/** The last byte of each address: 1 is main, 2 is second. */
function targets({ answers, additionals }: Message): readonly number[] {
  return [...answers, ...additionals].flatMap(({ type, rdata }) =>
    type === 1 || type === 28 ? [rdata.at(-1) ?? 0] : [],
  );
}

/** How many addresses are of the first target, and how many of the second. */
function counted(numbers: readonly number[]): readonly number[] {
  return [1, 2].map((target) => numbers.filter((number) => number === target).length);
}

async function targetOf(at: ResponderWorld, asked: Asked): Promise<number> {
  const [target = 0, ...more] = targets(await ask(at, asked));
  assert.deepEqual(more, []);
  return target;
}

test("20,000 networks get their shares within 1.5 points, two responders agree on each, and the cache answers nearly all", async () => {
  const [one, other] = [world(), world()];
  let second = 0;
  for (let index = 0; index < 20_000; index += 1) {
    const from = `${network(index)}.7`;
    const target = await targetOf(one, { from });
    assert.equal(await targetOf(other, { from: `${network(index)}.250` }), target, from);
    second += target === 2 ? 1 : 0;
  }
  const share = (second / 20_000) * 100;
  assert.ok(Math.abs(share - 30) <= 1.5, `${share}%`);
  assert.ok(one.counters.hits >= 19_990, `${one.counters.hits} hits`);
  assert.equal(one.asked.length, 1);
});

test("A, AAAA, and a CNAME to the name lead a network to the same target, over IPv4 and IPv6", async () => {
  const at = world();
  for (let index = 0; index < 200; index += 1) {
    for (const from of [`${network(index)}.1`, `2001:db8:${index.toString(16)}::1`]) {
      const want = await targetOf(at, { from });
      assert.equal(await targetOf(at, { from, type: "AAAA" }), want);
      assert.equal(await targetOf(at, { from, name: "c.example.com" }), want);
    }
  }
});

test("a network whose target lacks a family has no addresses of it", async () => {
  const at = world({ lacksSix: true });
  for (let index = 0; index < 200; index += 1) {
    const from = `${network(index)}.1`;
    const target = await targetOf(at, { from });
    const { answers, rcode } = await ask(at, { from, type: "AAAA" });
    assert.deepEqual([answers.length, rcode], [target === 1 ? 1 : 0, 0]);
  }
});

for (const isMixed of [false, true]) {
  test(`additional addresses are those of the network, ${isMixed ? "with another table for each alias" : "with one table"}`, async () => {
    const at = world({ isMixed });
    for (const name of ["a.example.com", "b.example.com"]) {
      await ask(at, { from: "1.0.0.1", name });
      await ask(at, { from: "1.0.0.1", name, type: "AAAA" });
    }
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 100; index += 1) {
        const from = `${network(index)}.1`;
        const [a, b] = [await targetOf(at, { from }), await targetOf(at, { from, name: "b.example.com" })];
        assert.equal(a === b, !isMixed);
        const got = targets(await ask(at, { from, name: "example.com", type: "MX" }));
        assert.deepEqual(counted(got), counted([a, a, b, b]));
      }
    }
  });
}

test("a new answer of the source replaces the responses for all networks", async () => {
  let isSwapped = false;
  const at = responderWorld({
    zones: [ZONE],
    live: ({ family }, now) =>
      weighted(now, [addresses(now, MAIN[family]), addresses(now, SECOND[family])], isSwapped ? OTHER : TABLE),
  });
  const before: number[] = [];
  for (let index = 0; index < 50; index += 1) {
    before.push(await targetOf(at, { from: `${network(index)}.1` }));
  }
  isSwapped = true;
  at.liveCache.invalidate(
    ZONE.domain,
    ALIASES.map(({ name }) => name),
  );
  for (let index = 0; index < 50; index += 1) {
    assert.equal(await targetOf(at, { from: `${network(index)}.1` }), 3 - (before[index] ?? 0));
  }
});

test("with clientSubnet the subnet of the query decides, and the answer holds for it only", async () => {
  const at = world({ clientSubnet: true });
  const plain = world();
  for (let index = 0; index < 300; index += 1) {
    const bytes = network(index).split(".").map(Number);
    const data = Uint8Array.of(0, 1, 24, 0, ...bytes);
    const got = await ask(at, { from: "8.8.8.8", edns: { ...EDNS, options: [{ code: 8, data }] } });
    assert.deepEqual(targets(got), [await targetOf(plain, { from: `${network(index)}.9` })]);
    assert.deepEqual(
      got.edns?.options.map(({ code, data: [, , source, scope] }) => [code, source, scope]),
      [[8, 24, 24]],
    );
  }
});

test("without clientSubnet the network of the client decides", async () => {
  const at = world();
  const data = Uint8Array.of(0, 1, 24, 0, 9, 9, 9);
  for (let index = 0; index < 50; index += 1) {
    const from = `${network(index)}.1`;
    const edns = { ...EDNS, options: [{ code: 8, data }] };
    assert.equal(await targetOf(at, { from, edns }), await targetOf(at, { from }));
  }
});

test("answers before a switch have TTLs that differ by the network, at most by a fifth", async () => {
  const at = responderWorld({
    zones: [ZONE],
    live: ({ family }, now) => ({
      kind: "addresses",
      addresses: [MAIN[family]],
      freshUntil: now + 300_000,
      refreshAt: now + 60_000,
      ttlUntil: now + 30_000,
    }),
  });
  const ttls = new Set<number>();
  for (let index = 0; index < 500; index += 1) {
    const { answers } = await ask(at, { from: `${network(index)}.1` });
    ttls.add(answers[0]?.ttl ?? 0);
  }
  assert.deepEqual([Math.min(...ttls), Math.max(...ttls), ttls.size], [24, 30, 7]);
});
