import assert from "node:assert/strict";
import { test } from "node:test";
import { createSharedReads } from "../../../../src/kube/objects/shared-reads.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

test("a result is used until it isn't fresh, and the next read gets it", async () => {
  const clock = fakeClock();
  const reads = createSharedReads<string>(clock, 5_000);
  const next = (text: string) => reads("a", async (last) => `${text} after ${await last}`);
  assert.equal(await next("one"), "one after undefined");
  await clock.advance(4_999);
  assert.equal(await next("two"), "one after undefined");
  await clock.advance(1);
  assert.equal(await next("two"), "two after one after undefined");
});

test("callers that come together share one read, and other keys have their own", async () => {
  const reads = createSharedReads<number>(fakeClock(), 5_000);
  let count = 0;
  const read = async (): Promise<number> => (count += 1);
  assert.deepEqual(await Promise.all([reads("a", read), reads("a", read), reads("b", read)]), [1, 1, 2]);
});

test("a rejected read is forgotten", async () => {
  const reads = createSharedReads<string>(fakeClock(), 5_000);
  await assert.rejects(
    reads("a", async () => Promise.reject(new Error("aborted"))),
    /aborted/,
  );
  assert.equal(await reads("a", async (last) => `again, after ${await last}`), "again, after undefined");
});

test("of more than 1,000 results the one that was read the longest ago is forgotten", async () => {
  const clock = fakeClock();
  const reads = createSharedReads<string>(clock, 5_000);
  const read = (key: string) => reads(key, async (last) => `read after ${await last}`);
  await read("first");
  await read("second");
  await clock.advance(5_000);
  await read("first");
  for (let index = 0; index < 999; index += 1) {
    await read(`${index}`);
  }
  await clock.advance(5_000);
  assert.equal(await read("first"), "read after read after read after undefined");
  assert.equal(await read("second"), "read after undefined");
});
