import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../src/dns/message/message.ts";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import { TYPE } from "../../../src/dns/registry.ts";
import { createLookup } from "../../../src/resolver/stub-resolver.ts";
import type { LookupOptions } from "../../../src/resolver/lookup.ts";
import type { LookupStep } from "../../../src/resolver/chain/trace.ts";
import type { ResolverServer } from "../../../src/transport/exchange.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { extendedErrors, name, NXDOMAIN, REFUSED, response, SERVFAIL } from "./messages.ts";
import { packet, type Packet, scriptedExchange } from "./scripted-exchange.ts";

type Behaviour = (query: Message) => readonly Packet[] | "unreachable";

const SOA = "test. 900 SOA ns.test. h.test. 1 2 3 4 60";

const good: Behaviour = answering({ "www.test. 1": "www.test. 60 A 8.8.8.8" });
const servfail: Behaviour = (query) => [packet(response(query, SERVFAIL))];
const refused: Behaviour = (query) => [packet(response(query, REFUSED))];
const silent: Behaviour = () => [];
const closed: Behaviour = () => "unreachable";

interface Case {
  readonly name: string;
  /** Servers 192.0.2.1, 192.0.2.2, …, in the order of the view. */
  readonly servers: readonly Behaviour[];
  readonly options?: LookupOptions;
  readonly want: string;
  readonly tookMs: number;
  /** `server NAME TYPE`; servers by their last number. */
  readonly log: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "one server that answers",
    servers: [good],
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.1:53",
    tookMs: 10,
    log: ["1 www.test. 1"],
  },
  {
    name: "the next one at once where one fails",
    servers: [servfail, good],
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.2:53",
    tookMs: 20,
    log: ["1 www.test. 1", "2 www.test. 1"],
  },
  {
    name: "the next one beside a silent one",
    servers: [silent, good],
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.2:53",
    tookMs: 410,
    log: ["1 www.test. 1", "2 www.test. 1"],
  },
  {
    name: "another than the avoided one first",
    servers: [good, good],
    options: { avoid: "192.0.2.1:53" },
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.2:53",
    tookMs: 10,
    log: ["2 www.test. 1"],
  },
  {
    name: "the avoided one where the other fails",
    servers: [good, refused],
    options: { avoid: "192.0.2.1:53" },
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.1:53",
    tookMs: 20,
    log: ["2 www.test. 1", "1 www.test. 1"],
  },
  {
    name: "a lost packet costs no more than the hedge",
    servers: [nth((query, count) => (count === 0 ? [] : good(query)))],
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.1:53",
    tookMs: 410,
    log: ["1 www.test. 1", "1 www.test. 1"],
  },
  {
    name: "a silent server is asked three times, two at a time",
    servers: [silent],
    want: "failure timeout at www.test.: 192.0.2.1:53: sent no answer for 2 s",
    tookMs: 4_000,
    log: ["1 www.test. 1", "1 www.test. 1", "1 www.test. 1"],
  },
  {
    name: "one that sends only what is not an answer counts as silent: it may all be a stranger's",
    servers: [(query) => [packet(response(query, { questions: [] }))]],
    want: "failure malformed at www.test.: 192.0.2.1:53: sent what is not an answer: no question",
    tookMs: 4_000,
    log: ["1 www.test. 1", "1 www.test. 1", "1 www.test. 1"],
  },
  {
    name: "one that sends only answers to earlier queries is silent",
    servers: [(query) => [packet(response(query, { id: query.id ^ 1 }))]],
    want: "failure timeout at www.test.: 192.0.2.1:53: sent no answer for 2 s",
    tookMs: 4_000,
    log: ["1 www.test. 1", "1 www.test. 1", "1 www.test. 1"],
  },
  {
    name: "the failure names what each server did, and has the most telling reason",
    servers: [closed, refused, (query) => [packet(response(query, { ...SERVFAIL, edns: extendedErrors([6, "x"]) }))]],
    want:
      "failure bogus at www.test.: 192.0.2.1:53: cannot be reached: connection refused; 192.0.2.2:53: answered REFUSED; " +
      "192.0.2.3:53: answered SERVFAIL (DNSSEC Bogus: x)",
    tookMs: 20,
    log: ["1 www.test. 1", "2 www.test. 1", "3 www.test. 1"],
  },
  {
    name: "an empty answer is believed of the first that gives it",
    servers: [(query) => [packet(response(query, { ...NXDOMAIN, authority: SOA }))], good],
    want: "nxdomain www.test.: 60 s, by 192.0.2.1:53",
    tookMs: 10,
    log: ["1 www.test. 1"],
  },
  {
    name: "a special-use address of one server, and the other's answer",
    servers: [answering({ "www.test. 1": "www.test. 60 A 127.0.0.1" }), good],
    want: "positive www.test.: 8.8.8.8, 60 s, by 192.0.2.2:53",
    tookMs: 20,
    log: ["1 www.test. 1", "2 www.test. 1"],
  },
  {
    name: "the rest of a chain is asked of the server that gave its beginning",
    servers: [
      servfail,
      answering({ "www.test. 1": "www.test. 60 CNAME a.test.", "a.test. 1": "a.test. 30 A 8.8.8.8" }),
    ],
    want: "positive www.test. a.test.: 8.8.8.8, 30 s, by 192.0.2.2:53",
    tookMs: 30,
    log: ["1 www.test. 1", "2 www.test. 1", "2 a.test. 1"],
  },
  {
    name: "the same though another would come first",
    servers: [answering({ "www.test. 1": "www.test. 60 CNAME a.test.", "a.test. 1": "a.test. 30 A 8.8.8.8" }), refused],
    options: { avoid: "192.0.2.1:53" },
    want: "positive www.test. a.test.: 8.8.8.8, 30 s, by 192.0.2.1:53",
    tookMs: 30,
    log: ["2 www.test. 1", "1 www.test. 1", "1 a.test. 1"],
  },
  {
    name: "a chain of one hop an answer that ends with no such name",
    servers: [
      (query) =>
        query.questions[0]?.name === "a.test."
          ? [packet(response(query, { ...NXDOMAIN, authority: SOA }))]
          : [packet(response(query, { answer: "www.test. 60 CNAME a.test." }))],
    ],
    want: "nxdomain www.test. a.test.: 60 s, by 192.0.2.1:53",
    tookMs: 20,
    log: ["1 www.test. 1", "1 a.test. 1"],
  },
  {
    name: "a loop over several answers",
    servers: [answering({ "www.test. 1": "www.test. 60 CNAME a.test.", "a.test. 1": "a.test. 60 CNAME www.test." })],
    want: "failure loop at www.test. a.test. www.test.: 192.0.2.1:53: the chain loops: www.test. → a.test. → www.test.",
    tookMs: 20,
    log: ["1 www.test. 1", "1 a.test. 1"],
  },
  {
    name: "a loop behind a server that says SERVFAIL for it",
    servers: [
      servfailFor(
        TYPE.A,
        answering({ "www.test. 5": "www.test. 60 CNAME a.test.", "a.test. 5": "a.test. 60 CNAME www.test." }),
      ),
    ],
    want:
      "failure loop at www.test. a.test. www.test.: 192.0.2.1:53: answered SERVFAIL; " +
      "192.0.2.1:53: the chain loops: www.test. → a.test. → www.test.",
    tookMs: 40,
    log: ["1 www.test. 1", "1 www.test. 5", "1 a.test. 1", "1 a.test. 5"],
  },
  {
    name: "a chain longer than the server follows",
    servers: [
      (query) =>
        query.questions[0]?.type === TYPE.A && query.questions[0].name === "www.test."
          ? servfail(query)
          : answering({ "www.test. 5": "www.test. 60 CNAME a.test.", "a.test. 1": "a.test. 30 A 8.8.8.8" })(query),
    ],
    want: "positive www.test. a.test.: 8.8.8.8, 30 s, by 192.0.2.1:53",
    tookMs: 30,
    log: ["1 www.test. 1", "1 www.test. 5", "1 a.test. 1"],
  },
  {
    name: "SERVFAIL of one server and a refusal of the other are no reason to ask for the CNAME alone",
    servers: [servfail, refused],
    want: "failure servfail at www.test.: 192.0.2.1:53: answered SERVFAIL; 192.0.2.2:53: answered REFUSED",
    tookMs: 20,
    log: ["1 www.test. 1", "2 www.test. 1"],
  },
  {
    name: "SERVFAIL for a name that is no alias stays SERVFAIL",
    servers: [servfailFor(TYPE.A, (query) => [packet(response(query, { authority: SOA }))])],
    want: "failure servfail at www.test.: 192.0.2.1:53: answered SERVFAIL",
    tookMs: 20,
    log: ["1 www.test. 1", "1 www.test. 5"],
  },
  {
    name: "SERVFAIL at the end of a chain says how far it led",
    servers: [servfailFor(TYPE.A, answering({ "www.test. 5": "www.test. 60 CNAME a.test." }))],
    want: "failure servfail at www.test. a.test.: 192.0.2.1:53: answered SERVFAIL",
    tookMs: 40,
    log: ["1 www.test. 1", "1 www.test. 5", "1 a.test. 1", "1 a.test. 5"],
  },
  {
    name: "a server that adds a hop with each answer is followed no further than hops are",
    servers: [
      (query) => {
        const queried = query.questions[0]?.name ?? "";
        return [packet(response(query, { answer: `${queried} 60 CNAME x${queried}` }), 390)];
      },
    ],
    want: `failure too-deep at ${hops(17)}: 192.0.2.1:53: the chain has more than 16 hops`,
    tookMs: 17 * 390,
    log: hops(16)
      .split(" ")
      .map((hop) => `1 ${hop} 1`),
  },
];

