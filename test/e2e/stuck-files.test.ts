import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { waitFor } from "../lab/wait-for.ts";
import { startStuckRun, type StuckRun } from "./stuck-run.ts";

/** As many zones as the loop works on at once, and some more. */
const ZONES = Array.from({ length: 70 }, (_, index) => `stuck${index}.test`);
const [STUCK = ""] = ZONES;

/** docs/operations.md: a file that doesn't answer for 60 s is named. */
const LIMIT_MS = 60_000;
/** docs/cli.md: a read or a write of a file may take 10 s. */
const READ_MS = 10_000;

test(
  "/healthz names a file that does not answer, and nothing of a program at work",
  { concurrency: true },
  async (t) => {
    await using works = await startStuckRun({ zones: ZONES });
    await using one = await startStuckRun({ zones: ZONES, piped: [STUCK] });
    await using all = await startStuckRun({ zones: ZONES, piped: ZONES });
    await t.test("all are well at first", async () => {
      for (const run of [works, one, all]) {
        assert.deepEqual(await run.health(), { status: 200, text: "ok\n" });
      }
    });
    await t.test(
      "the DnsZone of the file is named within the limit of a read, and the others are written",
      async () => {
        await waitFor(
          "the status of the zone",
          async () => {
            const status = JSON.stringify(await one.statusOf(STUCK));
            assert.match(status, /"type":"Programmed","status":"False","reason":"WriteFailed"/);
            assert.match(status, /the file system has not answered for [^ ]+\/stuck0\.test\.zone since \d{4}/);
          },
          { withinMs: READ_MS * 3 },
        );
        for (const domain of ZONES.slice(1)) {
          assert.match(await readFile(one.fileOf(domain), "utf8"), /SOA/);
        }
      },
    );
    await t.test("the one file is named", async () => {
      await namedBy(one, [STUCK]);
      assert.ok(performance.now() - one.wellAt > LIMIT_MS / 2, "not before its time");
    });
    await t.test("each of many files is named", () => namedBy(all, ZONES));
    await t.test("a program that worked all that time is well", async () => {
      assert.deepEqual(await works.health(), { status: 200, text: "ok\n" });
    });
    await t.test("a stuck program ends when its drain timeout is over", async () => {
      // docs/cli.md: 143, as shells report an end by SIGTERM.
      for (const { child } of [one, all]) {
        process.kill(child.pid, "SIGTERM");
        await waitFor("its end", () => assert.equal(child.ended(), "ended by SIGTERM"), { withinMs: 15_000 });
        assert.match(child.output(), /not stopped 1 s after .*: exiting now/);
      }
    });
  },
);

/** A pipe that nobody writes to: whoever opens it waits, as for a file server that is gone. */
async function namedBy(run: StuckRun, domains: readonly string[]): Promise<void> {
  await waitFor(
    "the files to be named",
    async () => {
      const { status, text } = await run.health();
      assert.equal(status, 503, text);
      const lines = text.trim().split("\n");
      const time = /: no sign of life since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
      assert.deepEqual(
        lines.map((line) => line.replace(time, "")).sort(),
        domains.map((domain) => run.fileOf(domain)).sort(),
        text,
      );
    },
    { withinMs: LIMIT_MS * 2 },
  );
}
