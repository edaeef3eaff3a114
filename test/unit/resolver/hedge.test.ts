import assert from "node:assert/strict";
import { test } from "node:test";
import { hedged } from "../../../src/resolver/hedge.ts";
import { fakeClock } from "../../support/fake-clock.ts";

/** What a candidate does: after so many milliseconds it gives its value or fails. */
interface Act {
  readonly after: number;
  readonly value?: string;
}

interface Case {
  readonly name: string;
  readonly candidates: readonly Act[];
  /** `ms: candidate` for each start. */
  readonly starts: string;
  readonly endsAt: number;
  readonly want: string | undefined;
  readonly aborted?: number;
}

const SILENT: Act = { after: 2_000 };

const cases: readonly Case[] = [
  { name: "one that answers", candidates: [{ after: 10, value: "a" }], starts: "0: 0", endsAt: 10, want: "a" },
  {
    name: "the next at once after a failure",
    candidates: [{ after: 10 }, { after: 10, value: "b" }],
    starts: "0: 0, 10: 1",
    endsAt: 20,
    want: "b",
  },
  {
    name: "a second one beside a silent one, which is given up",
    candidates: [SILENT, { after: 30, value: "b" }],
    starts: "0: 0, 400: 1",
    endsAt: 430,
    want: "b",
    aborted: 1,
  },
  {
    name: "the silent one may still win",
    candidates: [{ after: 410, value: "a" }, SILENT],
    starts: "0: 0, 400: 1",
    endsAt: 410,
    want: "a",
    aborted: 1,
  },
  {
    name: "never three at a time",
    candidates: [SILENT, SILENT, { after: 10, value: "c" }],
    starts: "0: 0, 400: 1, 2000: 2",
    endsAt: 2_010,
    want: "c",
    aborted: 1,
  },
  {
    name: "a failure beside a silent one starts the third at once",
    candidates: [SILENT, { after: 10 }, { after: 10, value: "c" }],
    starts: "0: 0, 400: 1, 410: 2",
    endsAt: 420,
    want: "c",
    aborted: 1,
  },
  {
    name: "undefined when all have failed",
    candidates: [{ after: 5 }, { after: 5 }],
    starts: "0: 0, 5: 1",
    endsAt: 10,
    want: undefined,
  },
  {
    name: "undefined after the last silent one",
    candidates: [SILENT, SILENT],
    starts: "0: 0, 400: 1",
    endsAt: 2_400,
    want: undefined,
  },
  { name: "undefined without candidates", candidates: [], starts: "", endsAt: 0, want: undefined },
];

for (const { name, candidates, starts, endsAt, want, aborted = 0 } of cases) {
  test(`hedge: ${name}`, async () => {
    const clock = fakeClock();
    const begun = clock.now();
    const started: string[] = [];
    const running = new Set<number>();
    const run = async (index: number, signal: AbortSignal): Promise<string | undefined> => {
      started.push(`${clock.now() - begun}: ${index}`);
      running.add(index);
      const act = candidates[index] ?? SILENT;
      await clock.sleep(act.after, signal);
      running.delete(index);
      return act.value;
    };
    const order = [...candidates.keys()];
    const options = { candidates: order, run, hedgeAfterMs: () => 400, clock };
    const ended = hedged(options, new AbortController().signal).then((value) => ({ value, at: clock.now() - begun }));
    await clock.advance(10_000);
    assert.deepEqual(await ended, { value: want, at: endsAt });
    assert.equal(started.join(", "), starts);
    assert.equal(running.size, aborted, "what was given up was aborted, not left to its end");
  });
}

test("hedge: rejects with what runs when the signal aborts", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const run = (_index: number, signal: AbortSignal): Promise<string | undefined> =>
    clock.sleep(2_000, signal).then(() => "late");
  const ended = hedged({ candidates: [0, 1], run, hedgeAfterMs: () => 400, clock }, stop.signal);
  const rejected = assert.rejects(ended, { name: "AbortError" });
  await clock.advance(500);
  stop.abort();
  await rejected;
});
