import { existsSync } from "node:fs";
import { join } from "node:path";
import type { KubeApiserver } from "./kube-apiserver.ts";
import { crdWaits } from "./crd-waits.ts";

/** ExternalDNS's CustomResourceDefinition, which `test/env/install` takes from its Go module. */
const FILE = join(import.meta.dirname, "..", "env", "bin", "dnsendpoints.externaldns.k8s.io.yaml");

/** The `skip` option of a test that needs it: as `skipWithout` of the components. */
export function skipWithoutDnsEndpointCrd(): string | false {
  return existsSync(FILE) || process.env["CI"] === "true"
    ? false
    : `missing: ${FILE}; run test/env/install dnsendpoint-crd`;
}

/** Teaches an API server the kind DNSEndpoint. */
export async function installDnsEndpointCrd(server: KubeApiserver): Promise<void> {
  for (const args of [["apply", "-f", FILE], ...crdWaits("crd/dnsendpoints.externaldns.k8s.io")]) {
    const { code, stderr } = await server.kubectl(args);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    }
  }
}
