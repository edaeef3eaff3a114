import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { baseZoneText } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { startRecursive } from "../lab/recursive.ts";
import { waitFor } from "../lab/wait-for.ts";
import { makeCertificate, startHttpsTarget } from "../support/https-target.ts";
import { startFolderController } from "./folder-controller.ts";

/**
 * `dnsalias run` with health checks of addresses that are never checked, in five ways. Runs as a process in a network namespace, and
 * prints its result as JSON. Its argument is {@link SceneInput} as JSON.
 */
export interface SceneInput {
  /** Addresses that are never checked without an option. */
  readonly forbidden: readonly string[];
  /** Others, which only the name server has. */
  readonly hidden: readonly string[];
  /** Of `--health-check-allow`, in addition to the network of the permitted target. */
  readonly allow: readonly string[];
  /** The port of every check. */
  readonly port: number;
  /** The permitted target. */
  readonly permitted: string;
}

export interface SceneResult {
  /** The message of the condition Healthy, by the name of the DnsAlias. */
  readonly messages: Readonly<Record<string, string>>;
  /** Successful checks in all. */
  readonly successes: number;
}

const DOMAIN = "shop.example";
/** The least period, and the time of two. */
const PERIOD = "5s";
const TWO_PERIODS_MS = 11_000;
const OPS_PORT = 9_153;

async function play({ forbidden, hidden, allow, port, permitted }: SceneInput): Promise<SceneResult> {
  await using started = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-forbidden-"));
  started.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
  await mkdir(join(root, "manifests"));
  const certificate = await makeCertificate(root, DOMAIN);
  const target = started.use(await startHttpsTarget({ directory: root, address: permitted, port, ...certificate }));
  const elsewhere = forbidden[0] ?? "";
  target.behave({
    status: 302,
    headers: {
      location: `https://${elsewhere}:${port}/`,
      "alt-svc": `h2="${elsewhere}:${port}"`,
      refresh: `0; url=https://${elsewhere}:${port}/`,
    },
  });
  const named = [...hidden, ...forbidden];
  const records = named.map((address, index) => `t${index} 1 ${typeOf(address)} ${address}`);
  const cdn = started.use(await startNameServer({ zones: { "cdn.test": [...records, `rebound 1 A ${permitted}`] } }));
  const recursive = started.use(await startRecursive({ zones: { "cdn.test": cdn } }));
  const httpGet = { port, host: DOMAIN, httpHeaders: [{ name: "X-Forwarded-Host", value: elsewhere }] };
  const alias = (name: string, targets: readonly object[]): object => ({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name, namespace: "web" },
    spec: {
      hostnames: [`${name}.${DOMAIN}`],
      allowPrivate: true,
      selection: "Failover",
      targets: [{ name: "permitted", addresses: [permitted] }, ...targets],
      healthCheck: { httpGet, period: PERIOD, timeout: "1s" },
    },
  });
  const aliases = [
    ...chunks(forbidden.map((address, index) => ({ name: `t${index}`, addresses: [address] }))).map((targets, index) =>
      alias(`static-${index}`, targets),
    ),
    ...chunks(named.map((_, index) => ({ name: `t${index}`, hostname: `t${index}.cdn.test` }))).map((targets, index) =>
      alias(`named-${index}`, targets),
    ),
    alias("rebound", [{ name: "rebound", hostname: "rebound.cdn.test" }]),
  ];
  await writeFile(
    join(root, "manifests", "all.json"),
    JSON.stringify({ apiVersion: "v1", kind: "List", items: [zone(), ...aliases] }),
  );
  started.use(
    await startFolderController({
      root,
      opsPort: OPS_PORT,
      options: [
        "--owner-id=me",
        "--no-responder",
        `--resolver=${recursive.host}:${recursive.port}`,
        ...[`${permitted}/32`, ...allow].map((network) => `--health-check-allow=${network}`),
      ],
      env: { NODE_EXTRA_CA_CERTS: certificate.certificateFile },
    }),
  );
  await waitFor("a successful check", async () => require((await successes()) > 0, "no success"), { withinMs: 60_000 });
  await delay(TWO_PERIODS_MS);
  for (const address of forbidden.filter((one) => typeOf(one) === "A")) {
    cdn.set("rebound.cdn.test", "A", 1, [address]);
    await delay(TWO_PERIODS_MS / forbidden.length);
  }
  await delay(TWO_PERIODS_MS);
  const state = await readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
  return { messages: messagesIn(state), successes: await successes() };
}

function zone(): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "shop", namespace: "web" },
    spec: {
      domain: DOMAIN,
      ttl: { min: 1, max: 2 },
      provider: { coreDNS: { zoneFile: { baseZone: { inline: baseZoneText(DOMAIN) } } } },
    },
  };
}

async function successes(): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${OPS_PORT}/metrics`)).text();
  return Number(/^dnsalias_health_checks_total\{kind="httpGet",result="success"\} (\d+)$/m.exec(page)?.[1] ?? 0);
}

function messagesIn(state: string): Readonly<Record<string, string>> {
  const lines = state.split("\n").filter((line) => line.includes('"DnsAlias"') && line.includes("conditions"));
  const statuses = lines.map((line): [string, string] => {
    const { metadata, name, status } = JSON.parse(line.trim().replace(/,$/, ""));
    const healthy = status.conditions.find(({ type }: { readonly type: string }) => type === "Healthy");
    return [metadata?.name ?? name, healthy?.message ?? ""];
  });
  return Object.fromEntries(statuses);
}

function typeOf(address: string): "A" | "AAAA" {
  return address.includes(":") ? "AAAA" : "A";
}

/** A DnsAlias has at most 16 targets, of which one is the permitted one. */
function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / 15) }, (_, index) => items.slice(15 * index, 15 * (index + 1)));
}

function require(condition: boolean, message: string): void {
  if (!condition) {
    throw new Error(message);
  }
}

if (process.argv[1] === import.meta.filename) {
  const result = await play(JSON.parse(process.argv[2] ?? ""));
  process.stdout.write(`result ${JSON.stringify(result)}\n`);
}
