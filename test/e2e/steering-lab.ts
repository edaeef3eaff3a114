import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../lab/wait-for.ts";
import { parseDuration } from "../../src/api/schema/duration.ts";
import { startBind, type Bind } from "../support/bind.ts";
import { dig } from "../support/dig.ts";
import { freePort } from "../support/free-port.ts";
import { makeCertificate, startHttpsTarget, type HttpsTarget, type TestCertificate } from "../support/https-target.ts";
import type { ManagedProcess } from "../support/process.ts";
import { zoneText } from "../support/zone-text.ts";
import { startFolderController } from "./folder-controller.ts";

export const DOMAIN = "steered.example";

/** An alias that fails over, its targets as HTTPS servers on loopback, BIND, and dnsalias in folder mode. */
export interface SteeringLab extends AsyncDisposable {
  readonly bind: Bind;
  readonly root: string;
  readonly port: number;
  readonly certificate: TestCertificate;
  readonly dnsalias: ManagedProcess;
  /** The server at an address. */
  target(address: string): HttpsTarget;
  /** The status of the alias in the state file. */
  status(): Promise<AliasStatusText>;
  writeAlias(spec: SteeredSpec): Promise<void>;
  /** Another alias, whose target is an address that is checked too. */
  addControl(address: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  metrics(): Promise<string>;
}

export interface AliasStatusText {
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly selected?: { readonly targets: readonly string[]; readonly reason: string };
  readonly switchBound?: string;
  readonly targets: readonly {
    readonly name: string;
    readonly health?: string;
    readonly message?: string;
    readonly unhealthyAddresses?: readonly string[];
    readonly share?: { readonly wanted: number; readonly published: number };
  }[];
}

export interface SteeredSpec {
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  readonly healthCheck?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface SteeringLabOptions {
  /** Addresses of 127.0.0.0/8 with an HTTPS server each. */
  readonly servers: readonly string[];
  readonly spec: (port: number) => SteeredSpec;
  /** Default: all of loopback is checked. */
  readonly allow?: readonly string[];
  readonly options?: readonly string[];
}

/** 5 s is the least period. */
export function quickCheck(port: number): Readonly<Record<string, unknown>> {
  return { httpGet: { port }, period: "5s", timeout: "1s" };
}

export async function startSteeringLab(lab: SteeringLabOptions): Promise<SteeringLab> {
  await using starting = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-steering-"));
  starting.defer(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, "manifests"));
  const bind = starting.use(
    await startBind({ zones: { [DOMAIN]: zoneText([]) }, moreZone: "allow-update { any; }; allow-transfer { any; };" }),
  );
  const port = await freePort();
  const certificate = await makeCertificate(root, DOMAIN);
  const targets = new Map<string, HttpsTarget>();
  for (const address of lab.servers) {
    targets.set(address, starting.use(await startHttpsTarget({ directory: root, address, port, ...certificate })));
  }
  const writeAlias = (spec: SteeredSpec): Promise<void> =>
    writeFile(join(root, "manifests", "alias.yaml"), aliasText(spec));
  await writeFile(join(root, "manifests", "zone.yaml"), zoneManifest(bind));
  await writeAlias(lab.spec(port));
  let opsPort = 0;
  let dnsalias: ManagedProcess | undefined;
  const start = async (): Promise<void> => {
    opsPort = await freePort();
    dnsalias = await startFolderController({
      root,
      opsPort,
      options: [
        "--owner-id=me",
        "--resolver=127.0.0.1:9",
        "--no-responder",
        "--log-level=debug",
        "--log-format=json",
        ...(lab.allow ?? ["127.0.0.0/8"]).map((network) => `--health-check-allow=${network}`),
        ...(lab.options ?? []),
      ],
      env: { NODE_EXTRA_CA_CERTS: certificate.certificateFile },
    });
  };
  await start();
  starting.defer(async () => dnsalias?.stop());
  const started = starting.move();
  return {
    bind,
    root,
    port,
    certificate,
    target(address) {
      const found = targets.get(address);
      if (found === undefined) {
        throw new Error(`no server at ${address}`);
      }
      return found;
    },
    get dnsalias() {
      if (dnsalias === undefined) {
        throw new Error("dnsalias has not been started");
      }
      return dnsalias;
    },
    status: () => statusIn(root),
    writeAlias,
    addControl: (address) =>
      writeFile(
        join(root, "manifests", "control.yaml"),
        aliasText(
          { targets: [{ addresses: [address] }], healthCheck: { tcpSocket: { port }, period: "5s", timeout: "1s" } },
          "control",
        ),
      ),
    start,
    stop: async () => dnsalias?.stop(),
    metrics: async () => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Waits until the status of the alias is so. */
export async function statusBecomes(
  lab: SteeringLab,
  what: string,
  check: (status: AliasStatusText) => void,
  withinMs = 30_000,
): Promise<AliasStatusText> {
  await waitFor(what, async () => check(await lab.status()), { withinMs, everyMs: 100 });
  return lab.status();
}

/** The switch bound of a status, in milliseconds. */
export function boundMs({ switchBound }: AliasStatusText): number {
  const bound = parseDuration(switchBound ?? "");
  if (bound === undefined) {
    throw new Error(`no switch bound: "${switchBound}"`);
  }
  return bound;
}

/** The reason of the condition Healthy. */
export function healthyReason({ conditions }: AliasStatusText): string | undefined {
  return conditions.find(({ type }) => type === "Healthy")?.reason;
}

/** The serial of the zone at BIND, which each write raises by 1. */
export async function serialOf({ bind }: SteeringLab): Promise<number> {
  const { answer } = await dig(bind, DOMAIN, "SOA");
  return Number(answer[0]?.data.split(" ")[2]);
}

function zoneManifest({ host, port }: Bind): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "zone", namespace: "web" },
    spec: {
      domain: DOMAIN,
      provider: { rfc2136: { servers: [{ address: host, port }] } },
      servedBy: { addresses: [{ address: host, port }] },
      ttl: { min: 1, max: 2 },
    },
  });
}

function aliasText(spec: SteeredSpec, name = "shop"): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name, namespace: "web" },
    spec: { hostnames: [name === "shop" ? DOMAIN : `${name}.${DOMAIN}`], ...spec },
  });
}

/** The status of an alias in the state file below `root`. Throws before there is one. */
export async function statusIn(root: string, name = "shop"): Promise<AliasStatusText> {
  const text = await readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
  const line = text.split("\n").find((one) => one.includes(`"name":"${name}"`) && one.includes("conditions")) ?? "";
  return JSON.parse(line.trim().replace(/,$/, "")).status;
}
