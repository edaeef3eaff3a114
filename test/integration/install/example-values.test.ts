import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { stringify } from "yaml";
import { validateFile } from "../../../src/folder/manifest/validate-file.ts";
import { skipWithout } from "../../support/component.ts";
import { CHART, helm, template } from "../../support/helm.ts";
import { listAt, membersAt, textAt, valueAt } from "../../support/json-at.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";
import { containerOf, manifestsOf, titleOf, tryPodOf, workloadsOf } from "../../support/kube-manifests.ts";

const FOLDER = "examples/values";
const files = readdirSync(FOLDER).map((file) => join(FOLDER, file));
/** Annotations of the ServiceAccount and labels of the pod, as the documentation of each cloud has them. */
const IDENTITIES = {
  "route53.yaml": ["eks.amazonaws.com/role-arn"],
  "google.yaml": ["iam.gke.io/gcp-service-account"],
  "azure.yaml": ["azure.workload.identity/client-id", "azure.workload.identity/use"],
};
const skip = skipWithout("helm", "kube-apiserver", "etcd", "kubectl", "openssl");

describe("the values of the tutorials", { skip }, () => {
  for (const file of files) {
    it(`${file} passes helm lint --strict, and its DnsZones are valid`, async () => {
      const { stdout, stderr, code } = await helm(["lint", "--strict", CHART, "-f", file]);
      assert.equal(code, 0, stdout + stderr);
      const zones = (await objectsOf(file)).filter((object) => valueAt(object, "kind") === "DnsZone");
      assert.ok(zones.length > 0);
      for (const zone of zones) {
        const { objects, problems } = validateFile(file, stringify(zone));
        assert.deepEqual(problems, []);
        assert.deepEqual(
          objects.map(({ result }) => (result.kind === "good" ? result.kind : result.problems)),
          ["good"],
        );
      }
    });

    it(`${file} is named by the page that its first line names`, async () => {
      const page = /docs\/[\w/-]+\.md/.exec((await readFile(file, "utf8")).split("\n", 3).join("\n"))?.[0] ?? "";
      assert.ok(existsSync(page), page);
      assert.ok((await readFile(page, "utf8")).includes(file), `${page} doesn't name ${file}`);
    });
  }

  it("make pods that a namespace with Pod Security restricted admits", async () => {
    await using server = await startKubeApiserver();
    for (const args of [
      ["create", "namespace", "dns-system"],
      ["label", "namespace", "dns-system", "pod-security.kubernetes.io/enforce=restricted"],
    ]) {
      assert.equal((await server.kubectl(args)).code, 0);
    }
    const accounts = ["create", "serviceaccount", "dnsalias", "--namespace=dns-system"];
    assert.equal((await server.kubectl(accounts)).code, 0);
    for (const file of files) {
      const workloads = workloadsOf(await objectsOf(file)).filter((object) => titleOf(object).startsWith("Deployment"));
      assert.ok(workloads.length > 0, file);
      for (const workload of workloads) {
        assert.equal(await tryPodOf(server, workload), undefined, `${file}: ${titleOf(workload)}`);
      }
    }
  });

  for (const [file, want] of Object.entries(IDENTITIES)) {
    it(`${file} has the workload identity of its cloud`, async () => {
      const objects = await objectsOf(join(FOLDER, file));
      const account = objects.find((object) => titleOf(object) === "ServiceAccount dns-system/dnsalias");
      const pod = objects.find((object) => titleOf(object) === "Deployment dns-system/dnsalias");
      const annotations = membersAt(account, "metadata", "annotations");
      const labels = membersAt(pod, "spec", "template", "metadata", "labels");
      const has = new Set([...annotations, ...labels].map(([key]) => key));
      assert.deepEqual(
        want.filter((key) => !has.has(key)),
        [],
      );
    });
  }

  for (const name of ["azure", "cloudflare", "google", "route53"]) {
    it(`the sidecar of ${name}.yaml has the settings that all sidecars need`, async () => {
      const objects = await objectsOf(join(FOLDER, `${name}.yaml`));
      const pod = objects.find((object) => titleOf(object) === "Deployment dns-system/dnsalias");
      const sidecar = containerOf(pod, "dns-service");
      const args = listAt(sidecar, "args").map(String);
      const wanted = ["--webhook-server", "--source=fake", "--domain-filter=example.com"];
      assert.deepEqual(
        wanted.filter((arg) => !args.includes(arg)),
        [],
      );
      assert.deepEqual(
        args.filter((arg) => /^--(?:registry|txt-owner-id|policy)/.test(arg)),
        [],
      );
      assert.match(textAt(sidecar, "image"), /external-dns:v0\.22\.0$/);
    });
  }
});

async function objectsOf(file: string): Promise<readonly unknown[]> {
  return manifestsOf(await template("-f", file));
}
