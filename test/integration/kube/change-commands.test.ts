import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";
import { run } from "../../support/run.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import { SHOP_OBJECTS } from "../../support/shop-objects.ts";

const HASH = "5f0e1c2b7a9d";

test(
  "pause, resume and approve change one object, and nothing else",
  { skip: skipWithout("etcd", "kube-apiserver", "kubectl") },
  async () => {
    await using api = await startKubeApiserver();
    await api.kubectl(["apply", "-f", "deploy/crds"]);
    for (const args of crdWaits("crd", "--all")) {
      assert.equal((await api.kubectl(args)).code, 0);
    }
    assert.equal((await api.kubectl(["apply", "-f", "-"], { input: SHOP_OBJECTS })).code, 0);
    const dnsalias = async (...words: readonly string[]) =>
      run(process.execPath, ["src/main.ts", ...words, "--kubeconfig", api.kubeconfig]);
    const field = async (kind: string, name: string, path: string) =>
      (await api.kubectl(["get", kind, name, "-o", `jsonpath={${path}}`])).stdout;

    const paused = await dnsalias("pause", "default/shop");
    assert.deepEqual(
      [paused.stdout, paused.code],
      ["DnsAlias default/shop: it is paused, and its records stay as they are\n", 0],
    );
    assert.equal(await field("dnsalias", "shop", ".spec.paused"), "true");
    assert.equal((await dnsalias("pause", "shop")).stdout, "DnsAlias default/shop: it is already paused\n");
    assert.equal((await dnsalias("resume", "shop")).code, 0);
    assert.notEqual(await field("dnsalias", "shop", ".spec.paused"), "true");
    assert.equal(await field("dnsalias", "shop", ".spec.hostnames[0]"), "example.com");

    const early = await dnsalias("approve", "example-com");
    assert.deepEqual([early.stdout, early.code], ["", 1]);
    assert.match(early.stderr, /^DnsZone default\/example-com has no held deletes: /);
    const status = JSON.stringify({ status: { observedGeneration: 1, conditions: [], planHash: HASH } });
    const patch = ["patch", "dnszone", "example-com", "--subresource=status", "--type=merge", "-p", status];
    const patched = await api.kubectl(patch);
    assert.equal(patched.code, 0, patched.stderr);
    const approved = await dnsalias("approve", "default/example-com");
    assert.deepEqual(
      [approved.stdout, approved.code],
      [`DnsZone default/example-com: the plan ${HASH} is approved\n`, 0],
    );
    assert.equal(await field("dnszone", "example-com", ".metadata.annotations.dnsalias\\.io/approve-plan"), HASH);

    const none = await dnsalias("pause", "web/none");
    assert.match(none.stderr, /^DnsAlias web\/none cannot be read: .*not found/);
    assert.equal(none.code, 1);
  },
);
