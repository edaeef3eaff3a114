import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";
import { run } from "../../support/run.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl", "helm");

describe("the commands of the docs, on a real apiserver", { skip }, () => {
  for (const page of ["docs/installing.md", "docs/upgrading.md"]) {
    it(`${page}: each block does what it says, in their order`, async () => {
      const sections = (await readFile(page, "utf8")).split(/^## /m).map(blocksOf);
      assert.ok(sections.flat().length > 3);
      await using server = await startKubeApiserver();
      for (const block of sections.flatMap((blocks) => (blocks.length === 0 ? [] : [...blocks, CLEAR]))) {
        const { stdout, stderr, code } = await run("bash", ["-euo", "pipefail", "-c", block], {
          env: {
            KUBECONFIG: server.kubeconfig,
            PATH: [dirname(locateComponent("helm")), process.env["PATH"] ?? ""].join(":"),
            HELM_CACHE_HOME: join(server.directory, "helm"),
            HELM_CONFIG_HOME: join(server.directory, "helm"),
            HELM_DATA_HOME: join(server.directory, "helm"),
          },
        });
        assert.equal(code, 0, `${block}\n${stdout}${stderr}`);
      }
    });
  }
});

/** Each section is a way of its own, and begins where the one before was not taken. */
const CLEAR = `helm uninstall dnsalias --namespace dns-system --ignore-not-found
  kubectl delete deployments,services,poddisruptionbudgets,roles,rolebindings --all --namespace dns-system`;

function blocksOf(section: string): readonly string[] {
  const blocks = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, text = ""]) => text);
  return blocks.filter((text) => !text.startsWith("# not run"));
}
