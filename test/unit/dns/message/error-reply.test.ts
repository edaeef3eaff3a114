import assert from "node:assert/strict";
import { test } from "node:test";
import { messageHead } from "../../../../src/dns/message/error-reply.ts";

const CASES: readonly (readonly [name: string, request: string, rcode: number, reply: string])[] = [
  ["a query", "abcd 0000 0001 0000 0000 0001 ff", 1, "abcd 8001 0000 0000 0000 0000"],
  ["RD comes back", "abcd 0100 0001 0000 0000 0000", 5, "abcd 8105 0000 0000 0000 0000"],
  ["the opcode comes back", "abcd 2800 0001 0000 0000 0000", 4, "abcd a804 0000 0000 0000 0000"],
  ["no other flag comes back", "abcd 07ff 0001 0000 0000 0000", 9, "abcd 8109 0000 0000 0000 0000"],
  ["an extended rcode has its low bits only", "abcd 0000 0000 0000 0000 0000", 16 + 3, "abcd 8003 0000 0000 0000 0000"],
];
for (const [name, request, rcode, reply] of CASES) {
  test(`an answer without sections: ${name}`, () => {
    const head = messageHead(Buffer.from(request.replaceAll(" ", ""), "hex"), rcode);
    assert.equal(Buffer.from(head).toString("hex"), reply.replaceAll(" ", ""));
  });
}
