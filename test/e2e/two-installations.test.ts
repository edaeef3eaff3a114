import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { readAlias } from "./objects.ts";
import { API_KEY_REF, TSIG_REF } from "./outside-lab.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSharedPlaces, watchPlaces, type SharedPlaces } from "./shared-places.ts";

const DOMAIN = "shared.example";
const NAMES = ["east", "west", "both"].map((label) => `${label}.${DOMAIN}`);
const SERVERS = ["named", "pdns_server", "pdnsutil", "sqlite3", "dig", "etcd", "external-dns-webhook"] as const;

/** dnsalias with its DnsZones at all places, and with no owner id in its settings. */
interface Installation extends AsyncDisposable {
  /** Names, and their addresses: one alias each. */
  publish(names: Readonly<Record<string, string>>): Promise<void>;
  /** The reason of an alias's Ready condition. */
  reason(label: string): Promise<string>;
  restart(how: "stop" | "kill"): Promise<void>;
  ownerId(): Promise<string>;
}

const KINDS = [
  { kind: "folders", start: startFolder, skip: skipWithout(...SERVERS) },
  { kind: "clusters", start: startCluster, skip: REAL_SERVERS || skipWithout(...SERVERS) },
] as const;

/** All have servers and installations of their own, and mostly wait. */
describe("installations that share servers", { concurrency: true }, () => {
  KINDS.forEach(twoInstallations);
  ownerIdChanges();
});

function twoInstallations({ kind, start, skip }: (typeof KINDS)[number]): void {
  describe(`two installations in one zone with default settings, as two ${kind}`, { skip, concurrency: 1 }, () => {
    let shared: SharedPlaces;
    let first: Installation;
    let second: Installation;
    let ids: readonly [string, string] = ["", ""];
    const started = new AsyncDisposableStack();

    before(async () => {
      shared = started.use(await startSharedPlaces(DOMAIN));
      first = started.use(await start(shared));
      second = started.use(await start(shared));
      await first.publish({ east: "192.0.2.1", both: "192.0.2.11" });
      ids = [await first.ownerId(), await second.ownerId()];
      await shared.become(NAMES, { east: `192.0.2.1 ${ids[0]}`, both: `192.0.2.11 ${ids[0]}` });
    });
    after(() => started.disposeAsync());

    test("each has an id of its own, its names and their markers, and the first has the name that both want", async () => {
      assert.notEqual(ids[0], ids[1]);
      assert.match(ids.join(), /^[0-9a-f-]{36},[0-9a-f-]{36}$/);
      await second.publish({ west: "192.0.2.2", both: "192.0.2.22" });
      await shared.become(NAMES, {
        east: `192.0.2.1 ${ids[0]}`,
        west: `192.0.2.2 ${ids[1]}`,
        both: `192.0.2.11 ${ids[0]}`,
      });
      await waitFor("the refusal", async () => assert.equal(await second.reason("both"), "ForeignOwner"));
      assert.notEqual(await second.reason("west"), "ForeignOwner");
    });

    test("neither modifies a record or a marker of the other while both run, after a restart of each, and after a kill", async () => {
      const before = await shared.readAll(NAMES);
      const watch = watchPlaces(shared, NAMES);
      await delay(5_000);
      for (const [one, how] of [
        [first, "stop"],
        [second, "stop"],
        [second, "kill"],
        [first, "kill"],
      ] as const) {
        await one.restart(how);
        await delay(5_000);
      }
      assert.deepEqual(await watch.stop(), [...before].sort());
      assert.deepEqual([await first.ownerId(), await second.ownerId()], ids);
      await waitFor("the refusal", async () => assert.equal(await second.reason("both"), "ForeignOwner"));
    });

    test("each follows its own names and withdraws them alone, and the second gets the name that the first gives up", async () => {
      const watch = watchPlaces(shared, [`west.${DOMAIN}`]);
      await first.publish({ east: "192.0.2.111" });
      await shared.become(NAMES, { east: `192.0.2.111 ${ids[0]}`, west: `192.0.2.2 ${ids[1]}` });
      // It reads the zone every five minutes, and at its start.
      await second.restart("stop");
      await shared.become(NAMES, {
        east: `192.0.2.111 ${ids[0]}`,
        west: `192.0.2.2 ${ids[1]}`,
        both: `192.0.2.22 ${ids[1]}`,
      });
      await first.publish({});
      await shared.become(NAMES, { west: `192.0.2.2 ${ids[1]}`, both: `192.0.2.22 ${ids[1]}` });
      assert.deepEqual(
        (await watch.stop()).filter((line) => !line.endsWith(`west 192.0.2.2 ${ids[1]}`)),
        [],
      );
    });
  });
}

