import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { differenceOf, serialsThatFell, type WatchedAnswer } from "../../support/zone-watch-answer.ts";

const way = { name: "example.com", type: "SOA", protocol: "udp", edns: true } as const;
const soa = (serial: number, expire = 86_400): WatchedAnswer => ({
  ...way,
  rcode: "NOERROR",
  flags: ["AA", "QR"],
  hasOpt: true,
  answer: [`example.com. 300 SOA ns1.example.com. h.example.com. ${serial} 3600 600 ${expire} 60`],
});
const reply = { rcode: "NOERROR", flags: ["AA", "QR"], hasOpt: true, answer: ["example.com. 300 MX 10 m."] } as const;
const mx: WatchedAnswer = { ...way, type: "MX", ...reply };

describe("an answer that is watched", () => {
  for (const { name, answer, expected = mx } of [
    { name: "another TTL", answer: { ...way, type: "MX", ...reply, answer: ["example.com. 60 MX 10 m."] } },
    { name: "other data", answer: { ...way, type: "MX", ...reply, answer: ["example.com. 300 MX 20 m."] } },
    { name: "no record", answer: { ...way, type: "MX", ...reply, answer: [] } },
    {
      name: "one record more",
      answer: { ...way, type: "MX", ...reply, answer: [...reply.answer, "example.com. 300 MX 5 x."] },
    },
    { name: "another rcode", answer: { ...way, type: "MX", ...reply, rcode: "SERVFAIL" } },
    { name: "no authority", answer: { ...way, type: "MX", ...reply, flags: ["QR"] } },
    { name: "a truncated answer", answer: { ...way, type: "MX", ...reply, flags: ["AA", "QR", "TC"] } },
    { name: "an answer without OPT", answer: { ...way, type: "MX", ...reply, hasOpt: false } },
    { name: "no answer", answer: { ...way, type: "MX", failure: "Timeout: 5 s" } },
    { name: "another SOA", answer: soa(7, 1), expected: soa(7) },
  ] satisfies readonly { readonly name: string; readonly answer: WatchedAnswer; readonly expected?: WatchedAnswer }[]) {
    test(`${name} is a difference`, () => assert.match(differenceOf(answer, expected) ?? "", /; expected: /));
  }

  test("an answer that nothing is expected of is a difference", () =>
    assert.match(differenceOf(mx, undefined) ?? "", /expected: nothing is expected/));
  test("the same answer is none", () => assert.equal(differenceOf(mx, mx), undefined));
  test("another serial is none", () => assert.equal(differenceOf(soa(9), soa(7)), undefined));
  test("a serial that falls is named, one that rises or stays is not", () => {
    assert.deepEqual(serialsThatFell([soa(1), mx, soa(1), soa(3)]), []);
    assert.deepEqual(serialsThatFell([soa(3), mx, soa(2), soa(4)]), ["2 after 3"]);
  });
});
