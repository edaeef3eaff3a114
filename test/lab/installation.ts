import { join } from "node:path";
import { crdWaits } from "../support/crd-waits.ts";
import type { KubeApiserver } from "../support/kube-apiserver.ts";
import { namespaceManifest, stream } from "./manifests.ts";

const DEPLOY = join(import.meta.dirname, "..", "..", "deploy");

/** What a cluster's administrator does: the CRDs, the account and its rights; here also the namespaces of the teams. */
export async function installDnsalias(api: KubeApiserver): Promise<void> {
  await applyTo(api, ...["dns-system", "web", "shop"].map(namespaceManifest));
  await runKubectl(api, ["apply", "--server-side", "-f", join(DEPLOY, "crds")]);
  for (const args of crdWaits("crd", "--all")) {
    await runKubectl(api, args);
  }
  await runKubectl(api, ["apply", "-f", join(DEPLOY, "base")]);
  await runKubectl(api, ["apply", "--recursive", "-f", join(DEPLOY, "options")]);
}

/** kubectl's standard output; throws with what it said when it fails. */
export async function runKubectl(api: KubeApiserver, args: readonly string[], input?: string): Promise<string> {
  const { stdout, stderr, code } = await api.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(" ")} ended with ${code}:\n${stderr}`);
  }
  return stdout;
}

/** `kubectl apply -f -` */
export async function applyTo(api: KubeApiserver, ...manifests: readonly string[]): Promise<void> {
  await runKubectl(api, ["apply", "-f", "-"], stream(...manifests));
}
