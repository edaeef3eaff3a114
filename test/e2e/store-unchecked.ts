import { join } from "node:path";
import type { ClusterLab } from "../lab/cluster-lab.ts";
import { waitFor } from "../lab/wait-for.ts";

const CRDS = join(import.meta.dirname, "../../deploy/crds");
const RULES =
  "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/hostnames/items/x-kubernetes-validations";

/** Stores a DnsAlias whose hostnames the schema refuses now, as one that an older schema let in. */
export async function storeUnchecked(lab: ClusterLab, manifest: string): Promise<void> {
  const patch = JSON.stringify([{ op: "remove", path: RULES }]);
  await lab.kubectl("patch", "crd", "dnsaliases.dnsalias.io", "--type=json", `--patch=${patch}`);
  // The API server takes the new schema up a moment later.
  await waitFor("the schema without rules", () => lab.apply(manifest));
  await lab.kubectl("apply", "--server-side", "--force-conflicts", "-f", CRDS);
}
