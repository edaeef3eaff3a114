import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import type { Message } from "../../../../src/dns/message/message.ts";
import { cpuMs } from "../../../support/cpu-time.ts";

/** Header with id 1, the flags given, and the four counts. */
function header(flags: string, ...counts: readonly number[]): string {
  return `0001 ${flags} ${counts.map((count) => count.toString(16).padStart(4, "0")).join(" ")}`;
}

function packet(...parts: readonly string[]): Uint8Array {
  return Buffer.from(parts.join("").replaceAll(/\s/g, ""), "hex");
}

function decoded(...parts: readonly string[]): Message {
  const result = decodeMessage(packet(...parts));
  return result.kind === "ok" ? result.message : assert.fail(result.problem);
}

const EXAMPLE = "07 6578616d706c65 03 636f6d 00"; // example.com
const QUESTION = `${EXAMPLE} 0001 0001`;
const POINTER = "c00c";

test("a whole response with a chain, compression, EDNS and an extended rcode", () => {
  const message = decoded(
    header("8583", 1, 2, 1, 1),
    "07 4578416d706c65 03 434f4d 00 0001 0001",
    `${POINTER} 0005 0001 0000003c 0006 03 63646e ${POINTER}`,
    "c029 0001 0001 0000000a 0004 c0000201",
    `${POINTER} 0006 0001 0000012c 001d 02 6e73 ${POINTER} 01 68 ${POINTER} 00000001 00000002 00000003 00000004 00000005`,
    "00 0029 04d0 01008000 0006 000f 0002 0003",
  );
  assert.deepEqual(
    { ...message, answers: message.answers.map(plain), authorities: message.authorities.map(plain) },
    {
      id: 1,
      response: true,
      opcode: 0,
      authoritative: true,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: true,
      authenticData: false,
      checkingDisabled: false,
      rcode: 0x13,
      questions: [{ name: "example.com.", originalCase: "ExAmple.COM.", type: 1, class: 1 }],
      answers: [
        // The octets of RDATA stay as they are, the letters of the question with them.
        "example.com. 5 1 60 0363646e074578416d706c6503434f4d00",
        "cdn.example.com. 1 1 10 c0000201",
      ],
      authorities: [
        "example.com. 6 1 300 026e73074578416d706c6503434f4d000168074578416d706c6503434f4d000000000100000002000000030000000400000005",
      ],
      additionals: [],
      edns: { udpSize: 1_232, version: 0, dnssecOk: true, options: [{ code: 15, data: Uint8Array.of(0, 3) }] },
    },
  );
});

test("octets of names that are no host-name text are escaped, each in one way", () => {
  const message = decoded(header("0100", 1, 0, 0, 0), "05 612e62 5c20 03 00ff40 00 0001 0001");
  assert.equal(message.questions[0]?.name, "a\\046b\\092\\032.\\000\\255\\064.");
  assert.equal(message.questions[0]?.originalCase, undefined);
});

test("a TTL with the top bit set is 0, the largest without it stays", () => {
  const record = (ttl: string): string => `${POINTER} 0001 0001 ${ttl} 0004 01020304`;
  const message = decoded(
    header("8180", 1, 3, 0, 0),
    QUESTION,
    record("80000000"),
    record("ffffffff"),
    record("7fffffff"),
  );
  assert.deepEqual(
    message.answers.map((answer) => answer.ttl),
    [0, 0, 2_147_483_647],
  );
});

test("records of an UPDATE may be without RDATA where their class says so", () => {
  const message = decoded(
    header("2800", 1, 1, 2, 0),
    `${EXAMPLE} 0006 0001`,
    `${POINTER} 0001 00fe 00000000 0000`,
    `${POINTER} 001c 00ff 00000000 0000`,
    `${POINTER} 0006 00ff 00000000 0000`,
  );
  assert.deepEqual(
    [...message.answers, ...message.authorities].map((record) => record.rdata.length),
    [0, 0, 0],
  );
});

test("the names of MX, SRV and DNAME are written out", () => {
  const message = decoded(
    header("8180", 1, 3, 0, 0),
    QUESTION,
    `${POINTER} 000f 0001 00000001 0006 000a 01 6d ${POINTER}`,
    `${POINTER} 0021 0001 00000001 0008 0001 0002 01bb ${POINTER}`,
    `${POINTER} 0027 0001 00000001 0002 ${POINTER}`,
  );
  const name = "076578616d706c6503636f6d00";
  assert.deepEqual(
    message.answers.map((answer) => Buffer.from(answer.rdata).toString("hex")),
    [`000a016d${name}`, `0001000201bb${name}`, name],
  );
});

