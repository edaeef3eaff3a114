import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { answerData, dig } from "../support/dig.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { API_KEY_REF, startOutsideLab, TSIG_REF, type OutsideLab } from "./outside-lab.ts";

const DOMAIN = "owners.example";
const SERVERS = ["bind", "pdns"] as const;

/** Two installations with different owner ids in one zone, both running, at a server with compare-and-swap and at one without. */
describe("two owners in one zone", { skip: skipWithout("named", "pdns_server", "pdnsutil", "sqlite3", "dig") }, () => {
  let lab: OutsideLab;
  let root: string;
  const started = new AsyncDisposableStack();

  before(async () => {
    lab = started.use(await startOutsideLab(DOMAIN));
    root = await mkdtemp(join(tmpdir(), "dnsalias-owners-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    started.use(await startOwner("red", { [DOMAIN]: "192.0.2.1", [`shared.${DOMAIN}`]: "192.0.2.11" }));
    for (const server of SERVERS) {
      await addressesAt(server, `shared.${DOMAIN}`, ["192.0.2.11"]);
    }
    started.use(await startOwner("blue", { [`www.${DOMAIN}`]: "192.0.2.2", [`shared.${DOMAIN}`]: "192.0.2.22" }));
  });
  after(() => started.disposeAsync());

  for (const server of SERVERS) {
    test(`each has its names at ${server}, and the first has the name that both want`, async () => {
      await addressesAt(server, DOMAIN, ["192.0.2.1"]);
      await addressesAt(server, `www.${DOMAIN}`, ["192.0.2.2"]);
      await addressesAt(server, `shared.${DOMAIN}`, ["192.0.2.11"]);
      assert.match(await marker(server, DOMAIN), /heritage=dnsalias,owner=red,/);
      assert.match(await marker(server, `www.${DOMAIN}`), /heritage=dnsalias,owner=blue,/);
      assert.match(await marker(server, `shared.${DOMAIN}`), /heritage=dnsalias,owner=red,/);
    });
  }

  test("the second says whose the name is, and goes on with the others", async () => {
    await waitFor("the refusal", async () =>
      assert.match(await readFile(join(root, "blue", "state.json"), "utf8"), /ForeignOwner/),
    );
  });

  test("while both run for 15 s nothing is written any more", async () => {
    const before = await Promise.all(SERVERS.map(serial));
    await delay(15_000);
    assert.deepEqual(await Promise.all(SERVERS.map(serial)), before);
  });

  test("a deletion by one takes its own records away, and nothing of the other", async () => {
    await writeFile(join(root, "red", "manifests", "aliases.yaml"), aliasOf("red", { [DOMAIN]: "192.0.2.1" }));
    for (const server of SERVERS) {
      await addressesAt(server, `www.${DOMAIN}`, ["192.0.2.2"]);
      await addressesAt(server, DOMAIN, ["192.0.2.1"]);
      await waitFor("the shared name to be let go", async () =>
        assert.doesNotMatch(await marker(server, `shared.${DOMAIN}`), /owner=red/),
      );
      assert.deepEqual(answerData(await dig(lab[server], `mail.${DOMAIN}`, "A"), "A"), ["192.0.2.25"]);
    }
  });

  async function startOwner(owner: string, names: Readonly<Record<string, string>>): Promise<ManagedProcess> {
    const home = join(root, owner);
    await mkdir(join(home, "manifests"), { recursive: true });
    const zones = [zoneOf("bind", lab.providers.rfc2136), zoneOf("pdns", lab.providers.powerDNS, lab.pdnsServedBy)];
    const secrets = [secretOf(TSIG_REF, lab.tsigSecret), secretOf(API_KEY_REF, lab.apiKey)];
    await writeFile(join(home, "manifests", "zones.yaml"), [...zones, ...secrets].join("\n---\n"));
    await writeFile(join(home, "manifests", "aliases.yaml"), aliasOf(owner, names));
    const opsPort = await freePort();
    const folders = [
      "--manifests",
      join(home, "manifests"),
      "--out",
      join(home, "out"),
      "--state",
      join(home, "state.json"),
    ];
    const rest = ["--owner-id", owner, "--resolver", "127.0.0.1:9", "--listen-ops", `127.0.0.1:${opsPort}`];
    const component = `dnsalias run (${owner})`;
    const args = ["src/main.ts", "run", "--no-responder", ...folders, ...rest];
    const child = startProcess({ component, command: process.execPath, args, stopAfterMs: 20_000 });
    const probe = async () => ((await fetch(`http://127.0.0.1:${opsPort}/readyz`)).ok ? undefined : "not ready");
    await untilReady(child, { component, deadlineMs: 30_000, probe });
    return child;
  }

  async function addressesAt(server: (typeof SERVERS)[number], name: string, wanted: readonly string[]): Promise<void> {
    await waitFor(`${name} at ${server} to be ${wanted.join(" ")}`, async () =>
      assert.deepEqual(answerData(await dig(lab[server], name, "A"), "A"), wanted),
    );
  }

  async function marker(server: (typeof SERVERS)[number], name: string): Promise<string> {
    return answerData(await dig(lab[server], `_dnsalias.${name}`, "TXT"), "TXT").join(" ");
  }

  async function serial(server: (typeof SERVERS)[number]): Promise<string> {
    return answerData(await dig(lab[server], DOMAIN, "SOA"), "SOA").join(" ");
  }
});

function zoneOf(name: string, provider: object, servedBy?: object): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace: "dns" },
    spec: {
      domain: DOMAIN,
      allowedNamespaces: { from: "All" },
      provider,
      ...(servedBy && { servedBy }),
      ttl: { min: 2 },
    },
  });
}

function aliasOf(owner: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([hostname, address], index) =>
      aliasManifest({ name: `${owner}-${index}`, hostnames: [hostname], targets: [[address]] }),
    )
    .join("\n---\n");
}

function secretOf({ name, key }: { readonly name: string; readonly key: string }, text: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "dns" },
    stringData: { [key]: text },
  });
}
