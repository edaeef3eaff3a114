import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import type { Message, WireRecord } from "../../../src/dns/message/message.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../src/dns/rdata/codec.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import { type HostileOptions, type Sending, startHostile } from "./hostile-server.ts";
import { lookupScene, over } from "./lookup-scene.ts";

/** So many letters that chance does not leave all of them in lower case. */
const NAME = "a-name-with-many-letters-in-it.test";
const GOOD = "9.9.9.9";
const EVIL = "6.6.6.6";

interface Case extends HostileOptions {
  readonly name: string;
  /** The addresses, or the failure's reason. */
  readonly want: string;
  /** At least so many queries; a busy machine makes the hedge send more. */
  readonly counts?: { readonly udp: number; readonly tcp: number };
}

/** Three tries of a silent server. */
const THREE = { udp: 3, tcp: 0 };

const cases: readonly Case[] = [
  { name: "an honest server", udp: (query) => [honest(query)], want: GOOD, counts: { udp: 1, tcp: 0 } },
  {
    name: "forged ids before the answer",
    udp: (query) => [
      ...range(200, (index) => forged({ ...answer(query, a(EVIL)), id: (query.id + 1 + index) & 0xffff })),
      honest(query),
    ],
    want: GOOD,
    counts: { udp: 1, tcp: 0 },
  },
  {
    name: "only a wrong id",
    udp: (query) => [forged({ ...answer(query, a(EVIL)), id: query.id ^ 1 })],
    want: "timeout",
    counts: THREE,
  },
  {
    name: "another question before the answer",
    udp: (query) => [forged({ ...answer(query, a(EVIL)), questions: [asked("b.test", TYPE.A)] }), honest(query)],
    want: GOOD,
  },
  {
    name: "another type asked",
    udp: (query) => [forged({ ...answer(query, a(EVIL)), questions: [asked(NAME, TYPE.AAAA)] })],
    want: "malformed",
    counts: THREE,
  },
  {
    name: "the query itself sent back",
    udp: (query) => [forged(query)],
    want: "malformed",
  },
  {
    name: "the answer from another port",
    udp: (query) => [{ ...honest(query), from: "elsewhere" }],
    want: "timeout",
    counts: THREE,
  },
  {
    name: "a stranger's answer from another port before the answer",
    udp: (query) => [{ ...forged(answer(query, a(EVIL))), from: "elsewhere" }, honest(query)],
    want: GOOD,
  },
  {
    name: "letters folded by a guess, and the honest answer over TCP",
    udp: (query) => [forged(folded(answer(query, a(EVIL)))), honest(query)],
    tcp: (query) => [honest(query)],
    want: GOOD,
    counts: { udp: 1, tcp: 1 },
  },
  {
    name: "letters folded by the server itself",
    udp: (query) => [forged(folded(answer(query, a(GOOD))))],
    tcp: (query) => [forged(folded(answer(query, a(GOOD))))],
    want: GOOD,
    counts: { udp: 1, tcp: 1 },
  },
  {
    name: "letters folded by the server itself, and no TCP to prove it",
    udp: (query) => [forged(folded(answer(query, a(GOOD))))],
    want: GOOD,
    counts: { udp: 4, tcp: 0 },
  },
  {
    name: "letters folded by a guess, and no TCP",
    udp: onceThen(
      (query) => [forged(folded(answer(query, a(EVIL))))],
      (query) => [honest(query)],
    ),
    want: GOOD,
    counts: { udp: 2, tcp: 0 },
  },
  {
    name: "truncated, and cut inside its record",
    udp: (query) => [cut({ ...answer(query, a(EVIL)), truncated: true })],
    tcp: (query) => [honest(query)],
    want: GOOD,
    counts: { udp: 1, tcp: 1 },
  },
  {
    name: "cut inside its record, and not truncated",
    udp: (query) => [cut(answer(query, a(EVIL)))],
    want: "malformed",
  },
  {
    name: "an octet after the last record",
    udp: (query) => [{ bytes: Uint8Array.of(...honest(query).bytes, 0) }],
    want: GOOD,
  },
  {
    name: "a name that points at itself",
    udp: (query) => [patched(query, (bytes) => bytes.set([0xc0, bytes.length - 16], bytes.length - 16))],
    want: "malformed",
  },
  {
    name: "an empty RDATA with four octets behind it",
    udp: (query) => [patched(query, (bytes) => bytes.set([0, 0], bytes.length - 6))],
    want: "malformed",
  },
  {
    name: "RDATA of three octets",
    udp: (query) => [
      forged({ ...answer(query, []), answers: [{ ...record(NAME, "A", GOOD), rdata: Uint8Array.of(9, 9, 9) }] }),
    ],
    want: "malformed",
  },
  {
    name: "half a packet",
    udp: (query) => [{ bytes: honest(query).bytes.slice(0, 20) }],
    want: "malformed",
  },
  { name: "an empty packet", udp: () => [{ bytes: new Uint8Array() }], want: "malformed" },
  {
    name: "truncated, and 64 KiB over TCP with too many addresses",
    udp: (query) => [forged({ ...answer(query, []), truncated: true })],
    tcp: (query) => [
      forged(
        answer(
          query,
          range(4_000, (index) => record(NAME, "A", `9.9.${index >> 8}.${index & 255}`)),
        ),
      ),
    ],
    want: "64 addresses",
    counts: { udp: 1, tcp: 1 },
  },
  {
    name: "truncated, and 64 KiB over TCP with one address among strangers'",
    udp: (query) => [forged({ ...answer(query, []), truncated: true })],
    tcp: (query) => [
      forged(answer(query, [...range(3_000, (index) => record(`x${index}.test`, "A", EVIL)), ...a(GOOD)])),
    ],
    want: GOOD,
  },
  {
    name: "truncated, and no TCP",
    udp: (query) => [forged({ ...answer(query, a(GOOD)), truncated: true })],
    want: "truncated",
    counts: { udp: 1, tcp: 0 },
  },
  {
    name: "truncated, and garbage over TCP",
    udp: (query) => [forged({ ...answer(query, []), truncated: true })],
    tcp: (query) => [{ bytes: honest(query).bytes.slice(0, 20) }],
    want: "truncated",
    counts: { udp: 1, tcp: 1 },
  },
  {
    name: "a storm of CNAMEs in one answer",
    udp: (query) => [forged({ ...answer(query, []), truncated: true })],
    tcp: (query) => [
      forged(
        answer(
          query,
          range(2_500, (index) => record(link(index), "CNAME", `${link(index + 1)}.`)),
        ),
      ),
    ],
    want: "too-deep",
  },
  {
    name: "a CNAME with every answer, for ever",
    udp: (query) => {
      const name = query.questions[0]?.name ?? "";
      return [forged(answer(query, [record(name, "CNAME", `x${name}`)]))];
    },
    want: "too-deep",
    counts: { udp: 17, tcp: 0 },
  },
  {
    name: "two CNAMEs at one name",
    udp: (query) => [forged(answer(query, [record(NAME, "CNAME", "b.test."), record(NAME, "CNAME", "c.test.")]))],
    want: "malformed",
  },
  {
    name: "strangers' addresses in every section",
    udp: (query) => [
      forged({
        ...answer(query, [record("b.test", "A", EVIL), ...a(GOOD)]),
        authorities: a(EVIL),
        additionals: a(EVIL),
      }),
    ],
    want: GOOD,
  },
  {
    name: "an address of another class",
    udp: (query) => [forged(answer(query, [{ ...record(NAME, "A", EVIL), class: CLASS.CH }, ...a(GOOD)]))],
    want: GOOD,
  },
  {
    name: "rebinding into the own network",
    udp: (query) => [forged(answer(query, a("169.254.169.254")))],
    want: "special-use",
  },
  {
    name: "a referral",
    udp: (query) => [
      forged({ ...answer(query, []), recursionAvailable: false, authorities: [record("test", "NS", "ns.test.")] }),
    ],
    want: "refused",
  },
];

