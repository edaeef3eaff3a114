import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { stopOnSignals } from "../../../../src/cli/terminal/signals.ts";

class FakeProcess extends EventEmitter {
  readonly pid = 7;
  readonly exits: number[] = [];
  /** Each with how many listeners of its own it met: one would swallow it. */
  readonly kills: string[] = [];
  kill(pid: number, signal: string): void {
    this.kills.push(`${pid} ${signal} ${this.listenerCount(signal)}`);
  }
  exit(code: number): void {
    this.exits.push(code);
  }
}

test("the first signal asks, the second ends at once with its own code", () => {
  const source = new FakeProcess();
  using stop = stopOnSignals(source, { drainMs: 1000, tell: () => undefined });
  assert.equal(stop.signal.aborted, false);
  source.emit("SIGTERM");
  assert.deepEqual([stop.signal.aborted, stop.cause(), source.exits], [true, "SIGTERM", []]);
  source.emit("SIGINT");
  assert.deepEqual([source.kills, source.exits], [["7 SIGINT 0"], [130]]);
});

test("an end that takes too long is cut short, and says so", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const source = new FakeProcess();
  const told: string[] = [];
  using stop = stopOnSignals(source, { drainMs: 10_000, tell: (message) => void told.push(message) });
  source.emit("SIGTERM");
  context.mock.timers.tick(9999);
  assert.deepEqual([source.exits, stop.cause()], [[], "SIGTERM"]);
  context.mock.timers.tick(1);
  assert.deepEqual([source.kills, source.exits], [["7 SIGTERM 0"], [143]]);
  assert.deepEqual(told, ["not stopped 10 s after SIGTERM: exiting now"]);
});

test("after the work nothing is listened to, and what still hangs has as long as an orderly end", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const source = new FakeProcess();
  const told: string[] = [];
  {
    using _ = stopOnSignals(source, { drainMs: 1000, tell: (message) => void told.push(message) });
    source.emit("SIGINT");
    context.mock.timers.tick(900);
  }
  assert.equal(source.listenerCount("SIGINT") + source.listenerCount("SIGTERM"), 0);
  context.mock.timers.tick(999);
  assert.deepEqual([source.kills, told], [[], []]);
  context.mock.timers.tick(1);
  assert.deepEqual(source.kills, ["7 SIGINT 0"]);
  assert.deepEqual(told, ["a task has not stopped 1 s after the work: exiting now"]);
});
