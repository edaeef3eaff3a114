import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec, AliasStatus, DnsAlias, HistoryEntry } from "../../../../src/api/dns-alias.ts";
import { pinIn, pinOf, pinText } from "../../../../src/plan/select/pin.ts";
import { alias } from "../../../support/objects.ts";

const NOW = Date.parse("2026-12-01T04:30:00Z");
const SIX = "2026-12-01T06:00:00Z";
const EXAMPLE = 'Use a value such as "r9 until 2026-12-01T06:30:00Z".';

function entry(revision: string, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    revision,
    publishedTime: "2026-12-01T04:00:00Z",
    a: ["11.0.0.1"],
    targets: ["cdn.test"],
    reason: "Changed",
    generation: 1,
    uid: "web/shop",
    ...more,
  };
}

const HISTORY = [
  entry("r9", { a: ["11.0.0.9"], aaaa: ["2600::9"] }),
  entry("r8", { a: ["11.0.0.8", "and 40 more"] }),
  entry("r7", { a: ["11.0.0.7"], uid: "another" }),
  entry("r6", { a: ["10.0.0.6"] }),
  entry("r5"),
];

function shop(value: string, spec: Partial<AliasSpec> = {}, history: readonly HistoryEntry[] = HISTORY): DnsAlias {
  const status: AliasStatus = { observedGeneration: 1, conditions: [], hostnames: [], targets: [], history };
  return { ...alias("web/shop", { spec, meta: { annotations: { "dnsalias.io/pin": value } } }), status };
}

describe("a pin has the addresses of a revision, or those that it lists", () => {
  const cases = [
    { value: `r9 until ${SIX}`, label: "r9", addresses: ["11.0.0.9", "2600::9"] },
    { value: `  r5   until   ${SIX} `, label: "r5", addresses: ["11.0.0.1"] },
    { value: `r9 until ${SIX}`, spec: { families: ["A"] as const }, label: "r9", addresses: ["11.0.0.9"] },
    { value: `r6 until ${SIX}`, spec: { allowPrivate: true }, label: "r6", addresses: ["10.0.0.6"] },
    { value: `203.0.113.7 until ${SIX}`, label: "203.0.113.7", addresses: ["203.0.113.7"] },
    {
      value: `2600:0::7,11.0.0.2, 11.0.0.1 until ${SIX}`,
      label: "11.0.0.1, 11.0.0.2, 2600::7",
      addresses: ["11.0.0.1", "11.0.0.2", "2600::7"],
    },
    {
      value: `11.0.0.1, 11.0.0.2, 11.0.0.3, 11.0.0.4, 11.0.0.5 until ${SIX}`,
      label: "11.0.0.1, 11.0.0.2, 11.0.0.3, 11.0.0.4 and 1 more",
      addresses: ["11.0.0.1", "11.0.0.2", "11.0.0.3", "11.0.0.4", "11.0.0.5"],
    },
  ];
  for (const { value, spec, label, addresses } of cases) {
    test(`${value}${spec === undefined ? "" : ` ${JSON.stringify(spec)}`}`, () => {
      const read = pinOf(shop(value, spec), NOW);
      assert.deepEqual(read, { pin: { label, addresses, until: Date.parse(SIX) } });
      assert.equal(pinIn(`A sentence. ${pinText(read.pin ?? assert.fail())}.`), pinText(read.pin));
    });
  }
});

describe("a pin with a mistake has no effect, and the message has the cure", () => {
  const cases: readonly { value: string; want: string; spec?: Partial<AliasSpec>; isOver?: boolean }[] = [
    { value: `r7 until ${SIX}`, want: "names r7, which is not in status.history. Use r5 to r9, or addresses." },
    { value: `r8 until ${SIX}`, want: "names r8, which has too many addresses to be kept. Use addresses." },
    {
      value: `r6 until ${SIX}`,
      want: "names r6 with 10.0.0.6, a special-use address. Use another address, or set spec.allowPrivate.",
    },
    {
      value: `11.0.0.1, 10.0.0.1 until ${SIX}`,
      want: "names 10.0.0.1, a special-use address. Use another address, or set spec.allowPrivate.",
    },
    {
      value: `64:ff9b::1 until ${SIX}`,
      want: "names 64:ff9b::1, a NAT64 address (RFC 6052 section 2.1), which is never published. Use another address.",
      spec: { allowPrivate: true },
    },
    {
      value: `11.0.0.1, 2600::1 until ${SIX}`,
      want: "names 2600::1, but spec.ipFamilies does not have its family. Use another address.",
      spec: { families: ["A"] },
    },
    {
      value: `r5 until ${SIX}`,
      want: "names r5, which has no address of a family in spec.ipFamilies. Use another revision, or addresses.",
      spec: { families: ["AAAA"] },
    },
    { value: "r9", want: `has no end. ${EXAMPLE}` },
    { value: "r9 until", want: `is invalid. ${EXAMPLE}` },
    { value: "r9 until tomorrow", want: `is invalid. ${EXAMPLE}` },
    { value: "", want: `is invalid. ${EXAMPLE}` },
    { value: `until ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    { value: `r9 until ${SIX} until ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    { value: `r9, r5 until ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    { value: `r0 until ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    { value: `11.0.0.1,, until ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    { value: `main until ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    {
      value: "r9 until 2026-12-01T04:30:00Z",
      want: "ended at 2026-12-01T04:30:00Z. Remove it, or use a later time.",
      isOver: true,
    },
    { value: "r9 until 2026-12-08T04:30:01Z", want: "ends more than 7 days from now. Use an earlier time." },
  ];
  for (const { value, want, spec = {}, isOver = false } of cases) {
    test(JSON.stringify(value), () => {
      const message = `dnsalias.io/pin ${want}`;
      assert.deepEqual(pinOf(shop(value, spec), NOW), {
        problem: { annotation: "dnsalias.io/pin", value, message, isOver },
      });
    });
  }
  test("without a history, the example is an address", () => {
    const { problem } = pinOf(shop("r1", {}, []), NOW);
    assert.match(problem?.message ?? "", /such as "203\.0\.113\.7 until /);
  });
});

test("the special-use addresses of the spec itself can be pinned, as they can be published", () => {
  const own = shop(`10.0.0.5 until ${SIX}`, { fallbackAddresses: ["10.0.0.5"] });
  assert.deepEqual(pinOf(own, NOW).pin?.addresses, ["10.0.0.5"]);
});

test("without the annotation there is no pin", () => assert.deepEqual(pinOf(alias("web/shop"), NOW), {}));