const BELIEVED: ReadonlySet<string> = new Set([GOOD, "too-deep", "64 addresses"]);

describe("hostile answers, of which many are waited out", { concurrency: 8 }, () => {
  for (const { name, want, counts, ...server } of cases) {
    test(`hostile: ${name}`, async () => {
      await using hostile = await startHostile(server);
      await using scene = lookupScene({ servers: [over("udp", hostile)] });
      const reading = await scene.look(NAME);
      const told = reading.kind === "positive" ? textOf(reading.addresses) : reading.kind;
      assert.equal(reading.kind === "failure" ? reading.reason : told, want, JSON.stringify(reading));
      const { udp, tcp } = hostile.counts;
      assert.ok(udp >= (counts?.udp ?? 0) && tcp >= (counts?.tcp ?? 0), JSON.stringify(hostile.counts));
    });
  }

  // A lie of a recursive server that is consistent in itself, such as a chain, cannot be told from the truth.
  for (const { name, want, ...server } of cases.filter((each) => !BELIEVED.has(each.want))) {
    test(`beside an honest server it is not believed, and not waited for: ${name}`, async () => {
      await using hostile = await startHostile(server);
      await using other = await startHostile({ udp: (query) => [honest(query)] });
      await using scene = lookupScene({ servers: [over("udp", hostile), over("udp", other)] });
      const started = performance.now();
      const reading = await scene.look(NAME);
      assert.deepEqual(reading.kind === "positive" ? reading.addresses : reading, [GOOD], `alone ${want}`);
      assert.ok(performance.now() - started < SOON_MS, `${performance.now() - started} ms`);
    });
  }
});

