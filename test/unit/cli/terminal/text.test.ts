import assert from "node:assert/strict";
import { test } from "node:test";
import { createSink, type Sink } from "../../../../src/cli/terminal/streams.ts";
import { duration, harmless, styled } from "../../../../src/cli/terminal/text.ts";
import { startProgress } from "../../../../src/cli/terminal/progress.ts";

function sink(options: { readonly terminal?: boolean; readonly noColor?: string; readonly columns?: number } = {}) {
  const written: string[] = [];
  const stream = {
    write: (text: string) => void written.push(text),
    isTTY: options.terminal ?? false,
    ...(options.columns === undefined ? {} : { columns: options.columns }),
  };
  const made: Sink = createSink(stream, { NO_COLOR: options.noColor });
  return { sink: made, written };
}

test("colours are for terminals, and not where NO_COLOR is set to something", () => {
  const text = (options: Parameters<typeof sink>[0]) => styled(sink(options).sink, "red", "x");
  assert.equal(text({ terminal: true }), "\u001b[31mx\u001b[39m");
  assert.equal(text({ terminal: true, noColor: "" }), "\u001b[31mx\u001b[39m");
  assert.equal(text({ terminal: true, noColor: "1" }), "x");
  assert.equal(text({ terminal: false }), "x");
});

test("harmless text is as it was", () => {
  assert.equal(harmless("größe 東京 – ok"), "größe 東京 – ok");
});

const durations: readonly (readonly [number, string])[] = [
  [0, "0 ms"],
  [999.4, "999 ms"],
  [1000, "1 s"],
  [2749, "2.7 s"],
  [59_700, "60 s"],
  [119_000, "119 s"],
  [120_000, "2 min"],
  [7_199_000, "2 h"],
  [12_000_000, "3 h 20 min"],
];
for (const [ms, want] of durations) {
  test(`${ms} ms are "${want}"`, () => {
    assert.equal(duration(ms), want);
  });
}

test("on a terminal progress is one line that changes at most ten times a second", () => {
  const { sink: terminal, written } = sink({ terminal: true, columns: 30 });
  let now = 0;
  const progress = startProgress({ sink: terminal, now: () => now }, "Looking up targets");
  progress.update(1, 100);
  now = 50;
  progress.update(2, 100);
  now = 100;
  progress.update(3, 100, "a very long note that does not fit");
  now = 2000;
  progress.finish();
  progress.update(4, 100);
  assert.deepEqual(written, [
    "\r\u001b[2KLooking up targets 1/100",
    "\r\u001b[2KLooking up targets 3/100 (a v",
    "\r\u001b[2KLooking up targets: \u001b[32mdone\u001b[39m in 2 s\n",
  ]);
});

test("elsewhere progress is a plain line at the start, one every five seconds, and one at the end", () => {
  const { sink: pipe, written } = sink();
  let now = 0;
  const progress = startProgress({ sink: pipe, now: () => now }, "Looking up targets");
  for (now = 0; now <= 11_000; now += 1000) {
    progress.update(now / 1000, 12);
  }
  now = 11_500;
  progress.finish("12 targets");
  assert.deepEqual(written, [
    "Looking up targets ...\n",
    "Looking up targets 5/12\n",
    "Looking up targets 10/12\n",
    "Looking up targets: done in 12 s (12 targets)\n",
  ]);
});

test("a step that was left without an end says so", () => {
  const { sink: pipe, written } = sink();
  {
    using _ = startProgress({ sink: pipe, now: () => 0 }, "Publishing");
  }
  assert.equal(written.at(-1), "Publishing: stopped after 0 ms\n");
});
