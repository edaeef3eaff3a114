import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, WireRecord } from "../../../../src/dns/message/message.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import { createTransferReader } from "../../../../src/dns/message/transfer-reader.ts";
import { CLASS, TYPE, typeNumber } from "../../../../src/dns/registry.ts";

const ZONE = parseName("example.com");

function record(line: string): WireRecord {
  const [name = "", classText, type = "", ...data] = line.split(" ");
  const number = typeNumber(type) ?? 0;
  return {
    name: parseName(name),
    type: number,
    class: classText === "CH" ? CLASS.CH : CLASS.IN,
    ttl: 60,
    rdata: rdataFromText(type, data.join(" ")),
  };
}

const SOA = "example.com IN SOA ns.example.com. host.example.com. 7 1 1 1 1";
const A = "www.example.com IN A 192.0.2.1";
const MX = "example.com IN MX 10 mail.example.com.";

function message(lines: readonly string[], change: Partial<Message> = {}): Message {
  return {
    id: 9,
    response: true,
    opcode: 0,
    authoritative: true,
    truncated: false,
    recursionDesired: false,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [{ name: ZONE, type: TYPE.AXFR, class: CLASS.IN }],
    answers: lines.map(record),
    authorities: [],
    additionals: [],
    ...change,
  };
}

function read(messages: readonly Message[], maxRecords = 10): string {
  const reader = createTransferReader({ zone: ZONE, id: 9, wanted: new Set([TYPE.A]), maxRecords });
  return messages
    .map((each) => {
      const step = reader.push(each);
      return step.kind === "done"
        ? `done ${step.serial}: ${step.records.map(({ name }) => name).join(" ")}`
        : told(step);
    })
    .join(", ");
}

function told(step: Exclude<ReturnType<ReturnType<typeof createTransferReader>["push"]>, { kind: "done" }>): string {
  return step.kind === "malformed" ? step.problem : step.kind === "refused" ? `rcode ${step.rcode}` : step.kind;
}

const bare = { questions: [] };

const cases: readonly (readonly [string, readonly Message[], string])[] = [
  ["in one message", [message([SOA, A, MX, SOA])], "done 7: www.example.com."],
  ["an empty zone", [message([SOA, SOA])], "done 7: "],
  [
    "in several, the later ones without a question",
    [message([SOA]), message([A], bare), message([], bare), message([SOA], bare)],
    "more, more, more, done 7: www.example.com.",
  ],
  ["refused", [message([], { rcode: 5 })], "rcode 5"],
  ["refused half-way", [message([SOA, A]), message([], { rcode: 2 })], "more, rcode 2"],
  ["not beginning with the SOA", [message([A, SOA])], "the first record is not the zone's SOA"],
  [
    "beginning with another zone's SOA",
    [message(["www.example.com IN SOA ns.example.com. host.example.com. 7 1 1 1 1"])],
    "the first record is not the zone's SOA",
  ],
  ["ended by another SOA", [message([SOA, SOA.replace(" 7 ", " 8 ")])], "the last SOA is not the first one"],
  ["with a record behind the end", [message([SOA, SOA, A])], "a record after the last SOA"],
  ["with a message behind the end", [message([SOA, SOA]), message([A])], "done 7: , a message after the last SOA"],
  [
    "with a record of another zone",
    [message([SOA, "www.evilexample.com IN A 192.0.2.1"])],
    "a record that is not the zone's: www.evilexample.com. of class 1",
  ],
  [
    "with a record of another class",
    [message([SOA, "www.example.com CH A 192.0.2.1"])],
    "a record that is not the zone's: www.example.com. of class 3",
  ],
  ["for another question", [message([SOA], { id: 8 })], "a message that answers something else"],
  ["that is no answer", [message([SOA], { response: false })], "a message that answers something else"],
  ["without a question", [message([SOA], bare)], "the answer is to another question"],
  [
    "to a question of another type",
    [message([SOA], { questions: [{ name: ZONE, type: TYPE.SOA, class: CLASS.IN }] })],
    "the answer is to another question",
  ],
];

for (const [name, messages, want] of cases) {
  test(`a transfer ${name}: ${want}`, () => assert.equal(read(messages), want));
}

test("a transfer of more records than are allowed is given up", () => {
  assert.equal(read([message([SOA, MX, MX, SOA])], 4), "done 7: ");
  assert.equal(read([message([SOA, MX, MX, SOA])], 3), "too-large");
});