function textOf(addresses: readonly string[]): string {
  return addresses.length > 8 ? `${addresses.length} addresses` : addresses.join(" ");
}

/** What is waited for takes 2 s; the hedge comes after 400 ms, and the rest is for a busy machine. */
const SOON_MS = 1_950;

function answer(query: Message, answers: readonly WireRecord[]): Message {
  return { ...query, response: true, recursionAvailable: true, answers };
}

function honest(query: Message): Sending {
  return forged(answer(query, a(GOOD)));
}

function forged(message: Message): Sending {
  return { bytes: encodeMessage(message) };
}

/** Without EDNS, so that the last record is the address. */
function cut({ edns: _edns, ...message }: Message): Sending {
  return { bytes: encodeMessage(message).slice(0, -3) };
}

/** The first query has another answer than those after it. */
function onceThen(
  first: (query: Message) => readonly Sending[],
  then: (query: Message) => readonly Sending[],
): (query: Message) => readonly Sending[] {
  let queried = false;
  return (query) => {
    const answers = queried ? then(query) : first(query);
    queried = true;
    return answers;
  };
}

/** An honest answer without EDNS, changed: its last 16 octets are the answer's owner, type, class, TTL, RDLENGTH and RDATA. */
function patched(query: Message, change: (bytes: Uint8Array) => void): Sending {
  const { edns: _edns, ...plain } = answer(query, a(GOOD));
  const bytes = encodeMessage(plain);
  change(bytes);
  return { bytes };
}

function folded(message: Message): Message {
  return { ...message, questions: message.questions.map(({ name, type, class: of }) => ({ name, type, class: of })) };
}

function asked(name: string, type: number) {
  return { name: parseName(name), type, class: CLASS.IN };
}

function a(address: string): readonly WireRecord[] {
  return [record(NAME, "A", address)];
}

function record(owner: string, type: "A" | "CNAME" | "NS", data: string): WireRecord {
  return { name: parseName(owner), type: TYPE[type], class: CLASS.IN, ttl: 60, rdata: rdataFromText(type, data) };
}

function link(index: number): string {
  return index === 0 ? NAME : `l${index}.test`;
}

function range<Value>(count: number, make: (index: number) => Value): readonly Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
