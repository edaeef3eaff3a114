import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TLSSocket } from "node:tls";
import { makeCertificate, type Certificate } from "../lab/certificate.ts";
import { aliasManifest, baseZoneText, zoneManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { startRecursive } from "../lab/recursive.ts";
import { findComponent, locateComponent, skipWithout } from "../support/component.ts";
import { startCoreDns } from "../support/coredns.ts";
import { startProcess } from "../support/process.ts";
import { runOrThrow } from "../support/run.ts";
import { addressesBecome } from "./served.ts";

const APEX = "shop20.example";
/** The C library asks port 53 and no other. */
const DNS = { host: "127.0.53.20", port: 53 };
const WEB = "127.0.53.80";
const unshare = findComponent("unshare");
const mayMount = unshare !== undefined && spawnSync(unshare, ["--mount", "true"]).status === 0;
const skip =
  skipWithout("coredns", "curl", "unshare", "openssl") || (!mayMount && "only root may mount, and not everywhere");

/** P20: only the DNS says where the apex is; what the web server hears is the name that was asked for. */
test("curl to the apex reaches the target's web server, with Host and SNI of the apex", { skip }, async () => {
  await using started = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-web-"));
  started.defer(() => rm(root, { recursive: true, force: true }));
  const certificate = started.use(await makeCertificate([`DNS:${APEX}`]));
  const web = started.use(await startWebServer(certificate));
  const authority = started.use(await startNameServer({ zones: { "lb.test": [`web 20 A ${WEB}`] } }));
  const recursive = started.use(await startRecursive({ zones: { "lb.test": authority } }));
  const out = join(root, "out");
  await mkdir(out);
  await mkdir(join(root, "manifests"));
  await writeFile(join(root, "manifests", "all.yaml"), manifests());
  const args = ["src/main.ts", "run", "--no-responder", `--manifests=${join(root, "manifests")}`, `--out=${out}`];
  const resolver = `--resolver=${recursive.host}:${recursive.port}`;
  const child = startProcess({ component: "dnsalias run", command: process.execPath, args: [...args, resolver] });
  started.defer(() => child.stop());
  const dns = started.use(await startCoreDns({ ...DNS, corefile: corefile(out) }));
  await addressesBecome(dns, APEX, "A", [WEB]);

  const resolvConf = join(root, "resolv.conf");
  await writeFile(resolvConf, `nameserver ${DNS.host}\noptions timeout:2\n`);
  const curl = `curl --silent --show-error --max-time 20 --cacert ${certificate.certFile} https://${APEX}:${web.port}/path`;
  const script = `mount --bind ${resolvConf} /etc/resolv.conf && ${curl}`;
  const stdout = await runOrThrow(locateComponent("unshare"), ["--mount", "sh", "-c", script]);
  assert.deepEqual(JSON.parse(stdout), { host: `${APEX}:${web.port}`, sni: APEX, url: "/path" });
});

/** Says what it heard. */
async function startWebServer({ key, cert }: Certificate): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer({ key, cert }, (request, response) => {
    const { headers, url, socket } = request;
    const sni = socket instanceof TLSSocket ? socket.servername : undefined;
    response.setHeader("connection", "close").end(JSON.stringify({ host: headers.host, sni, url }));
  });
  server.listen(0, WEB);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

function manifests(): string {
  const zoneFile = { zoneFile: { baseZone: { inline: baseZoneText(APEX) } } };
  return [
    zoneManifest({ domain: APEX, provider: zoneFile }),
    // The laboratory's web server is on loopback, which no public name may lead to.
    aliasManifest({ name: "shop", hostnames: [APEX], targets: ["web.lb.test"], spec: { allowPrivate: true } }),
  ].join("\n---\n");
}

function corefile(out: string): string {
  return `. {
    bind {$DNS_HOST}
    auto ${APEX} {
        directory ${out} (.*)\\.zone {1}
        reload 1s
    }
}
`;
}
