import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { stopOnSignals } from "../../../../src/cli/terminal/signals.ts";

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
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
  assert.deepEqual(source.exits, [130]);
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
  assert.deepEqual(source.exits, [143]);
  assert.deepEqual(told, ["not ended 10 s after SIGTERM: leaving at once"]);
});

test("after an end in time nothing is listened to and no timer is left", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const source = new FakeProcess();
  {
    using _ = stopOnSignals(source, { drainMs: 1000, tell: () => undefined });
    source.emit("SIGINT");
  }
  context.mock.timers.tick(5000);
  assert.deepEqual(source.exits, []);
  assert.equal(source.listenerCount("SIGINT") + source.listenerCount("SIGTERM"), 0);
});
