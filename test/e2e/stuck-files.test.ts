import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseState } from "../../src/folder/manifest/state-entry.ts";
import { baseZoneText, hyphened, stream, zoneManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { runOrThrow } from "../support/run.ts";

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
    await using works = await startRun([]);
    await using one = await startRun([STUCK]);
    await using all = await startRun(ZONES);
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
async function namedBy(run: Run, domains: readonly string[]): Promise<void> {
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

interface Run extends AsyncDisposable {
  readonly child: ManagedProcess;
  readonly wellAt: number;
  health(): Promise<{ readonly status: number; readonly text: string }>;
  fileOf(domain: string): string;
  /** What the state file has of the DnsZone; undefined: nothing yet. */
  statusOf(domain: string): Promise<unknown>;
}

/** `dnsalias run` on a folder of zones; the zone files of `piped` are named pipes. */
async function startRun(piped: readonly string[]): Promise<Run> {
  await using started = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-stuck-"));
  started.defer(() => rm(root, { recursive: true, force: true }));
  const [manifests, out] = [join(root, "manifests"), join(root, "out")];
  const fileOf = (domain: string): string => join(out, `${domain}.zone`);
  await Promise.all([manifests, out].map((folder) => mkdir(folder)));
  await writeFile(join(manifests, "zones.yaml"), stream(...ZONES.map(zoneOf)));
  if (piped.length > 0) {
    await runOrThrow("mkfifo", piped.map(fileOf));
  }
  const port = await freePort();
  const args = ["--manifests", manifests, "--out", out, "--owner-id=me", "--resolver=127.0.0.1:9", "--no-responder"];
  const child = started.use(
    startProcess({
      component: "dnsalias run",
      command: process.execPath,
      args: ["src/main.ts", "run", ...args, "--drain-timeout=1", `--listen-ops=127.0.0.1:${port}`],
    }),
  );
  const health: Run["health"] = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    return { status: response.status, text: await response.text() };
  };
  const probe = async () => ((await health()).status === 200 ? undefined : "not well");
  await untilReady(child, { component: "dnsalias run", deadlineMs: 30_000, probe });
  const open = started.move();
  return {
    child,
    wellAt: performance.now(),
    health,
    fileOf,
    async statusOf(domain) {
      const state = parseState(await readFile(join(out, ".dnsalias-state.json"), "utf8"));
      assert.equal(state.kind, "ok");
      return state.entries.find(({ name }) => name === hyphened(domain))?.status;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function zoneOf(domain: string): string {
  const provider = { zoneFile: { baseZone: { inline: baseZoneText(domain) } } };
  return zoneManifest({ domain, provider });
}
