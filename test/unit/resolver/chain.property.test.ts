import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../../support/property.ts";
import type { WireRecord } from "../../../src/dns/message/message.ts";
import { rdataFromText } from "../../../src/dns/rdata/codec.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import { type ChainResult, followChain, startOfChain } from "../../../src/resolver/chain/chain.ts";
import { name, query, response } from "./messages.ts";

/** Few names, so that chains, loops, DNAMEs above names and contradictions come up by chance. */
const names = fc.constantFrom("a.", "b.", "c.a.", "d.c.a.", "e.b.", "f.", "g.", "h.f.");
const addressRecord = fc.record({
  owner: names,
  byte: fc.nat(255),
  ttl: fc.nat(500),
  class: fc.constantFrom(1, 1, 1, 3),
});
const aliasRecord = fc.record({
  owner: names,
  type: fc.constantFrom("CNAME" as const, "CNAME" as const, "DNAME" as const),
  target: names,
  ttl: fc.nat(500),
});
const records = fc
  .tuple(
    fc.array(
      addressRecord.map(({ owner, byte, ttl, class: of }): WireRecord => {
        return { name: name(owner), type: TYPE.A, class: of, ttl, rdata: Uint8Array.of(8, 8, 8, byte) };
      }),
      { maxLength: 8 },
    ),
    fc.array(
      aliasRecord.map(({ owner, type, target, ttl }): WireRecord => {
        return { name: name(owner), type: TYPE[type], class: CLASS.IN, ttl, rdata: rdataFromText(type, target) };
      }),
      { maxLength: 8 },
    ),
  )
  .map((lists): readonly WireRecord[] => lists.flat());

test("chain: whatever an answer holds, what is believed hangs together", () => {
  fc.assert(
    fc.property(records, fc.nat(5), (answers, rcode) => {
      const result = follow(answers, rcode);
      const { path } = result.chain;
      assert.equal(path[0], "a.");
      assert.equal(path.length, result.hops.length + 1);
      assert.ok(path.length <= 18);
      result.hops.forEach(({ owner, target }, index) =>
        assert.deepEqual([owner, target], path.slice(index, index + 2)),
      );
      const isLoop = new Set(path).size < path.length;
      assert.equal(isLoop, result.kind === "failed" && result.reason === "loop");
      if (result.kind === "addresses") {
        const own = answers.filter(
          ({ name: owner, type, class: of }) => owner === path.at(-1) && type === 1 && of === 1,
        );
        assert.deepEqual(new Set(result.addresses), new Set(own.map(({ rdata }) => rdata.join("."))));
        assert.equal(result.chain.ttl, Math.min(...result.hops.map(({ ttl }) => ttl), ...own.map(({ ttl }) => ttl)));
        assert.equal(rcode, 0);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("chain: the order of the records says nothing", () => {
  const shuffled = records.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, ([answers, other]) => {
      // Several DNAMEs at one name are one by RFC 6672 2.4; of a server that sends more, the first is taken.
      const dnames = answers.filter(({ type }) => type === TYPE.DNAME).map(({ name: owner }) => owner);
      fc.pre(new Set(dnames).size === dnames.length);
      assert.deepEqual(follow(other, 0), follow(answers, 0));
    }),
    { numRuns: 3_000 },
  );
});

function follow(answers: readonly WireRecord[], rcode: number): ChainResult {
  const message = { ...response(query()), answers, rcode };
  return followChain(message, { type: TYPE.A, chain: startOfChain(name("a.")), allowPrivate: false });
}
