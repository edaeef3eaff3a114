import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { zoneName } from "../support/zone-name.ts";
import type { Name } from "../../src/dns/name/name.ts";
import type { LiveAnswer, LiveQuestion, ServedZone } from "../../src/responder/answer-source.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { EDNS, queryBytes } from "../support/dns-query.ts";
import { FUZZ_SEED } from "../support/property.ts";
import { PEER, responderWorld, type ResponderWorld } from "../support/responder-world.ts";

/** Every one of them is answered, or not, and what goes out is looked at. */
const PACKETS = 1_000_000;
/** CPU time for them: ten times what they take. */
const MOST_MS = 300_000;
/** A part of them, between two looks at the memory. */
const ROUND = 100_000;
const MOST_GROWTH_BYTES = 24 * 1024 * 1024;

function nameOf(text: string): Name {
  return zoneName(text) ?? assert.fail(text);
}

function zone(domain: string, clientSubnet: boolean): ServedZone {
  const set = (name: string, type: string, ...data: readonly string[]) => ({
    name: nameOf(name),
    type,
    ttl: 300,
    data,
  });
  const alias = (name: string) => ({ name: nameOf(name), families: ["A", "AAAA"] as const, maxTtl: 300 });
  return {
    domain: nameOf(domain),
    clientSubnet,
    sets: [
      set(domain, "SOA", `ns.${domain} host.${domain} 1 3600 600 86400 60`),
      set(domain, "NS", `ns.${domain}`),
      set(domain, "MX", `10 mail.${domain}`),
      set(`www.${domain}`, "CNAME", domain),
      set(`*.wild.${domain}`, "TXT", '"wild"'),
      set(`cut.${domain}`, "NS", `ns.cut.${domain}`),
      set(`ns.cut.${domain}`, "A", "192.0.2.1"),
      set(`dname.${domain}`, "DNAME", `wild.${domain}`),
      set(`many.${domain}`, "TXT", ...Array.from({ length: 40 }, (_, index) => `"${index} ${"x".repeat(60)}"`)),
    ],
    aliases: [alias(domain), alias(`mail.${domain}`), alias(`*.star.${domain}`), alias(`down.${domain}`)],
  };
}

function live({ name, family, subnet }: LiveQuestion, now: number): LiveAnswer {
  if (name.startsWith("down.")) {
    return { kind: "failed", refreshAt: now + 1_000, detail: "down" };
  }
  const addresses = family === "A" ? ["192.0.2.1", "192.0.2.2"] : ["2001:db8::1"];
  return { kind: "addresses", addresses, freshUntil: now + 3_000, refreshAt: now + 500, scope: subnet?.prefix ?? 0 };
}

const NAMES = ["", "www.", "x.wild.", "cut.", "a.cut.", "b.dname.", "many.", "mail.", "x.star.", "down.", "no."];
const TYPES = ["A", "AAAA", "MX", "TXT", "ANY", "SOA", "NS", "DS", "HTTPS", "IXFR", "TYPE999"];
const OPTIONS = [
  [],
  [{ code: 10, data: new Uint8Array(8) }],
  [{ code: 8, data: Uint8Array.of(0, 1, 24, 0, 203, 0, 112) }],
  [
    { code: 10, data: new Uint8Array(24) },
    { code: 12, data: new Uint8Array(100) },
  ],
];

/** Real queries, as seeds. */
function seeds(): readonly Uint8Array[] {
  return ["fuzz.test.", "subnet.test.", "foreign.test."].flatMap((domain) =>
    NAMES.flatMap((label, first) =>
      TYPES.map((type, second) => {
        const options = OPTIONS[(first + second) % OPTIONS.length] ?? [];
        const udpSize = [512, 1232, 4096][second % 3] ?? 0;
        return queryBytes(
          `${label}${domain}`,
          type,
          (first + second) % 3 === 0 ? {} : { edns: { ...EDNS, udpSize, options } },
        );
      }),
    ),
  );
}

/** A small generator of numbers below 2^32 (xorshift), so that a failure can be had again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(seed: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = new Uint8Array(seed);
  for (let count = random(4); count > 0; count -= 1) {
    bytes[random(bytes.length)] = random(256);
  }
  const end = random(12) === 0 ? random(bytes.length + 1) : bytes.length;
  const more = random(20) === 0 ? random(30) : 0;
  const result = new Uint8Array(end + more);
  result.set(bytes.subarray(0, end));
  for (let index = end; index < result.length; index += 1) {
    result[index] = random(256);
  }
  return result;
}

function anyBytes(random: (below: number) => number): Uint8Array {
  const bytes = new Uint8Array(random(80));
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = random(256);
  }
  bytes[2] = random(4) === 0 ? random(256) : 1;
  return bytes;
}

function check(query: Uint8Array, answer: Uint8Array, protocol: "udp" | "tcp"): void {
  const what = (): string => `${Buffer.from(query).toString("hex")} → ${Buffer.from(answer).toString("hex")}`;
  const decoded = decodeMessage(answer);
  assert.ok(decoded.kind === "ok", what());
  const { message } = decoded;
  assert.ok(message.response && !message.recursionAvailable, what());
  assert.ok(answer[0] === query[0] && answer[1] === query[1], what());
  assert.ok(protocol === "tcp" || answer.length <= 1232, what());
  assert.ok(message.rcode <= 6 || message.rcode === 9 || message.rcode === 16 || message.rcode === 23, what());
  assert.ok(message.rcode !== 0 || message.questions.length === 1 || message.edns !== undefined, what());
}

async function round(
  world: ResponderWorld,
  corpus: readonly Uint8Array[],
  random: (below: number) => number,
): Promise<number> {
  let answers = 0;
  for (let index = 0; index < ROUND; index += 1) {
    const seed = corpus[random(corpus.length)] ?? new Uint8Array();
    const query = random(10) === 0 ? anyBytes(random) : mutated(seed, random);
    const protocol = random(5) === 0 ? "tcp" : "udp";
    const peer = { ...PEER, address: random(2) === 0 ? PEER.address : `203.0.${random(256)}.${random(256)}` };
    const answer = await world.respond(query, peer, protocol);
    if (answer !== undefined) {
      answers += 1;
      check(query, answer, protocol);
    }
    if (index % 1_000 === 0) {
      world.now += 100;
      await turn();
    }
  }
  return answers;
}

function heapAfterCollection(): number {
  assert.ok(globalThis.gc !== undefined);
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test("a million packets, mutated and random: every answer is well formed, and memory does not grow", async () => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  globalThis.gc ??= runInNewContext("gc");
  const world = responderWorld({
    zones: [zone("fuzz.test.", false), zone("subnet.test.", true)],
    live,
    limits: { maxAnswers: 2_000 },
    maxPackets: 2_000,
  });
  const random = numbers(FUZZ_SEED + 1);
  const corpus = seeds();
  const startedAt = cpuMs();
  let answers = 0;
  let first = 0;
  for (let done = 0; done < PACKETS; done += ROUND) {
    answers += await round(world, corpus, random);
    first ||= heapAfterCollection();
  }
  const growth = heapAfterCollection() - first;
  const tookMs = cpuMs() - startedAt;
  assert.ok(growth < MOST_GROWTH_BYTES, `${Math.round(growth / 1024)} KiB more after the first round`);
  assert.ok(tookMs < MOST_MS, `${Math.round(tookMs)} ms`);
  assert.ok(answers > PACKETS / 2, `${answers} answers`);
  assert.equal(world.counters.errors, 0);
  assert.equal(world.liveCache.waiting, 0);
});
