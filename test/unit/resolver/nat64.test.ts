import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../../../src/dns/address/address.ts";
import type { Message } from "../../../src/dns/message/message.ts";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import { createLookup } from "../../../src/resolver/stub-resolver.ts";
import type { ResolverServer } from "../../../src/transport/exchange.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { name, response, SERVFAIL } from "./messages.ts";
import { packet, type Packet, scriptedExchange } from "./scripted-exchange.ts";

const SOA = "test. 900 SOA ns.test. h.test. 1 2 3 4 60";
const MADE = "2a00:64::808:808";
const OTHER_SERVER: ResolverServer = { protocol: "udp", address: "192.0.2.2", port: 53 };
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

/** A prefix of each length of RFC 6052, and 8.8.8.8 and 192.0.0.170 in it (section 2.2). */
const PREFIXES = [
  ["2a00:64::/32", "2a00:64:808:808::", "2a00:64:c000:aa::"],
  ["2a00:64:1200::/40", "2a00:64:1208:808:8::", "2a00:64:12c0:0:aa::"],
  ["2a00:64:1234::/48", "2a00:64:1234:808:8:800::", "2a00:64:1234:c000:0:aa00::"],
  ["2a00:64:1234:5600::/56", "2a00:64:1234:5608:8:808::", "2a00:64:1234:56c0:0:aa::"],
  ["2a00:64:1234:5678::/64", "2a00:64:1234:5678:8:808:800::", "2a00:64:1234:5678:c0:0:aa00::"],
  ["2a00:64:1234:5678:9a:bcde::/96", "2a00:64:1234:5678:9a:bcde:808:808", "2a00:64:1234:5678:9a:bcde:c000:aa"],
] as const;

for (const [prefix, made, wellKnown] of PREFIXES) {
  test(`${prefix}: what DNS64 makes is refused when the prefix is known, when nothing is answered about it, and when it came after a known one`, async () => {
    const known = stage(() => pretends(made, wellKnown));
    assert.match(await known.lookUp("AAAA"), /special-use: .* NAT64/);
    const silent = stage(() => pretends(made, undefined));
    assert.match(await silent.lookUp("AAAA"), /special-use: .* NAT64/);
    let told = "none";
    const later = stage(() => pretends(made, told));
    assert.equal(await later.lookUp("AAAA"), parseAddress(made), "a server without DNS64 is believed");
    told = wellKnown;
    await later.clock.advance(2_000);
    assert.match(await later.lookUp("AAAA", ["8.8.8.8"]), /special-use: .* NAT64/, "its A address is in it");
  });
}

test("an address with the name's own A address in it is published where the server has no DNS64: people number hosts so", async () => {
  const scene = stage(() => dns64("2a00:64::", ""));
  for (let minute = 0; minute < 5; minute += 1) {
    assert.equal(await scene.lookUp("AAAA", ["8.8.8.8"]), MADE);
    await scene.clock.advance(51_000);
  }
  assert.ok(scene.queriesOfPrefix() <= 5, `${scene.queriesOfPrefix()} queries`);
});

test("a prefix that one server of the view tells holds for the others", async () => {
  let answering = SERVER;
  const scene = stage(
    () => (query, server) =>
      server === answering ? dns64("2a00:64::", server === SERVER ? "2a00:64::" : "")(query) : [],
    [SERVER, OTHER_SERVER],
  );
  assert.match(await scene.lookUp("AAAA"), /special-use/);
  answering = OTHER_SERVER;
  await scene.clock.advance(5_000);
  assert.match(await scene.lookUp("AAAA"), /special-use/);
});

for (const [title, broken] of [
  ["SERVFAIL", (query: Message) => [packet(response(query, SERVFAIL))]],
  ["silence", () => []],
] as const) {
  test(`${title} for ipv4only.arpa: the name's A addresses judge, and it is asked for again a minute later`, async () => {
    let works = false;
    const scene = stage(() => (query) => (works || !isPrefix(query) ? dns64("2a00:64::")(query) : broken(query)));
    assert.match(await scene.lookUp("AAAA"), /special-use/);
    const queried = scene.queriesOfPrefix();
    works = true;
    assert.match(await scene.lookUp("AAAA"), /special-use/);
    assert.equal(scene.queriesOfPrefix(), queried);
    await scene.clock.advance(60_000);
    assert.match(await scene.lookUp("AAAA"), /special-use/);
    assert.equal(scene.queriesOfPrefix(), queried + 1);
    works = false;
    await scene.clock.advance(7_200_000);
    assert.match(await scene.lookUp("AAAA"), /special-use/, "a prefix that is known stays known");
  });

  test(`${title} for ipv4only.arpa: an address that has no A address of the name in it is published`, async () => {
    const scene = stage(
      () => (query) => (isPrefix(query) ? broken(query) : pretends("2a00:1450::1", undefined)(query)),
    );
    assert.equal(await scene.lookUp("AAAA"), "2a00:1450::1");
  });
}

test("a server that never answers for ipv4only.arpa is asked in growing waits", async () => {
  const scene = stage(() => (query) => (isPrefix(query) ? [] : dns64("2a00:64::")(query)));
  for (let minute = 0; minute < 120; minute += 1) {
    await scene.lookUp("AAAA");
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

type Behaviour = (query: Message, server?: ResolverServer) => readonly Packet[];

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

/** A server that gives one AAAA address, and this one at ipv4only.arpa: "none" has none there, undefined says nothing. */
function pretends(made: string, wellKnown: string | undefined): Behaviour {
  return (query) => {
    const [question] = query.questions;
    if (question?.name === "ipv4only.arpa.") {
      const answer = { answer: `ipv4only.arpa. 3600 AAAA ${wellKnown}` };
      return wellKnown === undefined
        ? []
        : [
            packet(
              response(
                query,
                wellKnown === "none" ? { authority: "arpa. 3600 SOA a.arpa. h.arpa. 1 2 3 4 60" } : answer,
              ),
            ),
          ];
    }
    return [packet(response(query, { answer: `www.test. 60 ${question?.type === 1 ? "A 8.8.8.8" : `AAAA ${made}`}` }))];
  };
}

function isPrefix(query: Message): boolean {
  return query.questions[0]?.name === "ipv4only.arpa.";
}

function stage(behaviour: () => Behaviour, servers: readonly ResolverServer[] = [SERVER]) {
  const clock: FakeClock = fakeClock();
  const { exchange, log } = scriptedExchange(clock, (query, { address }) =>
    behaviour()(
      query,
      servers.find((server) => server.address === address),
    ),
  );
  const view = { id: "v", allowPrivate: false, servers };
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count);
  const lookup = createLookup({ exchange, clock, viewOf: () => view, random: () => 0.9, randomBytes });
  const begin = (
    family: "A" | "AAAA",
    signal = new AbortController().signal,
    ipv4: readonly string[] = [],
  ): Promise<LookupResult> => lookup.lookUp({ target: name("www.test."), family, view: "v" }, { ipv4 }, signal);
  const queried = (): readonly string[] => log.map((line) => line.replace(/^udp \S+ /, "").replace(/ \+edns.*/, ""));
  return {
    clock,
    begin,
    log: queried,
    queriesOfPrefix: () => queried().filter((line) => line === "ipv4only.arpa. 28").length,
    async lookUp(family: "A" | "AAAA", ipv4?: readonly string[]): Promise<string> {
      const ended = begin(family, undefined, ipv4);
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
