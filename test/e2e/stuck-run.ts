import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseState } from "../../src/folder/manifest/state-entry.ts";
import { baseZoneText, hyphened, stream, zoneManifest } from "../lab/manifests.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { runOrThrow } from "../support/run.ts";

export interface StuckRunOptions {
  /** The domains of the DnsZones. */
  readonly zones: readonly string[];
  /** Those whose zone files are named pipes. Whoever opens such a file waits. Default: none. */
  readonly piped?: readonly string[];
  /** A module that the process loads first. */
  readonly preload?: string;
}

export interface StuckRun extends AsyncDisposable {
  readonly child: ManagedProcess;
  readonly wellAt: number;
  health(): Promise<{ readonly status: number; readonly text: string }>;
  fileOf(domain: string): string;
  /** What the state file has of the DnsZone; undefined: nothing yet. */
  statusOf(domain: string): Promise<unknown>;
}

/** `dnsalias run` on a folder of zones. */
export async function startStuckRun({ zones, piped = [], preload }: StuckRunOptions): Promise<StuckRun> {
  await using started = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-stuck-"));
  started.defer(() => rm(root, { recursive: true, force: true }));
  const [manifests, out] = [join(root, "manifests"), join(root, "out")];
  const fileOf = (domain: string): string => join(out, `${domain}.zone`);
  await Promise.all([manifests, out].map((folder) => mkdir(folder)));
  await writeFile(join(manifests, "zones.yaml"), stream(...zones.map(zoneOf)));
  if (piped.length > 0) {
    await runOrThrow("mkfifo", piped.map(fileOf));
  }
  const port = await freePort();
  const args = ["--manifests", manifests, "--out", out, "--owner-id=me", "--resolver=127.0.0.1:9", "--no-responder"];
  const child = started.use(
    startProcess({
      component: "dnsalias run",
      command: process.execPath,
      args: [
        ...(preload === undefined ? [] : [`--import=${preload}`]),
        "src/main.ts",
        "run",
        ...args,
        "--drain-timeout=1",
        `--listen-ops=127.0.0.1:${port}`,
      ],
    }),
  );
  const health: StuckRun["health"] = async () => {
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
