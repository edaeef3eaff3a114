import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../src/dns/message/message.ts";
import { EDNS_OPTION, RCODE } from "../../../src/dns/registry.ts";
import { createLookup } from "../../../src/resolver/stub-resolver.ts";
import { matchResponse } from "../../../src/resolver/query/match-response.ts";
import type { LookupOptions } from "../../../src/resolver/lookup.ts";
import type { ResolverServer } from "../../../src/transport/exchange.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { name, NXDOMAIN, query, REFUSED, response, SERVFAIL } from "./messages.ts";
import { packet, scriptedExchange } from "./scripted-exchange.ts";

const SUBNET = { address: "8.8.8.0", prefix: 24 };
const SENT = "00011800080808";
const SOA = "test. 60 SOA a. b. 1 1 1 1 60";

const echoes: readonly (readonly [got: string | undefined, want: string])[] = [
  [undefined, "answer"],
  ["00011800080808", "answer"],
  ["00011810080808", "answer"],
  ["00011820080808", "answer"],
  ["00011821080808", "another subnet"],
  ["00011800080809", "another subnet"],
  ["000110000808", "another subnet"],
  ["00021800080808", "another subnet"],
  ["0001180008080800", "another subnet"],
  ["00010000", "another subnet"],
  ["", "another subnet"],
];

for (const [got, want] of echoes) {
  test(`an answer with the client subnet ${got ?? "left out"}: ${want}`, () => {
    const queried = query({ edns: { subnet: SUBNET } });
    const verdict = matchResponse(queried, response(queried, { edns: withSubnet(queried, got) }), false);
    assert.equal(verdict.kind === "mismatched" ? verdict.why : verdict.kind, want);
  });
}

test("an answer that tells of a subnet that was not asked for is taken", () => {
  const queried = query({ edns: {} });
  assert.equal(matchResponse(queried, response(queried, { edns: withSubnet(queried, SENT) }), false).kind, "answer");
});

test("the subnet stands beside the cookie, with its host bits cleared, and is not there unless it is given", () => {
  const cookie = new Uint8Array(8);
  const options = (message: Message): readonly string[] =>
    (message.edns?.options ?? []).map(({ code, data }) => `${code} ${Buffer.from(data).toString("hex")}`);
  assert.deepEqual(options(query({ edns: { cookie, subnet: { address: "8.8.8.8", prefix: 22 } } })), [
    `${EDNS_OPTION.COOKIE} ${"00".repeat(8)}`,
    `${EDNS_OPTION.CLIENT_SUBNET} 00011600080808`,
  ]);
  assert.deepEqual(options(query({ edns: {} })), []);
});

/** What a server does with a query that carries a subnet: hexadecimal text is its own option in the answer. */
type Behaviour = (queried: Message, subnet: string | undefined) => Message;

interface Case {
  readonly name: string;
  readonly server: Behaviour;
  readonly options?: LookupOptions;
  readonly want: string;
  /** The subnet of each query, in order, with its name where that is not www.test. */
  readonly sent: readonly string[];
}

const WITH: LookupOptions = { subnet: SUBNET };

const cases: readonly Case[] = [
  {
    name: "off unless given",
    options: {},
    server: (queried) => response(queried, { answer: "www.test. 60 A 8.8.8.8" }),
    want: "positive 8.8.8.8",
    sent: ["none"],
  },
  {
    name: "the scope of the answer",
    server: (queried) => scoped(queried, "00011814080808", "www.test. 60 A 8.8.8.8"),
    want: "positive 8.8.8.8 for 20 bits",
    sent: [SENT],
  },
  {
    name: "a server that does not say: for everyone",
    server: (queried) => scoped(queried, undefined, "www.test. 60 A 8.8.8.8"),
    want: "positive 8.8.8.8 for 0 bits",
    sent: [SENT],
  },
  {
    name: "a scope longer than what was told counts as what was told",
    server: (queried) => scoped(queried, "00011820080808", "www.test. 60 A 8.8.8.8"),
    want: "positive 8.8.8.8 for 24 bits",
    sent: [SENT],
  },
  {
    name: "of a chain the longest scope",
    server: (queried) =>
      queried.questions[0]?.name === "www.test."
        ? scoped(queried, "00011816080808", "www.test. 60 CNAME a.test.")
        : scoped(queried, "00011808080808", "a.test. 60 A 8.8.8.8"),
    want: "positive 8.8.8.8 for 22 bits",
    sent: [SENT, `a.test. ${SENT}`],
  },
  {
    name: "an empty answer has a scope too",
    server: (queried) =>
      response(queried, { ...NXDOMAIN, authority: SOA, edns: withSubnet(queried, "00011818080808") }),
    want: "nxdomain for 24 bits",
    sent: [SENT],
  },
  {
    name: "FORMERR: asked again without",
    server: (queried, subnet) =>
      subnet === undefined
        ? scoped(queried, undefined, "www.test. 60 A 8.8.8.8")
        : response(queried, { rcode: RCODE.FORMERR, edns: withSubnet(queried, undefined) }),
    want: "positive 8.8.8.8 for 0 bits",
    sent: [SENT, "none"],
  },
  {
    name: "REFUSED: the same",
    server: (queried, subnet) =>
      subnet === undefined
        ? scoped(queried, undefined, "www.test. 60 A 8.8.8.8")
        : response(queried, { ...REFUSED, edns: withSubnet(queried, undefined) }),
    want: "positive 8.8.8.8 for 0 bits",
    sent: [SENT, "none"],
  },
  {
    name: "FORMERR to all EDNS: asked without any",
    server: (queried) => {
      const { edns, ...plain } = response(queried, { answer: "www.test. 60 A 8.8.8.8" });
      return edns === undefined ? plain : { ...plain, answers: [], rcode: RCODE.FORMERR };
    },
    want: "positive 8.8.8.8 for 0 bits",
    sent: [SENT, "none", "no edns"],
  },
  {
    name: "REFUSED whatever is asked",
    server: (queried) => response(queried, { ...REFUSED, edns: withSubnet(queried, undefined) }),
    want: "failure refused",
    sent: [SENT, "none"],
  },
  {
    name: "SERVFAIL is no word about the subnet",
    server: (queried) => response(queried, SERVFAIL),
    want: "failure servfail",
    sent: [SENT, SENT],
  },
];

