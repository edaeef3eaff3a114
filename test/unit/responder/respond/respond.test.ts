import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../../../support/property.ts";
import { encodeMessage } from "../../../../src/dns/message/encode.ts";
import type { Message } from "../../../../src/dns/message/message.ts";
import { rcodeName } from "../../../../src/dns/registry.ts";
import type { LiveAnswer, LiveQuestion } from "../../../../src/responder/answer-source.ts";
import { decoded, EDNS, BARE_QUERY, queryBytes } from "../../../support/dns-query.ts";
import { PEER, responderWorld, type ResponderWorld, type WorldOptions } from "../../../support/responder-world.ts";
import { alias, nameOf, served } from "../zone-play.ts";

const texts = Array.from({ length: 30 }, (_, index) => `many TXT "${index} ${"x".repeat(50)}"`);
const zone = served(
  "example.com.",
  [
    "@ SOA ns1 host 1 3600 600 86400 60",
    "@ NS ns1",
    "@ MX 10 mail",
    "ns1 A 192.0.2.53",
    "mail A 192.0.2.25",
    "www CNAME shop",
    "*.wild TXT wild",
    "a.b.c TXT deep",
    ...texts,
  ],
  [
    alias("example.com."),
    alias("shop.example.com."),
    alias("four.example.com.", { families: ["A"] }),
    alias("*.star.example.com."),
    alias("down.example.com."),
  ],
);

function live({ name, family }: LiveQuestion, now: number): LiveAnswer {
  if (name === nameOf("down.example.com.")) {
    return { kind: "failed", refreshAt: now + 5_000, detail: "nobody answers" };
  }
  const addresses =
    family === "A" ? ["192.0.2.1", "192.0.2.2", "192.0.2.3"] : ["2001:db8::1", "2001:db8::2", "2001:db8::3"];
  return { kind: "addresses", addresses, freshUntil: now + 100_500, refreshAt: now + 5_000 };
}

function world(more: WorldOptions = {}): ResponderWorld {
  return responderWorld({ zones: [zone], live, ...more });
}

async function requestAnswer(
  at: ResponderWorld,
  query: Uint8Array,
  protocol: "udp" | "tcp" = "udp",
): Promise<Message | undefined> {
  const bytes = await at.respond(query, PEER, protocol);
  return bytes === undefined ? undefined : decoded(bytes);
}

function withFlags(bytes: Uint8Array, second: number, third: number): Uint8Array {
  const changed = bytes.slice();
  changed[2] = second;
  changed[3] = third;
  return changed;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = value;
  return changed;
}

const plain = queryBytes("example.com");
const OPT = Uint8Array.of(0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0);

interface Case {
  readonly name: string;
  readonly query: Uint8Array;
  /** Undefined: nothing is sent. */
  readonly want: string | undefined;
  readonly protocol?: "tcp";
}

