import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type Millis } from "../../src/base/clock.ts";
import { freePort } from "../support/free-port.ts";
import { makeCertificate, startHttpsTarget, type HttpsTarget } from "../support/https-target.ts";
import type { ManagedProcess } from "../support/process.ts";
import { copyExample, startDemoController } from "./demo-controller.ts";
import { serveZoneFile, type ServedZone } from "./demo-served-zone.ts";
import { startNameServer, type NameServer } from "./name-server.ts";
import { startRecursive, type RecursiveServer } from "./recursive.ts";

/** The name of examples/demo-failover. */
export const SHOP = "example.com";

export const MAIN = "127.1.7.1";
export const STANDBY = "127.1.7.2";

/** All that runs in the demo of a failover, on loopback addresses and free ports, with its files in a temporary folder. */
export interface FailoverScene extends AsyncDisposable {
  readonly main: HttpsTarget;
  readonly standby: HttpsTarget;
  /** The port of both targets. */
  readonly port: number;
  /** The certificate that both targets present for {@link SHOP}. */
  readonly certificateFile: string;
  /** Serves the rendered zone file. */
  readonly server: NameServer;
  readonly zone: ServedZone;
  /** A visitor's recursive server: it caches the answers of `server` for the published TTL. */
  readonly visitor: RecursiveServer;
  readonly controller: ManagedProcess;
  /** When that was started. */
  readonly startedAt: Millis;
  readonly opsUrl: string;
  readonly out: string;
}

/** Seconds; of the addresses of both CDNs. */
const TTL = 4;

export async function startFailoverScene(say: (text: string) => void): Promise<FailoverScene> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "dnsalias-failover-"));
  starting.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const certificate = await makeCertificate(folder, SHOP);
  const port = await freePort(MAIN);
  const shared = { directory: folder, port, ...certificate };
  const main = starting.use(await startHttpsTarget({ ...shared, address: MAIN }));
  const standby = starting.use(await startHttpsTarget({ ...shared, address: STANDBY }));
  const cdns = starting.use(
    await startNameServer({ zones: { "cdn.test": [`main ${TTL} A ${MAIN}`, `standby ${TTL} A ${STANDBY}`] } }),
  );
  const recursive = starting.use(await startRecursive({ zones: { "cdn.test": cdns } }));
  const server = starting.use(await startNameServer());
  const visitor = starting.use(await startRecursive({ zones: { [SHOP]: server } }));
  const manifests = join(folder, "manifests");
  const out = join(folder, "zones");
  await mkdir(out);
  await copyExample("demo-failover", manifests, [
    { file: "zone.yaml", text: "port: 5300", by: `port: ${server.port}` },
    { file: "alias.yaml", text: "port: 8443", by: `port: ${port}` },
  ]);
  const zone = starting.use(serveZoneFile(server, SHOP, join(out, `${SHOP}.zone`)));
  say(
    "two HTTPS targets and the name servers run on loopback; starting dnsalias run on a copy of examples/demo-failover …",
  );
  const opsPort = await freePort();
  const startedAt = systemClock.now();
  const controller = starting.use(
    await startDemoController({
      manifests,
      out,
      recursive,
      opsPort,
      moreArgs: ["--health-check-allow=127.0.0.0/8"],
      env: { NODE_EXTRA_CA_CERTS: certificate.certificateFile },
    }),
  );
  const owned = starting.move();
  return {
    main,
    standby,
    port,
    certificateFile: certificate.certificateFile,
    server,
    zone,
    visitor,
    controller,
    startedAt,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    out,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}