for (const { name: title, servers, options = {}, want, tookMs, log } of cases) {
  test(`lookup: ${title}`, async () => {
    const clock = fakeClock();
    const scene = stage(clock, servers);
    const started = clock.now();
    let took = 0;
    const ended = scene.lookUp(options).then((reading) => {
      took = clock.now() - started;
      return reading;
    });
    await clock.advance(20_000);
    assert.equal(tell(await ended), want);
    assert.deepEqual(scene.log(), log);
    assert.equal(took, tookMs);
  });
}

test("lookup: the budget of 10 s ends what is slower, with the notes so far", async () => {
  const clock = fakeClock();
  const scene = stage(clock, [silent, silent, silent, silent]);
  const started = clock.now();
  const ended = scene.lookUp({}).then((reading) => `${clock.now() - started} ${tell(reading)}`);
  await clock.advance(20_000);
  assert.match(await ended, /^10000 failure timeout at www\.test\.: 192\.0\.2\.1:53: sent no answer for 2 s; /);
});

test("lookup: a server that failed is not asked first again before its penalty ends", async () => {
  const clock = fakeClock();
  const scene = stage(clock, [closed, good]);
  for (const wait of [10, 10, 2_000]) {
    const ended = scene.lookUp({});
    await clock.advance(wait);
    await ended;
  }
  const last = scene.lookUp({});
  await clock.advance(1_000);
  await last;
  assert.deepEqual(scene.log(), [
    "1 www.test. 1",
    "2 www.test. 1",
    "2 www.test. 1",
    "2 www.test. 1",
    "1 www.test. 1",
    "2 www.test. 1",
  ]);
});

