import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolderWatch, type FolderWatch } from "../../../../src/folder/inventory/folder-watch.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const NEVER = new AbortController().signal;

interface Play {
  readonly watch: FolderWatch;
  readonly clock: FakeClock;
  readonly warnings: readonly string[];
  /** Begins to wait; says whether the wait has ended. */
  readonly wait: (signal?: AbortSignal) => () => boolean;
}

function play(): Play {
  const clock = fakeClock();
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (_fields: object, message: string) => void warnings.push(message) };
  const watch = createFolderWatch({ root: "test/fixtures", clock, log });
  const wait = (signal = NEVER): (() => boolean) => {
    let hasEnded = false;
    void (async () => {
      await watch.wait(30_000, signal);
      hasEnded = true;
    })();
    return () => hasEnded;
  };
  return { watch, clock, warnings, wait };
}

test("a wait ends after its time", async () => {
  const { clock, wait, watch } = play();
  using _ = watch;
  const hasEnded = wait();
  await clock.advance(29_999);
  assert.equal(hasEnded(), false);
  await clock.advance(1);
  assert.equal(hasEnded(), true);
});

test("a wait ends when something may have changed, and one that begins after that ends at once, once", async () => {
  const { clock, wait, watch } = play();
  using _ = watch;
  const first = wait();
  await clock.settle();
  watch.wake();
  await clock.settle();
  assert.equal(first(), true);
  const second = wait();
  await clock.settle();
  assert.equal(second(), false, "that change was told");
  watch.wake();
  await clock.settle();
  assert.equal(second(), true);

  watch.wake();
  watch.wake();
  const third = wait();
  await clock.settle();
  assert.equal(third(), true);
  const fourth = wait();
  await clock.settle();
  assert.equal(fourth(), false);
});

test("a wait ends with its signal, and never rejects", async () => {
  const { clock, wait, watch } = play();
  using _ = watch;
  const stop = new AbortController();
  const hasEnded = wait(stop.signal);
  await clock.settle();
  stop.abort();
  await clock.settle();
  assert.equal(hasEnded(), true);
});

test("a folder that can't be watched is a warning once; the look after the wait still comes", async () => {
  const { clock, wait, watch, warnings } = play();
  using _ = watch;
  watch.follow(new Map([["no-such-folder", "1"]]));
  watch.follow(new Map([["no-such-folder", "1"]]));
  watch.follow(new Map([["another", "2"]]));
  assert.deepEqual(warnings, ["cannot watch folder; changes are found at the next scan"]);
  const hasEnded = wait();
  await clock.advance(30_000);
  assert.equal(hasEnded(), true);
});

test("a folder that is there is watched without a warning, also when another one took its place", () => {
  const { watch, warnings } = play();
  using _ = watch;
  watch.follow(new Map([["zones", "1"]]));
  watch.follow(new Map([["zones", "2"]]));
  watch.follow(new Map());
  assert.deepEqual(warnings, []);
});