test("the message holds no view of the packet", () => {
  const bytes = packet(header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0010 0001 00000001 0002 01 61`);
  const result = decodeMessage(bytes);
  bytes.fill(0);
  assert.deepEqual(result.kind === "ok" && result.message.answers[0]?.rdata, Uint8Array.of(1, 0x61));
});

const LONG_NAME = `${`3f ${"61".repeat(63)} `.repeat(3)} 3d ${"61".repeat(61)} 00`;
const MALFORMED: readonly (readonly [string, readonly string[]])[] = [
  ["nothing", []],
  ["a header cut short", ["0001 8180 0000 0000 0000 00"]],
  ["more questions promised than there are", [header("0100", 2, 0, 0, 0), QUESTION]],
  ["65,535 answers promised", [header("8180", 1, 65_535, 0, 0), QUESTION]],
  ["octets behind the last record", [header("0100", 1, 0, 0, 0), QUESTION, "00"]],
  ["a pointer to itself", [header("0100", 1, 0, 0, 0), "c00c 0001 0001"]],
  ["a pointer forwards", [header("0100", 1, 0, 0, 0), "c010 0001 0001 00"]],
  ["a pointer into the header", [header("0100", 1, 0, 0, 0), "c000 0001 0001"]],
  ["a name that comes back to itself", [header("0100", 1, 0, 0, 0), "01 61 c00c 0001 0001"]],
  ["a pointer that is cut off", [header("0100", 1, 0, 0, 0), "c0"]],
  ["a label type that is not defined", [header("0100", 1, 0, 0, 0), "41 61 00 0001 0001"]],
  ["a label that is cut off", [header("0100", 1, 0, 0, 0), "05 6161"]],
  ["a name of 256 octets", [header("0100", 1, 0, 0, 0), `01 61 ${LONG_NAME} 0001 0001`]],
  ["A with 3 octets", [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0001 0001 00000001 0003 010203`]],
  ["A with 5 octets", [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0001 0001 00000001 0005 0102030405`]],
  ["A without RDATA", [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0001 0001 00000001 0000`]],
  ["AAAA with 4 octets", [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 001c 0001 00000001 0004 01020304`]],
  ["RDATA that is cut off", [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0010 0001 00000001 0004 01`]],
  [
    "CNAME longer than its name",
    [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0005 0001 00000001 0003 ${POINTER} 00`],
  ],
  [
    "CNAME shorter than its name",
    [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0005 0001 00000001 0001 ${POINTER}`],
  ],
  ["CNAME without RDATA", [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0005 0001 00000001 0000`]],
  [
    "SOA without its numbers",
    [header("8180", 1, 1, 0, 0), QUESTION, `${POINTER} 0006 0001 00000001 0004 ${POINTER} ${POINTER}`],
  ],
  ["OPT in the answer section", [header("8180", 0, 1, 0, 0), "00 0029 04d0 00000000 0000"]],
  ["two OPT records", [header("8180", 0, 0, 0, 2), "00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000"]],
  ["OPT with an owner", [header("8180", 0, 0, 0, 1), "01 61 00 0029 04d0 00000000 0000"]],
  ["an EDNS option longer than OPT", [header("8180", 0, 0, 0, 1), "00 0029 04d0 00000000 0005 000a 0002 61"]],
];

for (const [what, parts] of MALFORMED) {
  test(`malformed: ${what}`, () => {
    const result = decodeMessage(packet(...parts));
    assert.equal(result.kind, "malformed", JSON.stringify(result));
  });
}

test("a name of 255 octets is the longest", () => {
  const message = decoded(header("0100", 1, 0, 0, 0), LONG_NAME, "0001 0001");
  assert.equal(message.questions[0]?.name.length, 254);
});

test("64 KiB and one octet are too much", () => {
  assert.equal(decodeMessage(new Uint8Array(65_536)).kind, "malformed");
});

test("pointers that lead to pointers end soon", () => {
  const hops = Array.from({ length: 8_000 }, (_, index) => (0xc000 | (12 + 2 * index)).toString(16)).join("");
  const bytes = packet(header("8180", 0, 0, 0, 0), "0000", hops);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(4, 8_000);
  const startedAt = cpuMs();
  assert.equal(decodeMessage(bytes).kind, "malformed");
  assert.ok(cpuMs() - startedAt < 1_000);
});

function plain(record: Message["answers"][number]): string {
  const { name, type, class: classNumber, ttl, rdata } = record;
  return `${name} ${type} ${classNumber} ${ttl} ${Buffer.from(rdata).toString("hex")}`;
}
