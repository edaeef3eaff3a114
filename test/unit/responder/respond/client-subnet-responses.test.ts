import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../../src/dns/message/message.ts";
import type { LiveAnswer, LiveQuestion } from "../../../../src/responder/answer-source.ts";
import { decoded, EDNS, queryBytes } from "../../../support/dns-query.ts";
import { responderWorld, type ResponderWorld } from "../../../support/responder-world.ts";
import { alias, served } from "../zone-play.ts";

const CODE = 8;

const ZONE = {
  ...served(
    "example.com.",
    ["@ SOA ns1 host 1 3600 600 86400 60", "@ NS ns1", "ns1 A 192.0.2.53", "@ MX 10 a"],
    [alias("a.example.com.")],
  ),
  clientSubnet: true,
};

/** The address is the third byte of the client's network, and 99 without a network. Valid for 20 bits. */
function live({ subnet, family }: LiveQuestion, now: number): LiveAnswer {
  const network = Number(subnet?.address.split(".")[2] ?? 99);
  return {
    kind: "addresses",
    addresses: [family === "A" ? `192.0.2.${network}` : `2001:db8::${network}`],
    freshUntil: now + 100_500,
    refreshAt: now + 60_000,
    ...(subnet !== undefined && { scope: 20 }),
  };
}

function world(): ResponderWorld {
  return responderWorld({ zones: [ZONE], live });
}

interface Query {
  readonly name?: string;
  readonly type?: string;
  /** The option's bytes: family, source prefix, scope prefix, address; absent: none. */
  readonly subnet?: readonly number[];
  readonly from?: string;
}

async function ask(at: ResponderWorld, { name = "a.example.com", type = "A", subnet, from = "9.9.9.9" }: Query = {}) {
  const options = subnet === undefined ? [] : [{ code: CODE, data: Uint8Array.from(subnet) }];
  const bytes = await at.respond(
    queryBytes(name, type, { edns: { ...EDNS, options } }),
    { address: from, port: 53 },
    "udp",
  );
  return decoded(bytes ?? assert.fail("no response"));
}

/** The last byte of each address, and the scope of the response. */
function shown({ answers, edns }: Message): readonly [readonly (number | undefined)[], number | undefined] {
  const option = edns?.options.find(({ code }) => code === CODE);
  return [answers.map(({ rdata }) => rdata.at(-1)), option?.data[3]];
}

/** 8.8.x.0/24. */
function network(third: number): readonly number[] {
  return [0, 1, 24, 0, 8, 8, third];
}

test("each network gets the addresses for it, with the scope for which they are valid", async () => {
  const at = world();
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(shown(await ask(at, { subnet: network(5) })), [[5], 20]);
    assert.deepEqual(shown(await ask(at, { subnet: network(70) })), [[70], 20]);
  }
});

test("a client without the option gets the addresses for its own network, and no option", async () => {
  const at = world();
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(shown(await ask(at, { from: "8.8.5.1" })), [[5], undefined]);
    assert.deepEqual(shown(await ask(at, { from: "8.8.70.1" })), [[70], undefined]);
  }
});

test("a client that forbids it has no network, and the response is valid for no other one", async () => {
  assert.deepEqual(shown(await ask(world(), { subnet: [0, 1, 0, 0] })), [[99], 0]);
});

test("an address that has no meaning elsewhere isn't forwarded, and the response is for that network only", async () => {
  const at = world();
  assert.deepEqual(shown(await ask(at, { subnet: [0, 1, 24, 0, 10, 0, 5] })), [[99], 24]);
  assert.deepEqual(
    at.asked.map(({ subnet }) => subnet),
    [undefined],
  );
});

test("records that are the same for all clients have the scope 0", async () => {
  const at = world();
  for (const query of [
    { name: "ns1.example.com" },
    { name: "no.example.com" },
    { name: "a.example.com", type: "TXT" },
    { name: "example.com", type: "MX" },
  ]) {
    for (let round = 0; round < 3; round += 1) {
      const [, scope] = shown(await ask(at, { ...query, subnet: network(5) }));
      assert.equal(scope, 0, query.name);
    }
  }
});

test("a response for one network is never that of another one, even with the same question in the cache", async () => {
  const at = world();
  for (let round = 0; round < 4; round += 1) {
    for (const third of [5, 21, 70]) {
      assert.deepEqual(shown(await ask(at, { from: `8.8.${third}.1` })), [[third], undefined]);
    }
  }
  for (let round = 0; round < 4; round += 1) {
    await ask(at, { name: "ns1.example.com" });
  }
  assert.ok(at.counters.hits > 0, "responses for all clients are still cached");
});

for (const [name, subnet] of [
  ["has a scope", [0, 1, 24, 20, 8, 8, 5]],
  ["has too few bytes", [0, 1, 24, 0, 8, 8]],
  ["is of no family", [0, 9, 24, 0, 8, 8, 5]],
] as const) {
  test(`a client subnet that ${name} is FORMERR`, async () => {
    const at = world();
    const { rcode, answers } = await ask(at, { subnet });
    assert.deepEqual([rcode, answers, at.asked], [1, [], []]);
  });
}

test("of a delegation whose addresses don't fit, the response is truncated (RFC 9471)", async () => {
  const hosts = Array.from({ length: 13 }, (_, index) => `ns-of-a-long-name-${index}.child`);
  const child = served("example.org.", [
    "@ SOA ns1 host 1 3600 600 86400 60",
    "@ NS ns1.example.net.",
    ...hosts.flatMap((host, index) => [
      `child NS ${host}`,
      `${host} A 192.0.2.${index}`,
      `${host} AAAA 2001:db8::${index}`,
    ]),
  ]);
  const at = responderWorld({ zones: [child] });
  const peer = { address: "9.9.9.9", port: 53 };
  const over = async (protocol: "udp" | "tcp", edns = {}) => {
    const bytes = await at.respond(queryBytes("www.child.example.org", "A", edns), peer, protocol);
    const { truncated, rcode, authorities, additionals } = decoded(bytes ?? assert.fail("no response"));
    return { truncated, rcode, servers: authorities.length, isWhole: additionals.length === 26 };
  };
  assert.deepEqual(await over("udp"), { truncated: true, rcode: 0, servers: 13, isWhole: false });
  assert.deepEqual(await over("udp", { edns: EDNS }), { truncated: false, rcode: 0, servers: 13, isWhole: true });
  assert.deepEqual(await over("tcp"), { truncated: false, rcode: 0, servers: 13, isWhole: true });
});