for (const { name: title, server, options = WITH, want, sent } of cases) {
  test(`lookup with a subnet: ${title}`, async () => {
    const clock = fakeClock();
    const scene = stage(clock, server);
    assert.equal(await scene.look(options), want);
    assert.deepEqual(scene.sent, sent);
  });
}

test("a server that refuses the subnet is asked without it for ten minutes", async () => {
  const clock = fakeClock();
  const scene = stage(clock, (queried, subnet) =>
    subnet === undefined
      ? scoped(queried, undefined, "www.test. 60 A 8.8.8.8")
      : response(queried, { ...REFUSED, edns: withSubnet(queried, undefined) }),
  );
  await scene.look(WITH);
  await scene.look(WITH);
  await clock.advance(600_001);
  await scene.look(WITH);
  assert.deepEqual(scene.sent, [SENT, "none", "none", SENT, "none"]);
});

test("an answer for another subnet is dropped, and the right one behind it is taken", async () => {
  const clock = fakeClock();
  const { exchange } = scriptedExchange(clock, (queried) => [
    packet(scoped(queried, "00011818090909", "www.test. 60 A 9.9.9.9"), 5),
    packet(scoped(queried, "00011818080808", "www.test. 60 A 8.8.8.8"), 10),
  ]);
  assert.equal(await lookWith(clock, exchange, WITH), "positive 8.8.8.8 for 24 bits");
});

function stage(clock: FakeClock, server: Behaviour) {
  const sent: string[] = [];
  const { exchange } = scriptedExchange(clock, (queried) => {
    const option = queried.edns?.options.find(({ code }) => code === EDNS_OPTION.CLIENT_SUBNET)?.data;
    const subnet = option && Buffer.from(option).toString("hex");
    const owner = queried.questions[0]?.name ?? "";
    const text = queried.edns === undefined ? "no edns" : (subnet ?? "none");
    sent.push(owner === "www.test." ? text : `${owner} ${text}`);
    return [packet(server(queried, subnet))];
  });
  const look = looker(clock, exchange);
  return { sent, look };
}

type Exchange = Parameters<typeof createLookup>[0]["exchange"];

function lookWith(clock: FakeClock, exchange: Exchange, options: LookupOptions): Promise<string> {
  return looker(clock, exchange)(options);
}

function looker(clock: FakeClock, exchange: Exchange): (options: LookupOptions) => Promise<string> {
  const servers: readonly ResolverServer[] = [{ protocol: "udp", address: "192.0.2.1", port: 53 }];
  const lookup = createLookup({
    exchange,
    clock,
    viewOf: () => ({ id: "v", allowPrivate: false, servers }),
    random: () => 0.9,
    randomBytes: (count) => new Uint8Array(count),
  });
  return async (options) => {
    const key = { target: name("www.test."), family: "A" as const, view: "v" };
    const looking = lookup.lookUp(key, options, new AbortController().signal);
    await clock.advance(100);
    const reading = await looking;
    if (reading.kind === "failure") {
      return `failure ${reading.reason}`;
    }
    const what = reading.kind === "positive" ? `positive ${reading.addresses.join(" ")}` : reading.kind;
    return reading.scope === undefined ? what : `${what} for ${reading.scope} bits`;
  };
}

function scoped(queried: Message, option: string | undefined, answer: string): Message {
  return response(queried, { answer, edns: withSubnet(queried, option) });
}

function withSubnet(queried: Message, option: string | undefined): NonNullable<Message["edns"]> {
  const cookie = (queried.edns?.options ?? []).filter(({ code }) => code === EDNS_OPTION.COOKIE);
  const own =
    option === undefined
      ? []
      : [
          {
            code: EDNS_OPTION.CLIENT_SUBNET,
            data: Uint8Array.from(Buffer.from(option.replaceAll(" ", ""), "hex")),
          },
        ];
  return { udpSize: 1232, version: 0, dnssecOk: false, options: [...cookie, ...own] };
}
