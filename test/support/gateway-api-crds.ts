import { existsSync } from "node:fs";
import { join } from "node:path";
import type { KubeApiserver } from "./kube-apiserver.ts";
import { crdWaits } from "./crd-waits.ts";

/** The CustomResourceDefinitions of Gateway API, which `test/env/install` takes from its Go module. */
const KINDS = ["gateways", "referencegrants"] as const;
const BIN = join(import.meta.dirname, "..", "env", "bin");

/** The `skip` option of a test that needs them: as `skipWithout` of the components. */
export function skipWithoutGatewayApi(): string | false {
  const missing = KINDS.map(fileOf).filter((file) => !existsSync(file));
  return missing.length === 0 || process.env["CI"] === "true"
    ? false
    : `missing: ${missing.join(" ")}; run test/env/install gateway-api-crds`;
}

/** Teaches an API server some of the kinds of Gateway API. */
export async function installGatewayApi(
  server: KubeApiserver,
  kinds: readonly (typeof KINDS)[number][] = KINDS,
): Promise<void> {
  const waits = crdWaits(...kinds.map((kind) => `crd/${kind}.gateway.networking.k8s.io`));
  for (const args of [...kinds.map((kind) => ["apply", "--server-side", "-f", fileOf(kind)]), ...waits]) {
    const { code, stderr } = await server.kubectl(args);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    }
  }
}

function fileOf(kind: string): string {
  return join(BIN, `gateway.networking.k8s.io_${kind}.yaml`);
}
