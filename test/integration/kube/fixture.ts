import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { parseAlias, parseZone } from "../../../src/api/parse/parse-object.ts";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { openKubeconfig } from "../../../src/kube/client/kubeconfig.ts";
import { pathOf, type Resource } from "../../../src/kube/client/resource.ts";
import { createTransport, type KubeRequest, type Transport } from "../../../src/kube/client/transport.ts";
import { startKubeApiserver, type KubeApiserver, type KubeApiserverOptions } from "../../support/kube-apiserver.ts";
import { crdWaits } from "../../support/crd-waits.ts";

export const NEVER = new AbortController().signal;

/** An apiserver with the CRDs and the namespace dns-system. */
export async function startCluster(options: KubeApiserverOptions = {}): Promise<KubeApiserver> {
  const server = await startKubeApiserver(options);
  await kubectl(server, "apply", "-f", "deploy/crds");
  for (const args of crdWaits("crd/dnsaliases.dnsalias.io", "crd/dnszones.dnsalias.io")) {
    await kubectl(server, ...args);
  }
  await kubectl(server, "create", "namespace", "dns-system");
  return server;
}

export async function kubectl(server: KubeApiserver, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await server.kubectl(args);
  assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

export async function kubectlApply(server: KubeApiserver, manifests: string): Promise<void> {
  const { stderr, code } = await server.kubectl(["apply", "-f", "-"], { input: manifests });
  assert.equal(code, 0, stderr);
}

export async function openTransport(kubeconfig: string): Promise<Transport> {
  const credentials = await openKubeconfig({ kubeconfig });
  return createTransport({ credentials, clock: systemClock, random: Math.random, log: silentLogger });
}

export const liveDeps = (transport: Transport) => ({
  transport,
  clock: systemClock,
  random: Math.random,
  log: silentLogger,
});

/** What the apiserver has under the name; throws when it has nothing. */
export async function readObject(
  transport: Transport,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<unknown> {
  return ok(transport, { method: "GET", path: pathOf(resource, { namespace, name }) });
}

export async function ok(transport: Transport, request: KubeRequest): Promise<unknown> {
  const result = await transport.request(request, NEVER);
  assert.equal(result.kind, "ok", JSON.stringify(result));
  return result.kind === "ok" ? result.body : undefined;
}

export function aliasOf(object: unknown): DnsAlias {
  const parsed = parseAlias(object);
  assert.equal(parsed.kind, "ok", JSON.stringify(parsed));
  return parsed.kind === "ok" ? parsed.value : assert.fail();
}

export function zoneOf(object: unknown): DnsZone {
  const parsed = parseZone(object);
  assert.equal(parsed.kind, "ok", JSON.stringify(parsed));
  return parsed.kind === "ok" ? parsed.value : assert.fail();
}

/** Polls until it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      assert.fail(`not within ${ms} ms: ${what}`);
    }
    await delay(20);
  }
}

export function aliasManifest(name: string, namespace = "default", hostname = `${name}.example.com`) {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name, namespace },
    spec: { hostnames: [hostname], targets: [{ hostname: "cdn.example.net" }] },
  };
}

export function zoneManifest(name: string, base: string, namespace = "dns-system") {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace },
    spec: {
      domain: `${name}.example`,
      provider: {
        coreDNS: {
          zoneFile: {
            configMap: { name: `rendered-${name}`, key: "zone" },
            baseZone: { configMapKeyRef: { name: base, key: "zone" } },
          },
        },
      },
    },
  };
}