const cases: readonly Case[] = [
  { name: "nothing at all", query: new Uint8Array(0), want: undefined },
  { name: "less than a header", query: plain.slice(0, 11), want: undefined },
  { name: "a response", query: withFlags(plain, 0x80, 0), want: undefined },
  { name: "a status query", query: withFlags(plain, 0x10, 0), want: "NOTIMP" },
  { name: "a notification", query: withFlags(plain, 0x20, 0), want: "NOTIMP" },
  { name: "an update", query: withFlags(plain, 0x28, 0), want: "NOTIMP" },
  { name: "an opcode without a name", query: withFlags(plain, 0x78, 0), want: "NOTIMP" },
  { name: "no question", query: patched(plain.slice(0, 12), 5, 0), want: "FORMERR" },
  { name: "two questions", query: patched(plain, 5, 2), want: "FORMERR" },
  { name: "a question that is not there", query: plain.slice(0, 12), want: "FORMERR" },
  { name: "half a question", query: plain.slice(0, -3), want: "FORMERR" },
  {
    name: "a pointer in the question",
    query: joined(plain.slice(0, 12), Uint8Array.of(0xc0, 12, 0, 1, 0, 1)),
    want: "FORMERR",
  },
  { name: "something behind the question", query: joined(plain, Uint8Array.of(0)), want: "FORMERR" },
  { name: "a record that is not there", query: patched(plain, 11, 1), want: "FORMERR" },
  { name: "an OPT record", query: patched(joined(plain, OPT), 11, 1), want: "NOERROR" },
  { name: "two OPT records", query: patched(joined(plain, OPT, OPT), 11, 2), want: "FORMERR" },
  { name: "an OPT record among the answers", query: patched(joined(plain, OPT), 7, 1), want: "FORMERR" },
  {
    name: "an OPT record with a name",
    query: patched(joined(plain, Uint8Array.of(0xc0, 12), OPT.slice(1)), 11, 1),
    want: "FORMERR",
  },
  {
    name: "options longer than OPT",
    query: patched(joined(plain, patched(OPT, 10, 3), Uint8Array.of(0, 10, 0)), 11, 1),
    want: "FORMERR",
  },
  { name: "a cookie of 3 octets", query: withOption(10, 3), want: "FORMERR" },
  { name: "a client's cookie", query: withOption(10, 8), want: "NOERROR" },
  { name: "an option that nobody knows", query: withOption(65_001, 5), want: "NOERROR" },
  { name: "a client subnet that makes no sense, where none counts", query: withOption(8, 1), want: "NOERROR" },
  { name: "a later version of EDNS", query: patched(joined(plain, patched(OPT, 6, 1)), 11, 1), want: "BADVERS" },
  { name: "class CH", query: patched(plain, plain.length - 1, 3), want: "REFUSED" },
  { name: "class ANY", query: patched(plain, plain.length - 1, 255), want: "REFUSED" },
  { name: "a foreign name", query: queryBytes("example.org"), want: "REFUSED" },
  { name: "the root", query: queryBytes("."), want: "REFUSED" },
  { name: "a name that only ends alike", query: queryBytes("evilexample.com"), want: "REFUSED" },
  { name: "a zone transfer over UDP", query: queryBytes("example.com", "AXFR"), want: "FORMERR" },
  { name: "a zone transfer over TCP", query: queryBytes("example.com", "AXFR"), want: "REFUSED", protocol: "tcp" },
  { name: "an unknown type", query: queryBytes("example.com", "TYPE65300"), want: "NOERROR" },
  { name: "ANY", query: queryBytes("example.com", "ANY"), want: "NOERROR" },
  { name: "a name that is not there", query: queryBytes("no.example.com"), want: "NXDOMAIN" },
  { name: "an empty non-terminal", query: queryBytes("b.c.example.com"), want: "NOERROR" },
  { name: "a failed family", query: queryBytes("down.example.com"), want: "SERVFAIL" },
  {
    name: "another type at the name of a failed family",
    query: queryBytes("down.example.com", "MX"),
    want: "NOERROR",
  },
];

function withOption(code: number, length: number): Uint8Array {
  return queryBytes("example.com", "A", { edns: { ...EDNS, options: [{ code, data: new Uint8Array(length) }] } });
}

for (const { name, query, want, protocol } of cases) {
  test(`${name}: ${want ?? "no answer"}`, async () => {
    const at = world();
    for (let round = 0; round < 3; round += 1) {
      const got = await requestAnswer(at, query, protocol);
      assert.equal(got === undefined ? undefined : rcodeName(got.rcode), want);
      assert.equal(got?.recursionAvailable ?? false, false);
    }
  });
}

test("RD and CD are given back, AD and the reserved bit are not, AA is set for what is ours", async () => {
  const at = world();
  for (let round = 0; round < 3; round += 1) {
    const bytes = await at.respond(withFlags(plain, 0x01, 0x70), PEER, "udp");
    assert.deepEqual([bytes?.[2], bytes?.[3]], [0x85, 0x10]);
  }
  const foreign = await at.respond(withFlags(queryBytes("example.org"), 0x01, 0x70), PEER, "udp");
  assert.deepEqual([foreign?.[2], foreign?.[3]], [0x81, 0x15]);
});