test("lookup: a server isn't held responsible for a name that loops", async () => {
  const clock = fakeClock();
  const looping = answering({ "www.test. 1": "www.test. 60 CNAME www.test." });
  const scene = stage(clock, [nth((query, count) => (count === 0 ? looping(query) : good(query))), closed]);
  for (const time of [1, 2]) {
    const ended = scene.lookUp({});
    await clock.advance(500);
    assert.equal((await ended).kind, time === 1 ? "failure" : "positive");
  }
  assert.deepEqual(scene.log(), ["1 www.test. 1", "2 www.test. 1", "1 www.test. 1"]);
});

test("lookup: a server that was given up while silent is not the first to be asked again", async () => {
  const clock = fakeClock();
  const late: Behaviour = (query) => [packet(response(query, { answer: "www.test. 60 A 8.8.8.8" }), 1_500)];
  const scene = stage(clock, [late, good]);
  for (const time of [1, 2]) {
    const ended = scene.lookUp({});
    await clock.advance(5_000);
    assert.equal((await ended).kind, "positive", `time ${time}`);
  }
  assert.deepEqual(scene.log(), ["1 www.test. 1", "2 www.test. 1", "2 www.test. 1"]);
});

test("lookup: a server whose penalty has ended is tried by one look-up, not by all that begin meanwhile", async () => {
  const clock = fakeClock();
  const scene = stage(clock, [nth((query, count) => (count === 0 ? "unreachable" : good(query))), good]);
  const first = scene.lookUp({});
  await clock.advance(2_000);
  await first;
  const later = [scene.lookUp({}), scene.lookUp({}), scene.lookUp({})];
  await clock.advance(1_000);
  await Promise.all(later);
  const queried = scene.log().slice(2);
  assert.deepEqual(queried, ["1 www.test. 1", "2 www.test. 1", "2 www.test. 1"]);
});

test("lookup: authenticated only when every answer of the chain is", async () => {
  for (const [first, second, want] of [
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ]) {
    const clock = fakeClock();
    const scene = stage(clock, [
      (query) =>
        query.questions[0]?.name === "a.test."
          ? [packet(response(query, { answer: "a.test. 60 A 8.8.8.8", authenticData: second === true }))]
          : [packet(response(query, { answer: "www.test. 60 CNAME a.test.", authenticData: first === true }))],
    ]);
    const ended = scene.lookUp({});
    await clock.advance(1_000);
    const reading = await ended;
    assert.equal(reading.kind === "positive" && reading.authenticated, want);
  }
});

