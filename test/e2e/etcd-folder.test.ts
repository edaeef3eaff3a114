import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { startCoreDns, type CoreDns } from "../support/coredns.ts";
import { dig } from "../support/dig.ts";
import { startEtcd, type Etcd } from "../support/etcd.ts";
import { etcdStore } from "../support/etcd-store.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { freePort } from "../support/free-port.ts";
import { run } from "../support/run.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "etcd.example";
const PASSWORD = "p4ssword-that-nobody-may-see";

describe("folder mode, with an alias at etcd and CoreDNS", { skip: skipWithout("etcd", "coredns", "dig") }, () => {
  let etcd: Etcd;
  let coredns: CoreDns;
  let root: string;
  let child: ManagedProcess;
  const started = new AsyncDisposableStack();

  before(async () => {
    etcd = started.use(await startEtcd());
    coredns = started.use(
      await startCoreDns({
        corefile: `${DOMAIN} {\n bind {$DNS_HOST}\n etcd {\n endpoint ${etcd.clientUrl}\n credentials root ${PASSWORD}\n no_apex_fallback\n }\n}\n`,
      }),
    );
    const store = etcdStore(etcd.clientUrl);
    await store.put("/skydns/example/etcd/mx1", '{"host":"mail.example.net","mail":true}');
    await store.put("/skydns/example/etcd/dns/ns/ns1", '{"host":"192.0.2.53"}');
    await store.call("/v3/auth/user/add", { name: "root", password: PASSWORD });
    await store.call("/v3/auth/user/grant", { user: "root", role: "root" });
    await store.call("/v3/auth/enable", {});
    root = await mkdtemp(join(tmpdir(), "dnsalias-etcd-folder-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, "manifests"));
    await write("zone.yaml", zone());
    await write("secret.yaml", secret(PASSWORD));
    await write("alias.yaml", alias("192.0.2.1"));
  });
  after(() => started.disposeAsync());

  test("the apex and a name below it are served, beside what is there", async () => {
    child = await start();
    started.defer(() => child.stop());
    await addressesBecome(coredns, DOMAIN, "A", ["192.0.2.1"]);
    await addressesBecome(coredns, `www.${DOMAIN}`, "A", ["192.0.2.1"]);
    assert.equal((await dig(coredns, DOMAIN, "MX")).answer.length, 1);
    assert.equal((await dig(coredns, DOMAIN, "NS")).answer.length, 1);
    await statusShows(/"reason":"Ready".*"servers":{"current":1,"total":1}/);
  });

  test("a change is followed, and the plan is empty then", async () => {
    await write("alias.yaml", alias("192.0.2.2"));
    await addressesBecome(coredns, DOMAIN, "A", ["192.0.2.2"]);
    await waitFor("an empty plan", async () => {
      const { stdout, code } = await run(process.execPath, ["src/main.ts", "plan", ...options()]);
      assert.equal(code, 0, stdout);
    });
  });

  test("a wildcard, which the plugin has not, is refused by name", async () => {
    await write("wild.yaml", aliasManifest({ name: "wild", hostnames: [`*.${DOMAIN}`], targets: [["192.0.2.9"]] }));
    await waitFor("the refusal", async () => {
      const line = (await stateText()).split("\n").find((text) => text.includes(`"name":"wild"`));
      assert.match(line ?? "", /"reason":"NotSupported".*has no wildcards/);
    });
    await rm(join(root, "manifests", "wild.yaml"));
  });

  test("etcd's restart is no more than a pause, and a wrong password says which Secret", async () => {
    await etcd.restart();
    await write("alias.yaml", alias("192.0.2.3"));
    await addressesBecome(coredns, DOMAIN, "A", ["192.0.2.3"], 20_000);
    await write("secret.yaml", secret("wrong"));
    await etcd.restart();
    await write("alias.yaml", alias("192.0.2.4"));
    await statusShows(/"reason":"Unauthorized".*dnsalias-etcd/);
    await write("secret.yaml", secret(PASSWORD));
    await addressesBecome(coredns, DOMAIN, "A", ["192.0.2.4"], 20_000);
  });

  test("a deleted alias takes its keys with it, and nothing else", async () => {
    await rm(join(root, "manifests", "alias.yaml"));
    await waitFor("the other's keys alone", async () => {
      assert.deepEqual(await keys(), ["/skydns/example/etcd/dns/ns/ns1", "/skydns/example/etcd/mx1"]);
    });
    await child.stop();
    assert.doesNotMatch(child.output() + (await stateText()), new RegExp(PASSWORD));
  });

  function write(file: string, manifest: string): Promise<void> {
    return writeFile(join(root, "manifests", file), manifest);
  }

  function options(): readonly string[] {
    const folders = ["--manifests", join(root, "manifests"), "--out", join(root, "out")];
    return [...folders, "--owner-id=me", "--resolver=127.0.0.1:9"];
  }

  async function start(): Promise<ManagedProcess> {
    const opsPort = await freePort();
    const args = ["src/main.ts", "run", ...options(), `--listen-ops=127.0.0.1:${opsPort}`, "--log-level=debug"];
    const running = startProcess({ component: "dnsalias run", command: process.execPath, args, stopAfterMs: 20_000 });
    const probe = async () => ((await fetch(`http://127.0.0.1:${opsPort}/healthz`)).ok ? undefined : "not well");
    await untilReady(running, { component: "dnsalias run", deadlineMs: 30_000, probe });
    return running;
  }

  async function keys(): Promise<readonly string[]> {
    const answer: unknown = await etcdStore(etcd.clientUrl).call("/v3/auth/authenticate", {
      name: "root",
      password: PASSWORD,
    });
    const token = /"token":"([^"]+)"/.exec(JSON.stringify(answer))?.[1];
    return (await etcdStore(etcd.clientUrl, token).list("/skydns")).map(({ key }) => key);
  }

  function stateText(): Promise<string> {
    return readFile(join(root, "out", ".dnsalias-state.json"), "utf8");
  }

  function statusShows(wanted: RegExp): Promise<void> {
    return waitFor(`the zone's status to show ${wanted}`, async () => {
      const line = (await stateText()).split("\n").find((text) => text.includes(`"DnsZone"`));
      assert.match(line ?? "", wanted);
    });
  }

  function zone(): string {
    const coreDNSEtcd = {
      endpoints: [etcd.clientUrl],
      auth: { username: "root", passwordRef: { name: "dnsalias-etcd", key: "password" } },
    };
    const servedBy = { addresses: [{ address: coredns.host, port: coredns.port }] };
    return JSON.stringify({
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsZone",
      metadata: { name: "etcd", namespace: "dns" },
      spec: {
        domain: DOMAIN,
        allowedNamespaces: { from: "All" },
        provider: { coreDNSEtcd },
        servedBy,
        ttl: { min: 2 },
      },
    });
  }
});

function alias(address: string): string {
  return aliasManifest({ name: "outside", hostnames: [DOMAIN, `www.${DOMAIN}`], targets: [[address]] });
}

function secret(text: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "dnsalias-etcd", namespace: "dns" },
    stringData: { password: text },
  });
}