function ownerIdChanges(): void {
  describe("an installation that changes its owner id", { skip: skipWithout(...SERVERS), concurrency: 1 }, () => {
    let shared: SharedPlaces;
    const started = new AsyncDisposableStack();
    const LABELS = { east: "192.0.2.1", both: "192.0.2.11" };
    before(async () => {
      shared = started.use(await startSharedPlaces(DOMAIN));
    });
    after(() => started.disposeAsync());

    test("adopts its records at all places without a gap, and nothing of another installation", async () => {
      await using blue = await startFolder(shared, ["--owner-id", "blue"]);
      await blue.publish({ west: "192.0.2.2" });
      {
        await using before = await startFolder(shared, ["--owner-id", "old"]);
        await before.publish(LABELS);
        await shared.become(NAMES, { east: "192.0.2.1 old", west: "192.0.2.2 blue", both: "192.0.2.11 old" });
        await before.publish(LABELS);
      }
      const watch = watchPlaces(shared, NAMES);
      await using without = await startFolder(shared);
      await without.publish({ east: "192.0.2.99" });
      await waitFor("the refusal", async () => assert.equal(await without.reason("east"), "ForeignOwner"));
      await without.publish({});
      await delay(3_000);
      await using now = await startFolder(shared, ["--adopt-owner-id", "old"]);
      await now.publish({ east: "192.0.2.1" });
      const id = await now.ownerId();
      await shared.become(NAMES, { east: `192.0.2.1 ${id}`, west: "192.0.2.2 blue", both: "192.0.2.11 old" });
      const seen = await watch.stop();
      const allowed = new RegExp(
        `east 192\\.0\\.2\\.1 (old|${id})$|west 192\\.0\\.2\\.2 blue$|both 192\\.0\\.2\\.11 old$`,
      );
      assert.deepEqual(
        seen.filter((line) => !allowed.test(line)),
        [],
      );
      await now.publish({ east: "192.0.2.3" });
      await shared.become(NAMES, { east: `192.0.2.3 ${id}`, west: "192.0.2.2 blue", both: "192.0.2.11 old" });
      await now.publish({});
      await shared.become(NAMES, { west: "192.0.2.2 blue", both: "192.0.2.11 old" });
    });

    for (const { name, args, says } of [
      { name: "the id default", args: ["--owner-id", "default"], says: /--owner-id .* is \\?"default/ },
      {
        name: "a state file that can't be written",
        args: ["--state", "/sys/kernel/dnsalias-state.json"],
        says: /the owner id cannot be saved in the state file/,
      },
    ]) {
      test(`with ${name}, folder mode writes nothing to these places, says why, and writes its files`, async () => {
        const before = await shared.readAll([...NAMES, `south.${DOMAIN}`]);
        await using installation = await startFolder(shared, args);
        await installation.publish({ south: "192.0.2.4" });
        const page = await waitFor("the zones to say why", async () => {
          const text = await installation.statusPage();
          for (const place of ["bind", "pdns", "etcd", "hook"]) {
            assert.match(text, new RegExp(`DnsZone dns/${place} is not written`));
          }
          return text;
        });
        assert.match(page.replaceAll("&quot;", '"'), says);
        await waitFor("the file", async () => assert.match(await installation.zoneFile(), /192\.0\.2\.4/));
        assert.deepEqual(await shared.readAll([...NAMES, `south.${DOMAIN}`]), before);
      });
    }
  });
}

interface FolderInstallation extends Installation {
  statusPage(): Promise<string>;
  zoneFile(): Promise<string>;
}

async function startFolder(shared: SharedPlaces, moreArgs: readonly string[] = []): Promise<FolderInstallation> {
  const home = await mkdtemp(join(tmpdir(), "dnsalias-installation-"));
  const manifests = join(home, "manifests");
  await mkdir(manifests);
  const file = { coreDNS: { zoneFile: { baseZone: { inline: BASE_ZONE } } } };
  const zones = [...shared.places, { name: "file", provider: file, servedBy: undefined }].map(
    ({ name, provider, servedBy }) => zoneOf("dns", name, provider, servedBy),
  );
  const secrets = secretsOf(shared).map(([ref, text]) => secretOf("dns", ref, text));
  await writeFile(join(manifests, "zones.yaml"), [...zones, ...secrets].join("\n---\n"));
  const opsPort = await freePort();
  const launch = async (): Promise<ManagedProcess> => {
    const component = "dnsalias run";
    const args = ["--manifests", manifests, "--out", join(home, "out"), "--resolver", "127.0.0.1:9"];
    const child = startProcess({
      component,
      command: process.execPath,
      args: ["src/main.ts", "run", "--no-responder", ...args, "--listen-ops", `127.0.0.1:${opsPort}`, ...moreArgs],
      stopAfterMs: 20_000,
    });
    const probe = async () => ((await fetch(`http://127.0.0.1:${opsPort}/healthz`)).ok ? undefined : "not healthy");
    await untilReady(child, { component, deadlineMs: 30_000, probe });
    return child;
  };
  let child = await launch();
  const stateFile = join(home, "out", ".dnsalias-state.json");
  return {
    publish: (names) => writeFile(join(manifests, "aliases.yaml"), aliasesOf(names).join("\n---\n")),
    async reason(label) {
      const line = (await readFile(stateFile, "utf8")).split("\n").find((text) => text.includes(`"name":"${label}"`));
      return readyReason(line ?? "");
    },
    async restart(how) {
      await (how === "stop" ? child.stop() : child.kill());
      child = await launch();
    },
    ownerId: async () => /"ownerId":"([^"]+)"/.exec(await readFile(stateFile, "utf8"))?.[1] ?? "",
    statusPage: async () => (await fetch(`http://127.0.0.1:${opsPort}/`)).text(),
    zoneFile: () => readFile(join(home, "out", `${DOMAIN}.zone`), "utf8"),
    async [Symbol.asyncDispose]() {
      await child.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function startCluster(shared: SharedPlaces): Promise<Installation> {
  const lab = await startClusterLab();
  await lab.apply(...secretsOf(shared).map(([ref, text]) => secretOf("dns-system", ref, text)));
  await lab.apply(
    ...shared.places.map(({ name, provider, servedBy }) => zoneOf("dns-system", name, provider, servedBy)),
  );
  return {
    async publish(names) {
      const gone = ["east", "west", "both"].filter((label) => names[label] === undefined);
      await lab.kubectl("delete", "dnsalias", "--namespace=web", "--ignore-not-found", "--timeout=60s", ...gone);
      const aliases = aliasesOf(names);
      await (aliases.length === 0 ? undefined : lab.apply(...aliases));
    },
    reason: async (label) => readyReason(JSON.stringify((await readAlias(lab, `web/${label}`)).json)),
    async restart(how) {
      await (how === "stop" ? lab.controller.stop() : lab.controller.kill());
      await lab.controller.start();
    },
    ownerId: async () => lab.kubectl("get", "namespace", "kube-system", "--output=jsonpath={.metadata.uid}"),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}

function readyReason(status: string): string {
  const condition = /\{[^{}]*"type":"Ready"[^{}]*\}/.exec(status)?.[0] ?? "";
  return /"reason":"(\w+)"/.exec(condition)?.[1] ?? "";
}

function aliasesOf(names: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(names).map(([label, address]) =>
    aliasManifest({ name: label, hostnames: [`${label}.${DOMAIN}`], targets: [[address]] }),
  );
}

const BASE_ZONE = "$TTL 300\n@ IN SOA ns1 hostmaster 1 3600 600 86400 60\n@ IN NS ns1\nns1 IN A 192.0.2.53\n";

function zoneOf(namespace: string, name: string, provider: object, servedBy: object | undefined): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace },
    spec: {
      domain: DOMAIN,
      allowedNamespaces: { from: "All" },
      provider,
      ...(servedBy && { servedBy }),
      ttl: { min: 2 },
    },
  });
}

function secretsOf({ lab }: SharedPlaces) {
  return [
    [TSIG_REF, lab.tsigSecret],
    [API_KEY_REF, lab.apiKey],
  ] as const;
}

function secretOf(
  namespace: string,
  { name, key }: { readonly name: string; readonly key: string },
  text: string,
): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    stringData: { [key]: text },
  });
}