test("lookup: tells each step", async () => {
  const clock = fakeClock();
  const steps: LookupStep[] = [];
  const scene = stage(clock, [
    refused,
    answering({ "www.test. 1": "www.test. 60 CNAME a.test.\na.test. 30 A 8.8.8.8" }),
  ]);
  const ended = scene.lookUp({ observe: (step) => steps.push(step) });
  await clock.advance(1_000);
  await ended;
  const queried = { kind: "queried", name: "www.test.", type: "A", tookMs: 10 };
  assert.deepEqual(steps, [
    { ...queried, server: "192.0.2.1:53", result: "answered REFUSED" },
    { ...queried, server: "192.0.2.2:53", result: "NOERROR" },
    { kind: "hop", hop: { owner: "www.test.", type: "CNAME", target: "a.test.", ttl: 60 } },
    { kind: "addresses", name: "a.test.", addresses: ["8.8.8.8"], ttl: 30 },
  ]);
});

test("lookup: a view that nobody knows is a failure", async () => {
  const clock = fakeClock();
  const { exchange } = scriptedExchange(clock, () => "unreachable");
  const lookup = createLookup({ exchange, clock, viewOf: () => undefined, random: () => 0.9, randomBytes: zeros });
  const key = { target: name("www.test."), family: "A" as const, view: "gone" };
  assert.equal(
    tell(await lookup.lookUp(key, {}, new AbortController().signal)),
    "failure unreachable at www.test.: no servers are known for the view gone",
  );
});

test("lookup: rejects when the signal aborts, and leaves no timer", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const scene = stage(clock, [silent]);
  const rejected = assert.rejects(scene.lookUp({}, stop.signal), { name: "AbortError" });
  await clock.advance(100);
  stop.abort();
  await rejected;
  await clock.advance(0);
  assert.equal(clock.sleepers(), 0);
});

function stage(clock: FakeClock, servers: readonly Behaviour[]) {
  const view = {
    id: "v",
    allowPrivate: false,
    servers: servers.map((_, index): ResolverServer => ({
      protocol: "udp",
      address: `192.0.2.${index + 1}`,
      port: 53,
    })),
  };
  const { exchange, log } = scriptedExchange(clock, (query, { address }) => {
    const behaviour = servers[Number(address.split(".").at(-1)) - 1];
    return behaviour === undefined ? "unreachable" : behaviour(query);
  });
  const lookup = createLookup({ exchange, clock, viewOf: () => view, random: () => 0.9, randomBytes: zeros });
  return {
    log: () => log.map((line) => line.replace(/^udp 192\.0\.2\./, "").replace(/ \+edns.*/, "")),
    lookUp: (options: LookupOptions, signal = new AbortController().signal): Promise<LookupResult> =>
      lookup.lookUp({ target: name("www.test."), family: "A", view: "v" }, options, signal),
  };
}

function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

/** Answers by `NAME TYPE`; SERVFAIL for all else. */
function answering(answers: Readonly<Record<string, string>>): Behaviour {
  return (query) => {
    const [question] = query.questions;
    const answer = answers[`${question?.name} ${question?.type}`];
    return [packet(response(query, answer === undefined ? SERVFAIL : { answer }))];
  };
}

function servfailFor(type: number, otherwise: Behaviour): Behaviour {
  return (query) => (query.questions[0]?.type === type ? servfail(query) : otherwise(query));
}

function nth(behaviour: (query: Message, count: number) => ReturnType<Behaviour>): Behaviour {
  let count = -1;
  return (query) => {
    count += 1;
    return behaviour(query, count);
  };
}

/** `www.test.`, and so many names that follow from it. */
function hops(count: number): string {
  return Array.from({ length: count + 1 }, (_, index) => `${"x".repeat(index)}www.test.`).join(" ");
}

function tell(reading: LookupResult): string {
  const chain = reading.chain.join(" ");
  switch (reading.kind) {
    case "positive":
      return `positive ${chain}: ${reading.addresses.join(" ")}, ${reading.ttl} s, by ${reading.server}`;
    case "nodata":
    case "nxdomain":
      return `${reading.kind} ${chain}: ${reading.negativeTtl} s, by ${reading.server}`;
    case "failure":
      return `failure ${reading.reason} at ${chain}: ${reading.detail}`;
    default:
      return reading satisfies never;
  }
}
