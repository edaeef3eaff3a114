import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { baseZoneText, stream, zoneManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady } from "../support/process.ts";
import { runOrThrow } from "../support/run.ts";

/** As many zones as the loop works on at once, and some more. */
const ZONES = Array.from({ length: 70 }, (_, index) => `stuck${index}.test`);

/** docs/operations.md: a loop without a sign of life for 60 s is named. */
const LIMIT_MS = 60_000;

test("/healthz names a loop that is stuck, and no loop of a program at work", { concurrency: true }, async (t) => {
  await using works = await startRun({ pipes: false });
  await using hangs = await startRun({ pipes: true });
  await t.test("both are well at first", async () => {
    assert.deepEqual(await works.health(), { status: 200, text: "ok\n" });
    assert.deepEqual(await hangs.health(), { status: 200, text: "ok\n" });
  });
  await t.test("the loop whose files never answer is named", async () => {
    // A pipe that nobody writes to: whoever opens it waits, as for a file server that is gone.
    await waitFor(
      "the loop to be named",
      async () => {
        const { status, text } = await hangs.health();
        assert.equal(status, 503, text);
        assert.match(text, /^zones: no sign of life since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/m);
      },
      { withinMs: LIMIT_MS * 2 },
    );
    assert.ok(performance.now() - hangs.wellAt > LIMIT_MS / 2, "not before its time");
  });
  await t.test("a program that worked all that time is well", async () => {
    assert.deepEqual(await works.health(), { status: 200, text: "ok\n" });
  });
});

interface Run extends AsyncDisposable {
  readonly wellAt: number;
  health(): Promise<{ readonly status: number; readonly text: string }>;
}

/** `dnsalias run` on a folder of zones; `pipes`: the zone files that it writes to are named pipes. */
async function startRun({ pipes }: { readonly pipes: boolean }): Promise<Run> {
  await using started = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-stuck-"));
  started.defer(() => rm(root, { recursive: true, force: true }));
  const [manifests, out] = [join(root, "manifests"), join(root, "out")];
  await Promise.all([manifests, out].map((folder) => mkdir(folder)));
  await writeFile(join(manifests, "zones.yaml"), stream(...ZONES.map(zoneOf)));
  if (pipes) {
    await runOrThrow(
      "mkfifo",
      ZONES.map((domain) => join(out, `${domain}.zone`)),
    );
  }
  const port = await freePort();
  const args = ["--manifests", manifests, "--out", out, "--owner-id=me", "--resolver=127.0.0.1:9", "--no-responder"];
  const child = started.use(
    startProcess({
      component: "dnsalias run",
      command: process.execPath,
      args: ["src/main.ts", "run", ...args, `--listen-ops=127.0.0.1:${port}`],
      stopAfterMs: 1_000,
    }),
  );
  const health: Run["health"] = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    return { status: response.status, text: await response.text() };
  };
  const probe = async () => ((await health()).status === 200 ? undefined : "not well");
  await untilReady(child, { component: "dnsalias run", deadlineMs: 30_000, probe });
  const open = started.move();
  return { wellAt: performance.now(), health, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

function zoneOf(domain: string): string {
  const provider = { zoneFile: { baseZone: { inline: baseZoneText(domain) } } };
  return zoneManifest({ domain, provider });
}