test("a query without a question but with a cookie gets a cookie", async () => {
  const query = encodeMessage({ ...BARE_QUERY, edns: { ...EDNS, options: [{ code: 10, data: new Uint8Array(8) }] } });
  const got = await requestAnswer(world(), query);
  assert.deepEqual([got?.rcode, got?.edns?.options[0]?.data.length], [0, 24]);
});

test("over UDP an answer has at most 512 octets, or what EDNS says from 512 to 1232; over TCP it is whole", async () => {
  const at = world();
  for (const [udpSize, most] of [
    [0, 512],
    [512, 512],
    [900, 900],
    [4096, 1232],
  ] as const) {
    const query = queryBytes("many.example.com", "TXT", {
      edns: { ...EDNS, udpSize, options: [{ code: 10, data: new Uint8Array(8) }] },
    });
    for (let round = 0; round < 3; round += 1) {
      const bytes = await at.respond(query, PEER, "udp");
      assert.ok(bytes !== undefined && bytes.length <= most, `${bytes?.length} for ${udpSize}`);
      assert.deepEqual([decoded(bytes).truncated, decoded(bytes).edns?.udpSize], [true, 1232]);
    }
  }
  const whole = await requestAnswer(at, queryBytes("many.example.com", "TXT"), "tcp");
  assert.deepEqual([whole?.truncated, whole?.answers.length], [false, 30]);
});

test("the TTL counts down to 5 and never beyond the alias's; near its end the next answer is asked for", async () => {
  const at = world();
  const ttls: (number | undefined)[] = [];
  for (const ms of [0, 0, 0, 1_000, 60_000, 29_000, 5_000, 6_000]) {
    at.now += ms;
    ttls.push((await requestAnswer(at, plain))?.answers[0]?.ttl);
    await Promise.resolve();
  }
  assert.deepEqual(ttls, [100, 100, 100, 99, 39, 10, 5, 94]);
  assert.equal(at.asked.length, 2);
});

test("addresses come in an order of their own for each network, the same within it, and all of them", async () => {
  const at = world();
  const orderFor = async (address: string): Promise<string> => {
    const bytes = await at.respond(plain, { address, port: 1 }, "udp");
    return decoded(bytes ?? new Uint8Array())
      .answers.map(({ rdata }) => rdata[3])
      .join("");
  };
  const orders = new Set<string>();
  for (let third = 0; third < 60; third += 1) {
    const order = await orderFor(`198.51.${third}.1`);
    assert.equal(await orderFor(`198.51.${third}.200`), order);
    orders.add(order);
  }
  assert.deepEqual([...orders].toSorted(), ["123", "231", "312"]);
  assert.equal(await orderFor("2001:db8:1:200::1"), await orderFor("2001:db8:1:2ff::2"));
});

const asked = fc.record({
  name: fc.constantFrom(
    "example.com",
    "shop.example.com",
    "www.example.com",
    "four.example.com",
    "x.star.example.com",
    "y.x.star.example.com",
    "down.example.com",
    "many.example.com",
    "z.wild.example.com",
    "b.c.example.com",
    "nobody.example.com",
    "example.org",
    "mail.example.com",
  ),
  upper: fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
  type: fc.constantFrom("A", "AAAA", "MX", "NS", "SOA", "TXT", "HTTPS", "ANY", "CNAME", "DS", "TYPE1234"),
  id: fc.nat({ max: 0xffff }),
  recursionDesired: fc.boolean(),
  checkingDisabled: fc.boolean(),
  edns: fc.option(
    fc.record({
      udpSize: fc.constantFrom(0, 512, 700, 1232, 4096),
      version: fc.constant(0),
      dnssecOk: fc.boolean(),
      options: fc.constantFrom(
        [],
        [{ code: 10, data: new Uint8Array(8) }],
        [{ code: 65_001, data: new Uint8Array(3) }],
      ),
    }),
  ),
  protocol: fc.constantFrom("udp", "tcp"),
});

