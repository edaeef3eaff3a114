import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { baseZoneManifest, aliasManifest } from "../lab/manifests.ts";
import { startNameServer, type NameServer } from "../lab/name-server.ts";
import { startRecursive, type RecursiveServer } from "../lab/recursive.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { dig } from "../support/dig.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { run } from "../support/run.ts";
import { type Secondary, SECONDARIES } from "../support/secondary.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome, answersBeside } from "./served.ts";

const DOMAIN = "moved.example";
const CATALOG = "catalog.example";
const KEY = { name: "transfer-key", secret: Buffer.from("a secret of thirty-two octets ..").toString("base64") };

describe("folder mode as a hidden primary of Knot", { skip: skipWithout("knotd", "knotc", "dig") }, () => {
  let target: NameServer;
  let recursive: RecursiveServer;
  let root: string;
  let primary: { readonly host: string; readonly port: number };
  let secondary: Secondary;
  let child: ManagedProcess;
  const started = new AsyncDisposableStack();

  before(async () => {
    target = started.use(await startNameServer({ zones: { "lb.test": ["www 2 A 11.9.1.1", "paused 2 A 11.9.2.1"] } }));
    recursive = started.use(await startRecursive({ zones: { "lb.test": target } }));
    root = await mkdtemp(join(tmpdir(), "dnsalias-transfer-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, "manifests"));
    primary = { host: "127.0.0.1", port: await freePort() };
    const port = await freePort();
    await write("zone.yaml", [zoneManifest(port), baseZoneManifest(DOMAIN), secretManifest()]);
    await write("alias.yaml", [alias("www", DOMAIN, {})]);
    await write("paused.yaml", [alias("paused", `paused.${DOMAIN}`, {})]);
    child = await start();
    secondary = started.use(await SECONDARIES.knot({ port, primary, zones: [], catalog: CATALOG, key: KEY }));
  });
  after(() => started.disposeAsync());
  after(() => child.stop());

  test("the secondary takes the zone up from the catalog, and has everything", async () => {
    await addressesBecome(secondary, DOMAIN, "A", ["11.9.1.1"]);
    const beside = await answersBeside(secondary, DOMAIN);
    assert.ok(
      Object.values(beside).every((reply) => JSON.stringify(reply).includes("NOERROR")),
      JSON.stringify(beside),
    );
    await statusShows(/"reason":"Ready".*"servers":{"current":1,"total":1}/);
  });

  test("it follows a change of the target", async () => {
    target.set("www.lb.test", "A", 2, ["11.9.1.2", "11.9.1.3"]);
    await addressesBecome(secondary, DOMAIN, "A", ["11.9.1.2", "11.9.1.3"]);
  });

  test("plan says that nothing would change", async () => {
    await waitFor("an empty plan", async () => {
      const { stdout, stderr, code } = await dnsalias("plan");
      assert.equal(code, 0, stdout + stderr);
    });
  });

  test("killed and started again while nothing can be looked up, it takes nothing away, not even at a paused alias", async () => {
    await write("paused.yaml", [alias("paused", `paused.${DOMAIN}`, { paused: true })]);
    await statusSettles();
    const before = await serial();
    await using sampler = startSampler(secondary, [
      { name: DOMAIN, family: "A" },
      { name: `paused.${DOMAIN}`, family: "A" },
    ]);
    await child.kill();
    await target.stop();
    child = await start();
    await waitFor("a higher serial", async () => assert.ok((await serial()) > before));
    await addressesBecome(secondary, `paused.${DOMAIN}`, "A", ["11.9.2.1"]);
    await addressesBecome(secondary, DOMAIN, "A", ["11.9.1.2", "11.9.1.3"]);
    assert.deepEqual(sampler.blanks(), []);
    await target.start();
    target.set("www.lb.test", "A", 2, ["11.9.1.4"]);
    await addressesBecome(secondary, DOMAIN, "A", ["11.9.1.4"], 60_000);
  });

  test("a zone whose manifest is gone is dropped by the secondary", async () => {
    await rm(join(root, "manifests", "zone.yaml"));
    await waitFor("the zone to be gone", async () => {
      assert.equal((await dig(secondary, DOMAIN, "SOA")).flags.includes("aa"), false);
    });
  });

  test("an address that is taken is said by the zone, and used when it is free", async () => {
    await child.stop();
    const squatter = createServer().listen(primary.port, primary.host);
    await once(squatter, "listening");
    await write("zone.yaml", [zoneManifest(secondary.port), baseZoneManifest(DOMAIN), secretManifest()]);
    child = await start();
    await statusShows(/"reason":"WriteFailed".*EADDRINUSE/);
    squatter.close();
    await addressesBecome(secondary, DOMAIN, "A", ["11.9.1.4"], 60_000);
  });

  function write(file: string, manifests: readonly string[]): Promise<void> {
    return writeFile(join(root, "manifests", file), manifests.map((text) => `---\n${text}\n`).join(""));
  }

  function options(): readonly string[] {
    return [
      `--manifests=${join(root, "manifests")}`,
      `--out=${join(root, "out")}`,
      `--resolver=${recursive.host}:${recursive.port}`,
    ];
  }

  function dnsalias(command: string) {
    return run(process.execPath, ["src/main.ts", command, ...options()], { env: { NO_COLOR: "1" } });
  }

  async function start(): Promise<ManagedProcess> {
    const opsPort = await freePort();
    const more = [
      `--listen-ops=127.0.0.1:${opsPort}`,
      "--no-responder",
      `--transfer-listen=${primary.host}:${primary.port}`,
    ];
    const args = ["src/main.ts", "run", ...options(), ...more];
    const running = startProcess({ component: "dnsalias run", command: process.execPath, args, stopAfterMs: 20_000 });
    const probe = async () => ((await fetch(`http://127.0.0.1:${opsPort}/healthz`)).ok ? undefined : "not well");
    await untilReady(running, { component: "dnsalias run", deadlineMs: 30_000, probe });
    return running;
  }

  async function serial(): Promise<number> {
    const [soa] = (await dig(secondary, DOMAIN, "SOA")).answer;
    return Number(soa?.data.split(" ")[2]);
  }

  async function zoneLine(): Promise<string> {
    const text = await readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
    return text.split("\n").find((line) => line.includes('"DnsZone"')) ?? "";
  }

  function statusShows(wanted: RegExp): Promise<void> {
    return waitFor(`the zone's status to show ${wanted}`, async () => assert.match(await zoneLine(), wanted));
  }

  /** Whatever is published is in the statuses a second or so later. */
  async function statusSettles(): Promise<void> {
    const published = await serial();
    await statusShows(new RegExp(`"serial":${published}\\b`));
    await waitFor("the paused alias's status", async () => {
      const text = await readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
      const line = text.split("\n").find((entry) => entry.includes('"name":"paused"')) ?? "";
      assert.match(line, /"reason":"Paused".*"addresses":\["11\.9\.2\.1"\]/);
    });
  }
});

function zoneManifest(port: number): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "moved", namespace: "dns-system" },
    spec: {
      domain: DOMAIN,
      allowedNamespaces: { from: "All" },
      ttl: { min: 2 },
      provider: {
        transfer: {
          baseZone: { configMapKeyRef: { name: "base-moved-example", key: "zone" } },
          allow: ["127.0.0.1"],
          tsig: { keyName: KEY.name, secretRef: { name: "transfer", key: "secret" } },
          notify: [{ address: "127.0.0.1", port }],
          catalog: CATALOG,
        },
      },
    },
  });
}

function secretManifest(): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "transfer", namespace: "dns-system" },
    stringData: { secret: KEY.secret },
  });
}

function alias(name: string, hostname: string, spec: Readonly<Record<string, unknown>>): string {
  return aliasManifest({
    name,
    hostnames: [hostname],
    targets: [`${name}.lb.test`],
    spec: { ipFamilies: ["IPv4"], allowPrivate: true, ...spec },
  });
}
