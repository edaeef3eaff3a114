import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import type { Message, WireRecord } from "../../../../src/dns/message/message.ts";
import { displayName, nameOfCanonical, parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import { CLASS, RCODE, typeName, typeNumber } from "../../../../src/dns/registry.ts";
import type { Reply, Session } from "../../../../src/providers/rfc2136/client.ts";
import { readNames } from "../../../../src/providers/rfc2136/read-names.ts";
import { createServerOrder } from "../../../../src/providers/rfc2136/rfc2136.ts";
import { worstOf, type Problem } from "../../../../src/providers/rfc2136/server-error.ts";

const SERVER = { protocol: "tcp", address: "192.0.2.53", port: 53 } as const;
const ZONE = parseName("example.com");
const SOA = "example.com. 60 SOA ns1.example.com. h.example.com. 42 2 3 4 5";

function wire(line: string): WireRecord {
  const [name = "", ttl, type = "", ...data] = line.split(" ");
  return {
    name: nameOfCanonical(name),
    type: typeNumber(type) ?? 0,
    class: CLASS.IN,
    ttl: Number(ttl),
    rdata: rdataFromText(type, data.join(" ")),
  };
}

interface Answer {
  readonly records?: readonly string[];
  readonly rcode?: number;
  readonly authoritative?: boolean;
}

interface Lab {
  /** What the server answers, by "name TYPE" or "UPDATE name"; absent: NODATA. */
  readonly answers: Readonly<Record<string, Answer | Problem>>;
  readonly names?: readonly string[];
}

interface Read {
  /** "name ttl TYPE data", or "refused Reason", "failed message". */
  readonly lines: readonly string[];
  readonly serial: number | undefined;
  readonly asked: readonly string[];
}

async function read({ answers, names = ["a.example.com"] }: Lab): Promise<Read> {
  const asked: string[] = [];
  const session: Session = {
    reserved: 0,
    stream: async () => assert.fail("no transfer"),
    query: async (_server, query) => {
      const decoded = decodeMessage(query);
      const request = decoded.kind === "ok" ? decoded.message : assert.fail(decoded.problem);
      const key = keyOf(request);
      asked.push(key);
      const found = answers[key] ?? {};
      return "kind" in found ? found : replyTo(request, found);
    },
  };
  let id = 0;
  const request = { server: SERVER, zone: ZONE, names: names.map(parseOwnerName), newId: () => (id += 1) };
  const result = await readNames(session, request, new AbortController().signal);
  switch (result.kind) {
    case "ok":
      return {
        lines: result.sets.map(({ name, ttl, type, data }) => `${displayName(name)} ${ttl} ${type} ${data.join(" ")}`),
        serial: result.serial,
        asked,
      };
    case "refused":
      return { lines: [`refused ${result.reason}`], serial: undefined, asked };
    case "failed":
      return { lines: [`failed ${result.message}`], serial: undefined, asked };
  }
}

function keyOf({ opcode, questions, answers }: Message): string {
  const name = displayName((opcode === 0 ? questions[0] : answers[0])?.name ?? ZONE);
  return opcode === 0 ? `${name} ${typeName(questions[0]?.type ?? 0)}` : `UPDATE ${name}`;
}

function replyTo(request: Message, { records = [], rcode = RCODE.NOERROR, authoritative = true }: Answer): Reply {
  return {
    kind: "answer",
    message: { ...request, response: true, rcode, authoritative, answers: records.map(wire) },
  };
}

const ZONE_ANSWER = { "example.com SOA": { records: [SOA] } };

test("four questions tell what is at a name, of the types that matter, and the SOA the serial", async () => {
  const { lines, serial, asked } = await read({
    answers: {
      ...ZONE_ANSWER,
      "a.example.com A": { records: ["a.example.com. 60 A 192.0.2.2", "a.example.com. 60 A 192.0.2.1"] },
      "a.example.com AAAA": { records: ["a.example.com. 30 AAAA 2001:db8::1"] },
      "a.example.com TXT": { records: ['a.example.com. 60 TXT "x"'] },
    },
  });
  assert.deepEqual(lines, [
    "a.example.com 60 A 192.0.2.1 192.0.2.2",
    "a.example.com 30 AAAA 2001:db8::1",
    'a.example.com 60 TXT "x"',
  ]);
  assert.equal(serial, 42);
  assert.deepEqual(asked.slice(0, 2), ["example.com SOA", "a.example.com A"]);
  assert.deepEqual(asked.filter((key) => key.startsWith("a.")).toSorted(), [
    "a.example.com A",
    "a.example.com AAAA",
    "a.example.com HTTPS",
    "a.example.com TXT",
  ]);
});

test("a name that does not exist, and a CNAME, are known by the first question", async () => {
  const none = await read({ answers: { ...ZONE_ANSWER, "a.example.com A": { rcode: RCODE.NXDOMAIN } } });
  assert.deepEqual([none.lines, none.asked], [[], ["example.com SOA", "a.example.com A"]]);
  const alias = await read({
    answers: {
      ...ZONE_ANSWER,
      "a.example.com A": { records: ["a.example.com. 60 CNAME b.example.com.", "b.example.com. 60 A 192.0.2.1"] },
    },
  });
  assert.deepEqual(alias.lines, ["a.example.com 60 CNAME b.example.com."], "where it leads is not at the name");
  assert.equal(alias.asked.filter((key) => key.startsWith("a.")).length, 1);
});

test("names are asked about once each, and sorted", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `n${String(29 - index).padStart(2, "0")}.example.com`);
  const answers = Object.fromEntries(names.map((name) => [`${name} A`, { records: [`${name}. 60 A 192.0.2.1`] }]));
  const { lines, asked } = await read({ answers: { ...ZONE_ANSWER, ...answers }, names });
  assert.deepEqual(
    lines,
    names.toReversed().map((name) => `${name} 60 A 192.0.2.1`),
  );
  assert.equal(asked.filter((key) => key.endsWith(" A") && key.startsWith("n")).length, 30);
});