test("an answer out of a prepared packet is octet for octet the one that was made for the question", async () => {
  const warm = world();
  await fc.assert(
    fc.asyncProperty(asked, async ({ name, upper, type, edns, protocol, ...flags }) => {
      const spelled = Array.from(name)
        .map((letter, index) => (upper[index] === true ? letter.toUpperCase() : letter))
        .join("");
      const query = queryBytes(spelled, type, { ...flags, ...(edns !== null && { edns }) });
      const cold = world();
      const first = await cold.respond(query, PEER, protocol === "tcp" ? "tcp" : "udp");
      for (let round = 0; round < 3; round += 1) {
        const again = await warm.respond(query, PEER, protocol === "tcp" ? "tcp" : "udp");
        assert.deepEqual(again, first);
      }
      const message = decoded(first ?? new Uint8Array());
      assert.equal(message.id, flags.id);
      assert.equal(message.questions[0]?.originalCase ?? message.questions[0]?.name, `${spelled}.`);
      assert.equal(message.edns === undefined, edns === null);
      assert.deepEqual(
        [message.recursionDesired, message.checkingDisabled, message.edns?.dnssecOk],
        [flags.recursionDesired, flags.checkingDisabled, edns?.dnssecOk],
      );
    }),
    { numRuns: 400 },
  );
  assert.ok(warm.counters.hits > 200, `${warm.counters.hits} hits`);
});

test("a flood of names that are asked for once does not push out what is asked for again", async () => {
  const at = world({ maxPackets: 100 });
  for (let round = 0; round < 3; round += 1) {
    await requestAnswer(at, plain);
  }
  for (let index = 0; index < 5_000; index += 1) {
    await requestAnswer(at, queryBytes(`no${index}.example.com`));
  }
  const { hits } = at.counters;
  await requestAnswer(at, plain);
  assert.equal(at.counters.hits, hits + 1);
  assert.ok(at.packets.size <= 100);
});

test("what is asked for again and again never makes more packets than there may be", async () => {
  const at = world({ maxPackets: 100 });
  for (let index = 0; index < 1_000; index += 1) {
    for (let round = 0; round < 2; round += 1) {
      await requestAnswer(at, queryBytes(`x${index}.star.example.com`, "TXT"));
    }
  }
  assert.ok(at.packets.size <= 100, `${at.packets.size}`);
});

test("the limits hold without a cookie and not with one, nor over TCP", async () => {
  const at = world({ rate: { positivePerSecond: 1, burstSeconds: 1, exempt: [], slip: 2 } });
  const kinds: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const got = await requestAnswer(at, plain);
    kinds.push(got === undefined ? "nothing" : got.truncated ? "truncated" : "whole");
  }
  assert.deepEqual(kinds, ["whole", "nothing", "truncated", "nothing", "truncated"]);
  assert.equal((await requestAnswer(at, plain, "tcp"))?.answers.length, 3);
  const cookieless = queryBytes("example.com", "A", {
    edns: { ...EDNS, options: [{ code: 10, data: new Uint8Array(8) }] },
  });
  const first = (await requestAnswer(at, cookieless)) ?? (await requestAnswer(at, cookieless));
  assert.equal(rcodeName(first?.rcode ?? 0), "BADCOOKIE");
  const cookie = first?.edns?.options[0]?.data ?? new Uint8Array();
  const proven = queryBytes("example.com", "A", { edns: { ...EDNS, options: [{ code: 10, data: cookie }] } });
  for (let round = 0; round < 5; round += 1) {
    assert.equal((await requestAnswer(at, proven))?.answers.length, 3);
  }
});
