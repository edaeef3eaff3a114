import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../src/dns/message/encode.ts";
import { TYPE } from "../../../../src/dns/registry.ts";
import { buildQuery, originalCaseOf } from "../../../../src/resolver/query/build-query.ts";
import { name, query } from "../messages.ts";

test("a query has RD, AD, EDNS of 1232 octets without DO, and one question", () => {
  const decoded = decodeMessage(encodeMessage(query({ edns: {} })));
  assert.ok(decoded.kind === "ok");
  const { id, recursionDesired, authenticData, checkingDisabled, edns, questions } = decoded.message;
  assert.deepEqual(
    { id, recursionDesired, authenticData, checkingDisabled, edns, questions: questions.length },
    {
      id: 4711,
      recursionDesired: true,
      authenticData: true,
      checkingDisabled: false,
      edns: { udpSize: 1232, version: 0, dnssecOk: false, options: [] },
      questions: 1,
    },
  );
});

test("a query to an authoritative server has neither RD nor AD", () => {
  const { recursionDesired, authenticData } = buildQuery(
    { name: name("a."), type: TYPE.A, recursion: false },
    { id: 1 },
  );
  assert.deepEqual([recursionDesired, authenticData], [false, false]);
});

const spellings = [
  { text: "www.example.", bits: [], want: "www.example." },
  { text: "www.example.", bits: [0xff, 0xff], want: "WWW.EXAMPLE." },
  { text: "www.example.", bits: [0b0001_0101, 0], want: "WwW.Example." },
  { text: "a\\255b.", bits: [0xff], want: "A\\255B." },
  { text: "long-enough-for-more-bits.example.", bits: [0xff], want: "LONG-ENOUGH-FOR-MORE-BITS.EXAMPLE." },
  { text: "1-_.", bits: [0xff], want: "1-_." },
];

for (const { text, bits, want } of spellings) {
  test(`the bits ${bits.join(" ")} spell ${text} as ${want}, which survives the wire`, () => {
    const queried = { name: name(text), type: TYPE.A, recursion: true };
    const [question] = buildQuery(queried, { id: 1, case0x20: Uint8Array.from(bits) }).questions;
    assert.equal(question && originalCaseOf(question), want);
    const sent = encodeMessage(buildQuery(queried, { id: 1, case0x20: Uint8Array.from(bits) }));
    const decoded = decodeMessage(sent);
    assert.ok(decoded.kind === "ok");
    const [read] = decoded.message.questions;
    assert.equal(read && originalCaseOf(read), want);
    assert.equal(read?.name, text);
  });
}
