import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { listAt, textAt } from "../../src/base/json.ts";
import { skipWithout } from "../support/component.ts";
import { dig } from "../support/dig.ts";
import { startExternalDnsWebhook, type ExternalDnsWebhook } from "../support/external-dns-webhook.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { run } from "../support/run.ts";
import { addressesBecome } from "./served.ts";
import { API_KEY_REF, secretsIn, startOutsideLab, TSIG_REF, type OutsideLab } from "./outside-lab.ts";

const DOMAIN = "outside.example";
const skip = skipWithout(
  "external-dns-webhook",
  "named",
  "named-checkconf",
  "pdns_server",
  "pdnsutil",
  "pdns_control",
  "sqlite3",
  "dig",
);

describe("folder mode, with one alias in zones at BIND, PowerDNS, a webhook and in a file", { skip }, () => {
  let lab: OutsideLab;
  let hook: ExternalDnsWebhook;
  let root: string;
  let opsPort: number;
  let child: ManagedProcess;
  const started = new AsyncDisposableStack();

  before(async () => {
    lab = started.use(await startOutsideLab(DOMAIN));
    hook = started.use(await startExternalDnsWebhook({ provider: { kind: "inmemory" }, zones: [DOMAIN] }));
    root = await mkdtemp(join(tmpdir(), "dnsalias-outside-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, "manifests"));
    await write("zones.yaml", [
      zone("bind", lab.providers.rfc2136),
      zone("pdns", lab.providers.powerDNS, lab.pdnsServedBy),
      zone("file", FILE),
      zone("hook", { externalDNSWebhook: { url: hook.url } }),
    ]);
    await write("alias.yaml", [alias("192.0.2.1")]);
    await write("secrets.yaml", [secret(TSIG_REF, lab.tsigSecret), secret(API_KEY_REF, lab.apiKey)]);
  });
  after(() => started.disposeAsync());

  test("plan shows what would be written to each, and writes nothing", async () => {
    const { stdout, stderr, code } = await dnsalias("plan");
    assert.equal(code, 2, stderr);
    for (const provider of ["rfc2136", "powerDNS", "coreDNS/zoneFile", "externalDNSWebhook"]) {
      assert.match(stdout, new RegExp(provider));
    }
    assert.equal([...stdout.matchAll(/192\.0\.2\.1/g)].length, 4, stdout);
    assert.deepEqual((await dig(lab.bind, DOMAIN, "A")).answer, []);
    assert.deepEqual(secretsIn(stdout + stderr, lab.secrets), []);
    const manifest = await readFile(join(root, "manifests", "secrets.yaml"), "utf8");
    assert.equal(secretsIn(manifest, lab.secrets).length, 2, "the search finds what is there");
  });

  test("run writes each, proves it, and leaves what it does not own", async () => {
    child = await start();
    started.defer(() => child.stop());
    for (const server of [lab.bind, lab.pdns]) {
      await addressesBecome(server, DOMAIN, "A", ["192.0.2.1"]);
      assert.equal((await dig(server, DOMAIN, "MX")).answer.length, 1);
      assert.equal((await dig(server, `mail.${DOMAIN}`, "A")).answer.length, 1);
      assert.match((await dig(server, `_dnsalias.${DOMAIN}`, "TXT")).text, /heritage=dnsalias/);
    }
    await fileShows(/192\.0\.2\.1/);
    await statusShows("bind", /"reason":"Ready"/);
    await statusShows("pdns", /"reason":"Ready"/);
    await statusShows("hook", /"reason":"Ready"/);
    await waitFor("the webhook", async () => assert.deepEqual(await hookAddresses(), ["192.0.2.1"]));
    await statusShows("bind", /"servers":{"current":1,"total":1}/);
  });

  test("a change goes to all; afterwards the plan is empty", async () => {
    await write("alias.yaml", [alias("192.0.2.2")]);
    await addressesBecome(lab.bind, DOMAIN, "A", ["192.0.2.2"]);
    await addressesBecome(lab.pdns, DOMAIN, "A", ["192.0.2.2"]);
    await waitFor("the webhook", async () => assert.deepEqual(await hookAddresses(), ["192.0.2.2"]));
    await waitFor("an empty plan", async () => {
      const { stdout, code } = await dnsalias("plan");
      assert.equal(code, 0, stdout);
    });
    const { stdout } = await dnsalias("explain", DOMAIN);
    assert.match(stdout, /192\.0\.2\.2/);
    assert.deepEqual(secretsIn(stdout, lab.secrets), []);
  });

  test("a name that BIND rejects by default stops no other name, at BIND or elsewhere, and says whose words they are", async () => {
    const underscore = `my_app.${DOMAIN}`;
    await write("rejected.yaml", [aliasManifest({ name: "app", hostnames: [underscore], targets: [["192.0.2.9"]] })]);
    await addressesBecome(lab.pdns, underscore, "A", ["192.0.2.9"]);
    await statusShows("bind", /"reason":"Rejected".*my_app.* answers REFUSED to these records/);
    await statusShows(
      "app",
      /"reason":"Rejected".*The A records of my_app\.outside\.example cannot be written: .*check-names/,
      "DnsAlias",
    );
    await statusShows("outside", /"status":"True","type":"Ready"|"type":"Ready","status":"True"/, "DnsAlias");
    await write("alias.yaml", [alias("192.0.2.22")]);
    await addressesBecome(lab.bind, DOMAIN, "A", ["192.0.2.22"]);
    assert.deepEqual((await dig(lab.bind, underscore, "A")).answer, []);
    assert.deepEqual((await dig(lab.bind, `_dnsalias.${underscore}`, "TXT")).answer, [], "no marker is left alone");
    await rm(join(root, "manifests", "rejected.yaml"));
    await waitFor("PowerDNS", async () => assert.deepEqual((await dig(lab.pdns, underscore, "A")).answer, []));
    await statusShows("bind", /"reason":"Ready"/);
  });

  test("a wrong credential stops its own zone alone, says which Secret, and the right one goes on at once", async () => {
    const wrong = Buffer.from("wrong".repeat(6)).toString("base64");
    await write("secrets.yaml", [secret(TSIG_REF, wrong), secret(API_KEY_REF, "wrong-api-key")]);
    await statusShows("file", /"reason":"Ready"/);
    await write("alias.yaml", [alias("192.0.2.3")]);
    await statusShows("bind", /"reason":"BadSignature".*dnsalias-tsig/);
    await statusShows("pdns", /"reason":"Unauthorized".*dnsalias-powerdns/);
    await fileShows(/192\.0\.2\.3/);
    assert.equal((await dig(lab.bind, DOMAIN, "A")).answer.length, 1, "the records stand");
    await write("secrets.yaml", [secret(TSIG_REF, lab.tsigSecret), secret(API_KEY_REF, lab.apiKey)]);
    await addressesBecome(lab.bind, DOMAIN, "A", ["192.0.2.3"], 10_000);
    await addressesBecome(lab.pdns, DOMAIN, "A", ["192.0.2.3"], 10_000);
    assert.deepEqual(secretsIn(await everythingSaid(), [...lab.secrets, wrong, "wrong-api-key"]), []);
  });

  test("a Secret that is missing, and a provider that needs a cluster, say so", async () => {
    await write("more.yaml", [
      zone("endpoint", { dnsEndpoint: {} }),
      zone("bare", { powerDNS: { url: lab.pdns.apiUrl, serverId: "other", apiKeyRef: { name: "nowhere", key: "k" } } }),
    ]);
    await statusShows("endpoint", /"reason":"NotSupported".*requires a cluster/);
    await statusShows("bare", /"reason":"SecretMissing".*Secret dns\/nowhere is not in the manifests/);
    await write("more.yaml", [zone("twin", lab.providers.rfc2136)]);
    await statusShows("twin", /"reason":"ZoneConflict".*DnsZone dns\/bind already writes to the same place/);
  });

  test("a deleted alias is withdrawn everywhere, its markers too", async () => {
    await rm(join(root, "manifests", "alias.yaml"));
    for (const server of [lab.bind, lab.pdns]) {
      await addressesBecome(server, DOMAIN, "A", []);
      assert.deepEqual((await dig(server, `_dnsalias.${DOMAIN}`, "TXT")).answer, []);
      assert.equal((await dig(server, DOMAIN, "MX")).answer.length, 1);
    }
    await waitFor("the webhook", async () => assert.deepEqual(await hookAddresses(), []));
    assert.deepEqual(secretsIn(await everythingSaid(), lab.secrets), []);
    await child.stop();
    assert.equal(child.ended(), "ended with 0");
    assert.deepEqual(secretsIn(child.output() + (await stateText()), lab.secrets), []);
  });

  function write(file: string, manifests: readonly string[]): Promise<void> {
    return writeFile(join(root, "manifests", file), manifests.map((text) => `---\n${text}\n`).join(""));
  }

  function options(): readonly string[] {
    return [
      "--manifests",
      join(root, "manifests"),
      "--out",
      join(root, "out"),
      "--owner-id=me",
      "--resolver=127.0.0.1:9",
    ];
  }

  function dnsalias(command: string, ...words: readonly string[]) {
    return run(process.execPath, ["src/main.ts", command, ...words, ...options()], { env: { NO_COLOR: "1" } });
  }

  async function start(): Promise<ManagedProcess> {
    opsPort = await freePort();
    const more = [`--listen-ops=127.0.0.1:${opsPort}`, "--no-responder", "--log-format=json", "--log-level=debug"];
    const args = ["src/main.ts", "run", ...options(), ...more];
    const running = startProcess({ component: "dnsalias run", command: process.execPath, args, stopAfterMs: 20_000 });
    const probe = async () => ((await fetch(`http://127.0.0.1:${opsPort}/healthz`)).ok ? undefined : "not well");
    await untilReady(running, { component: "dnsalias run", deadlineMs: 30_000, probe });
    return running;
  }

  /** What ExternalDNS's provider has at the apex. */
  async function hookAddresses(): Promise<readonly string[]> {
    const accept = "application/external.dns.webhook+json;version=1";
    const records: unknown = await (await fetch(`${hook.url}/records`, { headers: { accept } })).json();
    return (Array.isArray(records) ? records : [])
      .filter((record) => textAt(record, "dnsName") === DOMAIN && textAt(record, "recordType") === "A")
      .flatMap((record) => listAt(record, "targets").map(String));
  }

  /** Each zone is written for itself, so that another one's records say nothing of the file. */
  function fileShows(wanted: RegExp): Promise<void> {
    return waitFor(`the zone file to have ${wanted}`, async () =>
      assert.match(await readFile(join(root, "out", `${DOMAIN}.zone`), "utf8"), wanted),
    );
  }

  function stateText(): Promise<string> {
    return readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
  }

  function statusShows(name: string, wanted: RegExp, kind = "DnsZone"): Promise<void> {
    return waitFor(`the status of ${name} to show ${wanted}`, async () => {
      const line = (await stateText())
        .split("\n")
        .find((text) => text.includes(`"${kind}"`) && text.includes(`"name":"${name}"`));
      assert.match(line ?? "", wanted);
    });
  }

  /** State file, log, metrics. */
  async function everythingSaid(): Promise<string> {
    const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
    return [await stateText(), child.output(), metrics].join("\n");
  }
});

const FILE = {
  coreDNS: { zoneFile: { baseZone: { inline: "@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n" } } },
};

function zone(name: string, provider: object, servedBy?: object): string {
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

function alias(address: string): string {
  return aliasManifest({ name: "outside", hostnames: [DOMAIN], targets: [[address]] });
}

function secret({ name, key }: { readonly name: string; readonly key: string }, text: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "dns" },
    stringData: { [key]: text },
  });
}
