import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sent, splitBatch, type SplitResult } from "../../../src/providers/split-batch.ts";
import * as fc from "../../support/property.ts";

/** "a A": the group is the name, the type is the type. */
interface Lab {
  readonly items: readonly string[];
  /** The server rejects every batch with one of these. */
  readonly bad?: readonly string[];
  /** It rejects batches of more items than this. */
  readonly most?: number;
  readonly names?: boolean;
  readonly outage?: boolean;
  readonly requests?: number;
  /** This request, from 1, fails. */
  readonly failsAt?: number;
}

interface Outcome {
  readonly result: SplitResult<string, string>;
  readonly batches: readonly (readonly string[])[];
}

async function split({
  items,
  bad = [],
  most = Infinity,
  names,
  outage,
  requests = 1_000,
  failsAt,
}: Lab): Promise<Outcome> {
  const batches: (readonly string[])[] = [];
  const result = await splitBatch<string, string>(items, {
    groupOf: (item) => item.split(" ")[0] ?? "",
    typeOf: (item) => item.split(" ")[1] ?? "",
    mayContinue: () => batches.length < requests,
    send: async (batch): Promise<Sent<string, string>> => {
      batches.push(batch);
      if (batches.length === failsAt) {
        return { kind: "stopped", result: "no answer" };
      }
      const found = batch.filter((item) => bad.includes(item));
      if (found.length === 0 && batch.length <= most) {
        return { kind: "done" };
      }
      const cause = { reason: "Rejected", message: `no to ${batch.join()}` } as const;
      const named = found.map((item) => ({ item, cause: { ...cause, message: `no to ${item}` } }));
      return { kind: "rejected", cause, ...(names === true && { named }), ...(outage === true && { outage: "down" }) };
    },
  });
  return { result, batches };
}

function many(count: number, ...types: readonly string[]): readonly string[] {
  return Array.from({ length: count }, (_, at) =>
    types.map((type) => `n${String(at).padStart(4, "0")} ${type}`),
  ).flat();
}

function rejected({ result }: Outcome): readonly string[] {
  return result.rejected.map(({ item }) => item).sort();
}

test("a batch that is accepted is one request, and no items are none", async () => {
  const { result, batches } = await split({ items: many(100, "A", "AAAA") });
  assert.equal(batches.length, 1);
  assert.deepEqual([result.accepted.length, result.rejected, result.left], [200, [], []]);
  assert.deepEqual((await split({ items: [] })).batches, []);
});

test("one item at fault among 1,000 is found in 12 requests, and all others are written", async () => {
  for (const at of [0, 1, 499, 500, 998, 999]) {
    const items = many(1_000, "A");
    const bad = items.slice(at, at + 1);
    const outcome = await split({ items, bad });
    assert.deepEqual(rejected(outcome), bad);
    assert.equal(outcome.result.accepted.length, 999);
    assert.ok(outcome.batches.length <= 13, `${at}: ${outcome.batches.length}`);
  }
});

test("an item counts as rejected only by a batch of its own, whose answer it gets", async () => {
  const { result } = await split({ items: ["a A", "b A", "c A"], bad: ["c A"] });
  assert.deepEqual(result.rejected, [{ item: "c A", cause: { reason: "Rejected", message: "no to c A" } }]);
});

test("a batch that is only too large for the server is written in parts, and nothing is rejected", async () => {
  const { result } = await split({ items: many(100, "A"), most: 10 });
  assert.deepEqual([result.accepted.length, result.rejected, result.left], [100, [], []]);
});

test("batches are cut between names while they have several", async () => {
  const { batches } = await split({ items: many(9, "A", "AAAA"), bad: ["n0004 AAAA"] });
  const parted = batches.filter(
    (batch) => new Set(batch.map((item) => item.split(" ")[0])).size > 1 && batch.length % 2 > 0,
  );
  // Only the rest after the rejected item has one type of its name.
  assert.ok(
    parted.every((batch) => !batch.includes("n0004 AAAA") && batch.includes("n0005 A")),
    JSON.stringify(parted),
  );
});

test("where the server accepts none of a type, the other types do not wait for the search", async () => {
  const items = many(200, "A", "AAAA");
  const bad = items.filter((item) => item.endsWith("AAAA"));
  const { result } = await split({ items, bad, requests: 32 });
  assert.equal(result.accepted.filter((item) => item.endsWith(" A")).length, 200);
  assert.ok(result.left.every((item) => item.endsWith("AAAA")));
});

test("items that the server names need no search", async () => {
  const outcome = await split({ items: many(100, "A"), bad: ["n0007 A", "n0093 A"], names: true });
  assert.equal(outcome.batches.length, 2);
  assert.deepEqual(rejected(outcome), ["n0007 A", "n0093 A"]);
  assert.deepEqual(outcome.result.rejected[0]?.cause.message, "no to n0007 A");
});

test("a server that rejects everything is taken for out of order where its answer can mean that", async () => {
  const items = many(50, "A");
  const down = await split({ items, bad: items, outage: true });
  assert.equal(down.result.stop, "down");
  assert.equal(down.result.rejected.length, 3);
  const one = await split({ items: ["a A"], bad: ["a A"], outage: true });
  assert.deepEqual([one.result.stop, rejected(one)], [undefined, ["a A"]]);
  const all = await split({ items: many(3, "A"), bad: many(3, "A"), outage: true });
  assert.deepEqual([all.result.stop, rejected(all).length], [undefined, 3]);
  const policy = await split({ items, bad: items });
  assert.deepEqual([policy.result.stop, rejected(policy).length], [undefined, 50]);
});

test("a failure on the way ends it, with what is known by then", async () => {
  const { result, batches } = await split({ items: ["a A", "b A", "c A", "d A"], bad: ["d A"], failsAt: 3 });
  assert.equal(batches.length, 3);
  assert.deepEqual([result.stop, result.accepted, result.left], ["no answer", ["a A", "b A"], ["c A", "d A"]]);
});

test("without a request left the rest stays as it is", async () => {
  const { result, batches } = await split({ items: many(64, "A"), bad: ["n0000 A"], requests: 4 });
  assert.equal(batches.length, 4);
  assert.deepEqual([result.accepted, result.rejected, result.left.length], [[], [], 64]);
});

test("for any items at fault, exactly these are rejected, and every other item is accepted once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 40 }),
      fc.boolean(),
      async (faults, names) => {
        const items = many(faults.length, "A", "AAAA");
        const bad = items.filter((_, at) => faults[Math.floor(at / 2)]?.[at % 2] === true);
        const outcome = await split({ items, bad, names });
        assert.deepEqual(rejected(outcome), [...bad].sort());
        assert.deepEqual([...outcome.result.accepted].sort(), items.filter((item) => !bad.includes(item)).sort());
        assert.deepEqual(outcome.result.left, []);
      },
    ),
  );
});
