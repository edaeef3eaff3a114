import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { dig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../../support/process.ts";
import { run } from "../../support/run.ts";

const MAIN = join(import.meta.dirname, "..", "..", "..", "src", "main.ts");
const BASE = "$TTL 300\n@ IN SOA ns1 hostmaster 1 7200 900 1209600 300\n@ IN NS ns1\nns1 IN A 192.0.2.53\n";

/** Fails as the kernel does: without IPv6 (`ipv6.disable=1`) no socket can be made, and with IPv6 switched off no address can be had. */
const KERNELS = [
  {
    name: "without IPv6",
    source: `int socket(int domain, int type, int protocol) {
  int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
  if (domain == AF_INET6) { errno = EAFNOSUPPORT; return -1; }
  return real(domain, type, protocol);
}`,
  },
  {
    name: "with IPv6 switched off",
    source: `int bind(int fd, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  if (address->sa_family == AF_INET6) { errno = EADDRNOTAVAIL; return -1; }
  return real(fd, address, length);
}`,
  },
];

for (const kernel of KERNELS) {
  describe(`a machine ${kernel.name}`, { skip: skipWithout("gcc", "dig") }, () => {
    let directory: string;
    let program: ManagedProcess;
    const ports = { ops: 0, dns: 0, transfer: 0 };
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "dnsalias-without-ipv6-"));
      const library = await compile(directory, kernel.source);
      await writeFile(
        join(directory, "objects.json"),
        JSON.stringify({ apiVersion: "v1", kind: "List", items: ITEMS }),
      );
      Object.assign(ports, { ops: await freePort(), dns: await freePort(), transfer: await freePort() });
      program = startProcess({
        component: "dnsalias run",
        command: process.execPath,
        args: [
          MAIN,
          "run",
          `--manifests=${directory}`,
          `--out=${join(directory, "out")}`,
          "--resolver=127.0.0.1:9",
          `--listen-ops=:${ports.ops}`,
          `--responder-listen=:${ports.dns}`,
          `--transfer-listen=:${ports.transfer}`,
          "--log-format=json",
        ],
        env: { LD_PRELOAD: library },
        stopAfterMs: 20_000,
      });
      const probe = async () => ((await get("/readyz")).ok ? undefined : "/readyz fails");
      await untilReady(program, { component: "dnsalias run", deadlineMs: 30_000, probe });
    });
    after(async () => {
      await program.stop();
      await rm(directory, { recursive: true });
    });
    const get = (path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${ports.ops}${path}`, { signal: AbortSignal.timeout(5_000) });
    const at = (port: number) => ({ host: "127.0.0.1", port });

    it("serves health, metrics, and the status page over IPv4", async () => {
      for (const path of ["/healthz", "/metrics", "/"]) {
        assert.equal((await get(path)).status, 200, path);
      }
    });

    it("answers queries over UDP and TCP", async () => {
      for (const flags of [[], ["+tcp"]]) {
        assert.match((await dig(at(ports.dns), "shop.example.com", "A", flags)).text, /203\.0\.113\.7/);
      }
    });

    it("serves zone transfers", async () => {
      assert.match(
        (await dig(at(ports.transfer), "example.org", "AXFR")).text,
        /^shop\.example\.org\..*203\.0\.113\.7$/m,
      );
    });
  });
}

const API = "dnsalias.io/v1alpha1";
const targets = [{ addresses: ["203.0.113.7"] }];
const ITEMS = [
  {
    apiVersion: API,
    kind: "DnsZone",
    metadata: { name: "com" },
    spec: { domain: "example.com", provider: { coreDNS: { zoneFile: { baseZone: { inline: BASE } } } } },
  },
  {
    apiVersion: API,
    kind: "DnsZone",
    metadata: { name: "org" },
    spec: {
      domain: "example.org",
      provider: { transfer: { baseZone: { inline: BASE }, allow: ["127.0.0.1"] } },
    },
  },
  {
    apiVersion: API,
    kind: "DnsAlias",
    metadata: { name: "shop" },
    spec: { hostnames: ["shop.example.com", "shop.example.org"], targets, allowPrivate: true },
  },
];

async function compile(directory: string, source: string): Promise<string> {
  const [text, library] = [join(directory, "kernel.c"), join(directory, "kernel.so")];
  const head = "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <errno.h>\n#include <sys/socket.h>\n";
  await writeFile(text, `${head}${source}\n`);
  const { code, stderr } = await run(locateComponent("gcc"), ["-shared", "-fPIC", "-o", library, text, "-ldl"]);
  assert.equal(code, 0, stderr);
  return library;
}
