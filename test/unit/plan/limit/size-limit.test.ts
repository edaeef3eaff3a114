import assert from "node:assert/strict";
import { test } from "node:test";
import { type Name, parseName } from "../../../../src/dns/name/name.ts";
import type { AliasType } from "../../../../src/dns/record.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../../../src/plan/change.ts";
import { type Capacity, limitSize } from "../../../../src/plan/limit/size-limit.ts";

/** A record takes as many bytes as its data has characters, so that an A record counts 15 in the reserve and an AAAA record 39. */
function capacity(maxBytes: number): Capacity {
  return {
    maxBytes,
    sizeOf: (sets) => sets.reduce((sum, { data }) => sum + data.join("").length, 0),
    reason: "ZoneTooLarge",
    message: "it is full",
  };
}

function name(label: string): Name {
  return parseName(`${label}.example.com`);
}

/** `count` addresses of seven characters, the first of which ends with `from`. */
function addresses(count: number, from = 1): readonly string[] {
  return Array.from({ length: count }, (_, index) => `10.0.0.${from + index}`);
}

function own(label: string, data: readonly string[], type: AliasType = "A"): ActualRRset {
  return { name: name(label), type, ttl: 60, data, owner: "me" };
}

function desired(label: string, data: readonly string[], type: AliasType = "A"): DesiredRRset {
  return { name: name(label), type, ttl: 60, data, resources: ["web/shop"] };
}

function create(label: string, data: readonly string[], type?: AliasType): Write {
  return { kind: "create", after: desired(label, data, type) };
}

function update(label: string, before: readonly string[], data: readonly string[]): Write {
  return { kind: "update", before: own(label, before), after: desired(label, data) };
}

function remove(label: string, data: readonly string[]): Write {
  return { kind: "delete", before: own(label, data) };
}

interface Case {
  readonly title: string;
  readonly own?: readonly ActualRRset[];
  readonly writes: readonly Write[];
  readonly maxBytes: number;
  /** "create a A 1" with the number of records, or "delete a A". */
  readonly want: readonly string[];
  /** "a A" */
  readonly refused?: readonly string[];
}

const cases: readonly Case[] = [
  { title: "all is written where it fits", writes: [create("a", addresses(2))], maxBytes: 30, want: ["create a A 2"] },
  {
    title: "a new name for which there is no room is refused",
    writes: [create("a", addresses(2))],
    maxBytes: 29,
    want: [],
    refused: ["a A"],
  },
  {
    title: "all RRsets of a new name are refused together",
    writes: [create("a", addresses(1)), create("a", ["2001:db8::1"], "AAAA")],
    maxBytes: 53,
    want: [],
    refused: ["a A", "a AAAA"],
  },
  {
    title: "of new names the small ones come first, whatever their order",
    writes: [create("a", addresses(9)), create("b", addresses(1)), create("c", addresses(2))],
    maxBytes: 100,
    want: ["create b A 1", "create c A 2"],
    refused: ["a A"],
  },
  {
    title: "a published name that grows comes before a new one that is smaller",
    own: [own("b", addresses(1))],
    writes: [create("a", addresses(1)), update("b", addresses(1), addresses(3))],
    maxBytes: 3 * 15,
    want: ["update b A 3"],
    refused: ["a A"],
  },
  {
    title: "a published name follows where the place is full",
    own: [own("a", addresses(3)), own("b", addresses(4))],
    writes: [update("a", addresses(3), addresses(3, 5)), create("c", addresses(1))],
    maxBytes: 7 * 15,
    want: ["update a A 3"],
    refused: ["c A"],
  },
  {
    title: "a published name that would grow too much gets as many addresses as it had",
    own: [own("a", addresses(2)), own("b", addresses(2))],
    writes: [update("a", addresses(2), addresses(9, 5)), update("b", addresses(2), addresses(3))],
    maxBytes: 5 * 15,
    want: ["update a A 2", "update b A 3"],
    refused: ["a A"],
  },
  {
    title: "and is left as it is where these are the same",
    own: [own("a", addresses(2))],
    writes: [update("a", addresses(2), addresses(9))],
    maxBytes: 2 * 15,
    want: [],
    refused: ["a A"],
  },
  {
    title: "a family that is new at a published name is refused, and the other one follows",
    own: [own("a", addresses(1))],
    writes: [update("a", addresses(1), addresses(1, 2)), create("a", ["2001:db8::1"], "AAAA")],
    maxBytes: 15,
    want: ["update a A 1"],
    refused: ["a AAAA"],
  },
  {
    title: "what is deleted makes room first",
    own: [own("z", addresses(2))],
    writes: [create("a", addresses(2)), remove("z", addresses(2))],
    maxBytes: 2 * 15,
    want: ["create a A 2", "delete z A"],
  },
  {
    title: "a place that holds too much already: what shrinks is written, and what is as long follows",
    own: [own("a", addresses(4)), own("b", addresses(1))],
    writes: [
      update("a", addresses(4), addresses(2)),
      update("b", addresses(1), addresses(1, 2)),
      create("c", addresses(1)),
    ],
    maxBytes: 10,
    want: ["update a A 2", "update b A 1"],
    refused: ["c A"],
  },
  {
    title: "a place in which nothing has room refuses each name",
    writes: [create("a", addresses(1)), create("b", addresses(1))],
    maxBytes: -5,
    want: [],
    refused: ["a A", "b A"],
  },
];

for (const { title, own: before = [], writes, maxBytes, want, refused = [] } of cases) {
  test(`size limit: ${title}`, () => {
    const result = limitSize(writes, before, capacity(maxBytes));
    assert.deepEqual(result.writes.map(text), want);
    assert.deepEqual(
      result.refusals.map((refusal) => `${label(refusal.name)} ${refusal.type}`),
      refused,
    );
    assert.ok(
      result.refusals.every(({ reason, message }) => reason === "ZoneTooLarge" && message.endsWith(": it is full")),
    );
    assert.deepEqual(limitSize(writes.toReversed(), before, capacity(maxBytes)), result, "the order changes nothing");
  });
}

test("size limit: a name that was admitted can follow to the longest addresses", () => {
  const writes = [create("a", addresses(1)), create("b", addresses(1)), create("c", addresses(1))];
  const first = limitSize(writes, [], capacity(40));
  assert.deepEqual(first.writes.map(text), ["create a A 1", "create b A 1"]);
  const long = ["255.255.255.255"];
  const next = limitSize(
    [update("a", addresses(1), long), update("b", addresses(1), long)],
    [own("a", addresses(1)), own("b", addresses(1))],
    capacity(40),
  );
  assert.deepEqual([next.writes.map(text), next.refusals], [["update a A 1", "update b A 1"], []]);
});

test("size limit: a place without a limit takes all", () => {
  const writes = [create("a", addresses(64))];
  assert.deepEqual(limitSize(writes, [], undefined), { writes, refusals: [] });
});

function text(write: Write): string {
  const { name: at, type } = write.kind === "delete" ? write.before : write.after;
  return `${write.kind} ${label(at)} ${type}${write.kind === "delete" ? "" : ` ${write.after.data.length}`}`;
}

function label(of: Name): string {
  return of.split(".")[0] ?? "";
}
