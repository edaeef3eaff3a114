import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, memberAt, textAt } from "../lab/kube-requests.ts";
import { locateComponent } from "../support/component.ts";
import { runOrThrow } from "../support/run.ts";

/** Has named-checkzone read a zone file; throws with what it says. */
export async function checkZone(domain: string, text: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-checkzone-"));
  try {
    const path = join(directory, `${domain}.zone`);
    await writeFile(path, text);
    // An underscore in an owner of addresses is not a hostname (RFC 952), and yet what was asked for: a warning.
    const strictly = ["-i", "local", "-k", "warn", "-n", "fail"];
    await runOrThrow(locateComponent("named-checkzone"), [...strictly, domain, path]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A ConfigMap with the votes of replicas has no zone. */
const VOTES = "dnsalias-votes";

/** Checks every zone that is rendered in the lab now; gives their names. */
async function checkRenderedZones(lab: ClusterLab): Promise<readonly string[]> {
  const maps = listAt(await lab.requests.get("/api/v1/namespaces/dns-system/configmaps"), "items");
  const rendered = maps.filter(
    (map) =>
      textAt(map, "metadata", "labels", "app.kubernetes.io/managed-by") === "dnsalias" &&
      textAt(map, "metadata", "name") !== VOTES,
  );
  const domains: string[] = [];
  for (const map of rendered) {
    for (const key of Object.keys(memberAt(map, "data") ?? {})) {
      const domain = key.replace(/\.zone$/, "");
      await checkZone(domain, textAt(map, "data", key));
      domains.push(domain);
    }
  }
  return domains;
}

/** What a suite ends with: every zone that stands rendered then is one that named-checkzone takes. */
export async function endChecked(lab: ClusterLab): Promise<void> {
  try {
    assert.notDeepEqual(await checkRenderedZones(lab), []);
  } finally {
    await lab[Symbol.asyncDispose]();
  }
}