const PROBLEMS: readonly (readonly [name: string, answers: Lab["answers"], want: RegExp])[] = [
  ["the server has no such zone", { "example.com SOA": { rcode: RCODE.REFUSED } }, /^refused ZoneNotFound$/],
  [
    "the server is no authority",
    { "example.com SOA": { records: [SOA], authoritative: false } },
    /^refused NotAuthoritative$/,
  ],
  ["the answer has no SOA", { "example.com SOA": {} }, /^refused NotAuthoritative$/],
  [
    "the answer has another zone's SOA",
    { "example.com SOA": { records: [SOA.replace("example", "other")] } },
    /^refused NotAuth/,
  ],
  [
    "the server is silent",
    { "example.com SOA": { kind: "failed", message: "no answer", silent: true } },
    /^failed no answer$/,
  ],
  ["a question fails", { ...ZONE_ANSWER, "a.example.com A": { rcode: RCODE.SERVFAIL } }, /^failed .*SERVFAIL/],
  [
    "a later question is not answered",
    {
      ...ZONE_ANSWER,
      "a.example.com A": { records: ["a.example.com. 60 A 192.0.2.1"] },
      "a.example.com TXT": { kind: "failed", message: "no answer" },
    },
    /^failed no answer$/,
  ],
];

for (const [name, answers, want] of PROBLEMS) {
  test(`nothing is believed when ${name}`, async () => {
    const { lines } = await read({ answers });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", want);
  });
}

/** `*.example.com` answers for `a.example.com`. */
const WILDCARD = {
  ...ZONE_ANSWER,
  "*.example.com A": { records: ["*.example.com. 60 A 192.0.2.9"] },
  "a.example.com A": { records: ["a.example.com. 60 A 192.0.2.9"] },
};

test("what a wildcard answers for a name without records is not at the name", async () => {
  const { lines, asked } = await read({ answers: { ...WILDCARD, "UPDATE a.example.com": { rcode: RCODE.NXDOMAIN } } });
  assert.deepEqual(lines, []);
  assert.equal(asked.at(-1), "UPDATE a.example.com");
});

test("the same records at a name of its own are", async () => {
  for (const answer of [{}, { rcode: RCODE.NOTIMP }, { kind: "failed", message: "x" }] as const) {
    const { lines } = await read({ answers: { ...WILDCARD, "UPDATE a.example.com": answer } });
    assert.deepEqual(lines, ["a.example.com 60 A 192.0.2.9"]);
  }
});

test("records that differ from the wildcard's are the name's, and no more is asked", async () => {
  const { lines, asked } = await read({
    answers: { ...WILDCARD, "a.example.com A": { records: ["a.example.com. 60 A 192.0.2.1"] } },
  });
  assert.deepEqual(lines, ["a.example.com 60 A 192.0.2.1"]);
  assert.deepEqual(
    asked.filter((key) => key.startsWith("UPDATE")),
    [],
  );
});

test("every wildcard between the name and the apex is asked about once for all names", async () => {
  const names = ["x.b.example.com", "y.b.example.com"];
  const answers = {
    ...ZONE_ANSWER,
    "*.b.example.com A": { records: ["*.b.example.com. 60 A 192.0.2.9"] },
    "x.b.example.com A": { records: ["x.b.example.com. 60 A 192.0.2.9"] },
    "y.b.example.com A": { records: ["y.b.example.com. 60 A 192.0.2.9"] },
    "UPDATE x.b.example.com": { rcode: RCODE.NXDOMAIN },
  };
  const { lines, asked } = await read({ answers, names });
  assert.deepEqual(lines, ["y.b.example.com 60 A 192.0.2.9"]);
  const stars = asked.filter((key) => key.startsWith("*") && key.endsWith(" A")).toSorted();
  assert.deepEqual(stars, ["*.b.example.com A", "*.example.com A"]);
});

test("a wildcard's own name is what it is", async () => {
  const { lines, asked } = await read({ answers: WILDCARD, names: ["*.example.com"] });
  assert.deepEqual(lines, ["*.example.com 60 A 192.0.2.9"]);
  assert.deepEqual(
    asked.filter((key) => key.startsWith("UPDATE")),
    [],
  );
});

test("a server that was silent is asked last for a minute, or until it answers", () => {
  const [one, two, three] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => ({ ...SERVER, address }));
  assert.ok(one && two && three);
  let now = 0;
  const order = createServerOrder([one, two, three], { now: () => now });
  assert.deepEqual(order.current(), [one, two, three]);
  order.silent(one);
  order.silent(two);
  assert.deepEqual(order.current(), [three, one, two]);
  order.answered(two);
  assert.deepEqual(order.current(), [two, three, one]);
  now = 59_999;
  assert.deepEqual(order.current(), [two, three, one]);
  now = 60_000;
  assert.deepEqual(order.current(), [one, two, three]);
});

test("of several servers' problems: a failure if any may do it later, else what the first refuses, with all messages", () => {
  const refused = (reason: string): Problem => ({ kind: "refused", reason, message: reason });
  const failed: Problem = { kind: "failed", message: "silent" };
  assert.deepEqual(worstOf([refused("A"), failed]), { kind: "failed", message: "A; silent" });
  assert.deepEqual(worstOf([refused("A"), refused("B")]), { kind: "refused", reason: "A", message: "A; B" });
  assert.deepEqual(worstOf([failed]), { kind: "failed", message: "silent" });
  assert.equal(worstOf([]).kind, "failed");
});
