import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type Millis } from "../../src/base/clock.ts";
import { freePort } from "../support/free-port.ts";
import type { ManagedProcess } from "../support/process.ts";
import { copyExample, startDemoController } from "./demo-controller.ts";
import { serveZoneFile, type ServedZone } from "./demo-served-zone.ts";
import { startDemoTarget, TARGET_ZONES, type DemoTarget } from "./demo-target.ts";
import { startNameServer, type NameServer } from "./name-server.ts";
import { startRecursive, type RecursiveServer } from "./recursive.ts";

/** The name of examples/demo that shows the target's addresses: a zone's own name. */
export const APEX = "example.com";

/** All that runs in the demo, on loopback addresses and free ports, with its files in a temporary folder. */
export interface DemoScene extends AsyncDisposable {
  readonly target: DemoTarget;
  /** What the controller asks, and what the demo stops. */
  readonly recursive: RecursiveServer;
  /** Serves the rendered zone file. */
  readonly server: NameServer;
  readonly zone: ServedZone;
  /** A visitor's recursive server: it caches what `server` says for as long as the published TTL. */
  readonly visitor: RecursiveServer;
  readonly controller: ManagedProcess;
  /** When that was started. */
  readonly startedAt: Millis;
  readonly opsUrl: string;
  readonly manifests: string;
  readonly out: string;
}

export interface SceneOptions {
  /** Told of each step as it begins. */
  readonly say: (text: string) => void;
}

export async function startDemoScene({ say }: SceneOptions): Promise<DemoScene> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "dnsalias-demo-"));
  starting.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const target = starting.use(await startDemoTarget(() => systemClock.now()));
  const recursive = starting.use(
    await startRecursive({ zones: Object.fromEntries(TARGET_ZONES.map((zone) => [zone, target.server])) }),
  );
  const server = starting.use(await startNameServer());
  const visitor = starting.use(await startRecursive({ zones: { [APEX]: server } }));
  const manifests = join(folder, "manifests");
  const out = join(folder, "zones");
  await mkdir(out);
  await copyExample("demo", manifests, [{ file: "zone.yaml", text: "port: 5300", by: `port: ${server.port}` }]);
  const zone = starting.use(serveZoneFile(server, APEX, join(out, `${APEX}.zone`)));
  say(`name servers run on loopback; starting dnsalias run on a copy of examples/demo …`);
  const opsPort = await freePort();
  const startedAt = systemClock.now();
  const controller = starting.use(await startDemoController({ manifests, out, recursive, opsPort }));
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const owned = starting.move();
  return {
    target,
    recursive,
    server,
    zone,
    visitor,
    controller,
    startedAt,
    opsUrl,
    manifests,
    out,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}
