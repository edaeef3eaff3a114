import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../src/dns/message/message.ts";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import { createLookup } from "../../../src/resolver/stub-resolver.ts";
import type { ResolverServer } from "../../../src/transport/exchange.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { name, response, SERVFAIL } from "./messages.ts";
import { packet, type Packet, scriptedExchange } from "./scripted-exchange.ts";

const SOA = "test. 900 SOA ns.test. h.test. 1 2 3 4 60";
const MADE = "2a00:64::808:808";
const SERVER: ResolverServer = { protocol: "udp", address: "192.0.2.1", port: 53 };

test("addresses that the network's DNS64 made are a failed lookup of AAAA, and A is found", async () => {
  const scene = stage(() => dns64("2a00:64::"));
  assert.equal(await scene.lookUp("A"), "8.8.8.8");
  assert.match(await scene.lookUp("AAAA"), /special-use: .* NAT64 address of this network's prefix 2a00:64::\/96/);
});

test("a server without DNS64 is queried for ipv4only.arpa once in its hour, and an answer without AAAA asks for nothing", async () => {
  const scene = stage(() => dns64("2a00:64::", ""));
  await scene.lookUp("A");
  assert.deepEqual(scene.log(), ["www.test. 1"]);
  assert.deepEqual(await Promise.all(["AAAA", "AAAA", "AAAA"].map(() => scene.lookUp("AAAA"))), [MADE, MADE, MADE]);
  assert.equal(scene.queriesOfPrefix(), 1);
  await scene.clock.advance(3_590_000);
  await scene.lookUp("AAAA");
  assert.equal(scene.queriesOfPrefix(), 1);
  await scene.clock.advance(20_000);
  await scene.lookUp("AAAA");
  assert.equal(scene.queriesOfPrefix(), 2);
});

test("a prefix that comes later is learned within the hour", async () => {
  let serves = "";
  const scene = stage(() => dns64("2a00:64::", serves));
  assert.equal(await scene.lookUp("AAAA"), MADE);
  serves = "2a00:64::";
  await scene.clock.advance(3_600_000);
  assert.match(await scene.lookUp("AAAA"), /special-use/);
});

for (const [title, broken] of [
  ["SERVFAIL", (query: Message) => [packet(response(query, SERVFAIL))]],
  ["silence", () => []],
] as const) {
  test(`${title} for ipv4only.arpa: addresses are published, and it is asked for again a minute later`, async () => {
    let works = false;
    const scene = stage(() => (query) => (works || !isPrefix(query) ? dns64("2a00:64::")(query) : broken(query)));
    assert.equal(await scene.lookUp("AAAA"), MADE);
    const queried = scene.queriesOfPrefix();
    works = true;
    assert.equal(await scene.lookUp("AAAA"), MADE);
    assert.equal(scene.queriesOfPrefix(), queried);
    await scene.clock.advance(60_000);
    assert.match(await scene.lookUp("AAAA"), /special-use/);
    works = false;
    await scene.clock.advance(7_200_000);
    assert.match(await scene.lookUp("AAAA"), /special-use/, "a prefix that is known stays known");
  });
}

test("a server that never answers for ipv4only.arpa is asked in growing waits", async () => {
  const scene = stage(() => (query) => (isPrefix(query) ? [] : dns64("2a00:64::")(query)));
  for (let minute = 0; minute < 120; minute += 1) {
    assert.equal(await scene.lookUp("AAAA"), MADE);
    await scene.clock.advance(51_000);
  }
  assert.equal(scene.queriesOfPrefix(), 7);
});

test("a lookup that is stopped while it learns the prefix leaves that to the next one", async () => {
  const scene = stage(() => dns64("2a00:64::", "2a00:64::", 500));
  const stop = new AbortController();
  const stopped = assert.rejects(scene.begin("AAAA", stop.signal), { name: "AbortError" });
  const second = scene.begin("AAAA");
  await scene.clock.advance(100);
  stop.abort();
  await stopped;
  await scene.clock.advance(2_000);
  assert.match(tell(await second), /special-use/);
  assert.equal(scene.queriesOfPrefix(), 2);
});

type Behaviour = (query: Message) => readonly Packet[];

/** A server whose DNS64 makes {@link MADE} of the A record, and says so at ipv4only.arpa with this prefix. */
function dns64(prefix: string, told = prefix, afterMs = 10): Behaviour {
  return (query) => {
    const [question] = query.questions;
    if (question?.name === "ipv4only.arpa.") {
      const answer = told === "" ? { authority: `arpa. 3600 SOA a.arpa. h.arpa. 1 2 3 4 60` } : {};
      const made = told === "" ? {} : { answer: `ipv4only.arpa. 3600 AAAA ${told}c000:aa` };
      return [packet(response(query, { ...answer, ...made }), afterMs)];
    }
    const data = question?.type === 1 ? "A 8.8.8.8" : `AAAA ${prefix}808:808`;
    return [
      packet(response(query, question?.name === "www.test." ? { answer: `www.test. 60 ${data}` } : { authority: SOA })),
    ];
  };
}

function isPrefix(query: Message): boolean {
  return query.questions[0]?.name === "ipv4only.arpa.";
}

function stage(behaviour: () => Behaviour) {
  const clock: FakeClock = fakeClock();
  const { exchange, log } = scriptedExchange(clock, (query) => behaviour()(query));
  const view = { id: "v", allowPrivate: false, servers: [SERVER] };
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count);
  const lookup = createLookup({ exchange, clock, viewOf: () => view, random: () => 0.9, randomBytes });
  const begin = (family: "A" | "AAAA", signal = new AbortController().signal): Promise<LookupResult> =>
    lookup.lookUp({ target: name("www.test."), family, view: "v" }, {}, signal);
  const queried = (): readonly string[] => log.map((line) => line.replace(/^udp \S+ /, "").replace(/ \+edns.*/, ""));
  return {
    clock,
    begin,
    log: queried,
    queriesOfPrefix: () => queried().filter((line) => line === "ipv4only.arpa. 28").length,
    async lookUp(family: "A" | "AAAA"): Promise<string> {
      const ended = begin(family);
      await clock.advance(9_000);
      return tell(await ended);
    },
  };
}

function tell(result: LookupResult): string {
  switch (result.kind) {
    case "positive":
      return result.addresses.join(" ");
    case "failure":
      return `${result.reason}: ${result.detail}`;
    case "nodata":
    case "nxdomain":
      return result.kind;
  }
}
