import assert from "node:assert/strict";
import { test } from "node:test";
import { onceAnHour } from "../../../../src/resolver/server/warnings.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

test("a warning about a server is told once an hour, and each one by itself", async () => {
  const clock = fakeClock();
  const told: string[] = [];
  const warn = onceAnHour(clock, (server, warning) => told.push(`${server} ${warning}`));
  for (let minute = 0; minute < 120; minute += 1) {
    warn("s1", "a");
    warn("s1", "b");
    warn("s2", "a");
    await clock.advance(60_000);
  }
  assert.deepEqual(told, ["s1 a", "s1 b", "s2 a", "s1 a", "s1 b", "s2 a"]);
});

test("of many servers the oldest is forgotten", () => {
  let told = 0;
  const warn = onceAnHour(fakeClock(), () => {
    told += 1;
  });
  for (let server = 0; server < 1_025; server += 1) {
    warn(`s${server}`, "a");
  }
  warn("s1", "a");
  assert.equal(told, 1_025);
  warn("s0", "a");
  assert.equal(told, 1_026);
});
