import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { startStuckRun } from "./stuck-run.ts";

/** docs/operations.md: a loop without a sign of life for 60 s is named. */
const LIMIT_MS = 60_000;
const LOOPS = ["aliases", "checks", "claims", "proof", "refresh", "reports", "steering", "zones"];

test("/healthz names each loop of a running program that hangs", async () => {
  const preload = join(import.meta.dirname, "..", "support", "lost-timers.ts");
  await using run = await startStuckRun({ zones: ["loops.test"], preload });
  await waitFor("the status of the zone", async () =>
    assert.match(JSON.stringify(await run.statusOf("loops.test")), /"type":"Programmed","status":"True"/),
  );
  assert.deepEqual(await run.health(), { status: 200, text: "ok\n" });

  process.kill(run.child.pid, "SIGUSR2");
  await delay(LIMIT_MS / 2);
  assert.deepEqual(await run.health(), { status: 200, text: "ok\n" }, "not before its time");
  await waitFor(
    "the loops to be named",
    async () => {
      const { status, text } = await run.health();
      const lines = text.trim().split("\n");
      const time = /: no sign of life since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
      assert.deepEqual(
        { status, loops: lines.map((line) => line.replace(time, "")).sort() },
        { status: 503, loops: LOOPS },
        text,
      );
    },
    { withinMs: LIMIT_MS },
  );
});
