import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuery, type Query } from "../../../../src/responder/packet/query.ts";

const SEED = 7;

function bytesOf(...parts: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(parts.join("").replaceAll(/\s/g, ""), "hex"));
}
const read = (...parts: readonly string[]): Query => readQuery(bytesOf(...parts), SEED);

/** Header with id 1, these flags, and the four counts. */
function header(flags: string, ...counts: readonly number[]): string {
  return `0001 ${flags} ${counts.map((count) => count.toString(16).padStart(4, "0")).join(" ")}`;
}
const LABEL_63 = `3f ${"61".repeat(63)}`;
const NAME = "03 777777 04 54657374 00"; // www.Test
const QUESTION = `${NAME} 001c 0001`;
const OPT = "00 0029 04d0 00 00 8000 0000";
const TSIG = "00 00fa 00ff 00000000 0000";
const A = "c00c 0001 0001 0000003c 0004 c0000201";

const KINDS: readonly (readonly [name: string, packet: readonly string[], kind: Query["kind"]])[] = [
  ["a question", [header("0100", 1, 0, 0, 0), QUESTION], "plain"],
  ["a question with EDNS", [header("0100", 1, 0, 0, 1), QUESTION, OPT], "plain"],
  ["records in every section", [header("0100", 1, 1, 1, 2), QUESTION, A, A, A, OPT], "plain"],
  [
    "a name of 255 octets",
    [header("0100", 1, 0, 0, 0), LABEL_63.repeat(3), "3d", "61".repeat(61), "00 0001 0001"],
    "plain",
  ],
  ["a label of 63 octets", [header("0100", 1, 0, 0, 0), LABEL_63, "00 0001 0001"], "plain"],
  ["the root", [header("0100", 1, 0, 0, 0), "00 0001 0001"], "plain"],
  ["no question", [header("0100", 0, 0, 0, 0)], "empty"],
  ["no question, with EDNS", [header("0100", 0, 0, 0, 1), OPT], "empty"],
  ["less than a header", [header("0100", 1, 0, 0, 0).slice(0, -3)], "drop"],
  ["nothing", [""], "drop"],
  ["a response", [header("8180", 1, 0, 0, 0), QUESTION], "drop"],
  ["an update", [header("2800", 1, 0, 0, 0), QUESTION], "unknown"],
  ["a status query", [header("1000", 1, 0, 0, 0), QUESTION], "unknown"],
  ["two questions", [header("0100", 2, 0, 0, 0), QUESTION, QUESTION], "malformed"],
  [
    "a name of 256 octets",
    [header("0100", 1, 0, 0, 0), LABEL_63.repeat(3), "3e", "61".repeat(62), "00 0001 0001"],
    "malformed",
  ],
  ["a label of 64 octets", [header("0100", 1, 0, 0, 0), "40", "61".repeat(64), "00 0001 0001"], "malformed"],
  ["a pointer in the question", [header("0100", 1, 0, 0, 0), "c00c 0001 0001"], "malformed"],
  ["a name without its end", [header("0100", 1, 0, 0, 0), "03 777777"], "malformed"],
  ["a label that goes past the end", [header("0100", 1, 0, 0, 0), "09 777777 00 0001 0001"], "malformed"],
  ["a question without its class", [header("0100", 1, 0, 0, 0), NAME, "0001 00"], "malformed"],
  ["an octet too many", [header("0100", 1, 0, 0, 0), QUESTION, "00"], "malformed"],
  ["a record that isn't there", [header("0100", 1, 0, 0, 1), QUESTION], "malformed"],
  ["a record that isn't counted", [header("0100", 1, 0, 0, 0), QUESTION, OPT], "malformed"],
  [
    "a record whose data goes past the end",
    [header("0100", 1, 0, 0, 1), QUESTION, "00 0029 04d0 00000000 0001"],
    "malformed",
  ],
  ["half a record", [header("0100", 1, 0, 0, 1), QUESTION, "00 0029 04d0 00000000 00"], "malformed"],
  ["EDNS twice", [header("0100", 1, 0, 0, 2), QUESTION, OPT, OPT], "malformed"],
  ["EDNS among the answers", [header("0100", 1, 1, 0, 0), QUESTION, OPT], "malformed"],
  ["EDNS below a name", [header("0100", 1, 0, 0, 1), QUESTION, "01 61", OPT], "malformed"],
  ["half an option", [header("0100", 1, 0, 0, 1), QUESTION, "00 0029 04d0 00000000 0003 000a00"], "malformed"],
  [
    "an option longer than its record",
    [header("0100", 1, 0, 0, 1), QUESTION, "00 0029 04d0 00000000 0005 000a 0002 aa"],
    "malformed",
  ],
];
for (const [name, packet, kind] of KINDS) {
  test(`a packet with ${name} is ${kind}`, () => {
    assert.equal(read(...packet).kind, kind);
  });
}

test("the question is read where it is", () => {
  const query = read(header("0100", 1, 0, 0, 0), QUESTION);
  assert.deepEqual([query.nameEnd, query.type, query.class], [22, 28, 1]);
  assert.deepEqual([query.edns, query.signed], [undefined, false]);
});

test("EDNS, the client's subnet, and the first cookie are read; other options are passed over", () => {
  const options = "000f 0001 ff 000a 0008 0102030405060708 000a 0001 ff 0008 0004 00010000";
  const { edns } = read(
    header("0100", 1, 0, 0, 1),
    QUESTION,
    `00 0029 1000 00 01 8000 ${(30).toString(16).padStart(4, "0")}`,
    options,
  );
  assert.deepEqual(edns && { ...edns, cookie: hex(edns.cookie), subnet: hex(edns.subnet) }, {
    udpSize: 4096,
    version: 1,
    dnssecOk: true,
    cookie: "0102030405060708",
    subnet: "00010000",
  });
  const plain = read(header("0100", 1, 0, 0, 1), QUESTION, "00 0029 0200 00 00 0000 0000").edns;
  assert.deepEqual(plain, { udpSize: 512, version: 0, dnssecOk: false, cookie: undefined, subnet: undefined });
});

test("a signature is noticed, by key and by public key", () => {
  const sig = TSIG.replace("00fa", "0018");
  assert.equal(read(header("0100", 1, 0, 0, 1), QUESTION, TSIG).signed, true);
  assert.equal(read(header("0100", 1, 0, 0, 2), QUESTION, sig, OPT).signed, true);
  assert.equal(read(header("0100", 1, 0, 0, 1), QUESTION, OPT).signed, false);
});

test("the hash is that of the name without its case and the type, and the seed's", () => {
  const hash = (name: string, type = "001c", seed = SEED): number =>
    readQuery(bytesOf(header("0100", 1, 0, 0, 0), name, type, "0001"), seed).hash;
  assert.equal(hash("03 575757 04 74455354 00"), hash(NAME));
  assert.notEqual(hash(NAME, "0001"), hash(NAME));
  assert.notEqual(hash("03 777778 04 54657374 00"), hash(NAME));
  assert.notEqual(hash(NAME, "001c", 8), hash(NAME));
  assert.ok(hash(NAME) >= 0 && hash(NAME) < 2 ** 30);
});

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}
