import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createConfigMapStore } from "../../../src/kube/objects/config-map-store.ts";
import { memberAt, textsAt } from "../../../src/base/json.ts";
import { CONFIG_MAPS, pathOf } from "../../../src/kube/client/resource.ts";
import { MERGE_PATCH, type Transport } from "../../../src/kube/client/transport.ts";
import type { TextRead } from "../../../src/providers/text-store.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, NEVER, ok, openTransport, readObject, startCluster } from "./fixture.ts";

describe("texts in ConfigMaps of a real apiserver", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  before(async () => {
    server = await startCluster();
    transport = await openTransport(server.kubeconfig);
  });
  after(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const own = (name: string, key = "zone", owner = "me") =>
    createConfigMapStore(transport, { mode: "own", namespace: "dns-system", name, key, owner });
  const shared = (name: string, key: string) =>
    createConfigMapStore(transport, { mode: "shared", namespace: "dns-system", name, key, owner: "me" });
  const dataOf = async (name: string) => textsAt(await readObject(transport, CONFIG_MAPS, "dns-system", name), "data");

  it("makes its own ConfigMap, with label and owner and no ownerReference, then replaces it at its revision", async () => {
    const store = own("made");
    assert.deepEqual(await store.read(NEVER), { kind: "ok", text: undefined, revision: "", owner: undefined });
    const first = await store.write("one", "", NEVER);
    assert.equal(first.kind, "written");
    const read = await store.read(NEVER);
    assert.deepEqual(pick(read), { text: "one", owner: "me" });
    assert.equal(first.kind === "written" && first.revision, revisionOf(read));
    const object = await readObject(transport, CONFIG_MAPS, "dns-system", "made");
    assert.equal(memberAt(object, "metadata", "labels", "app.kubernetes.io/managed-by"), "dnsalias");
    assert.equal(memberAt(object, "metadata", "annotations", "dnsalias.io/owner"), "me");
    assert.equal(memberAt(object, "metadata", "ownerReferences"), undefined);
    assert.equal((await store.write("two", revisionOf(read), NEVER)).kind, "written");
    assert.deepEqual(await dataOf("made"), { zone: "two" });
  });

  it("is a conflict when anyone wrote, deleted or made the ConfigMap since it was read", async () => {
    const store = own("raced");
    await store.write("one", "", NEVER);
    const { revision } = asOk(await store.read(NEVER));
    await kubectl(server, "annotate", "configmap", "raced", "-n", "dns-system", "x=y");
    assert.equal((await store.write("two", revision, NEVER)).kind, "conflict");
    assert.equal((await store.write("two", "", NEVER)).kind, "conflict");
    await kubectl(server, "delete", "configmap", "raced", "-n", "dns-system");
    assert.equal((await store.write("two", revision, NEVER)).kind, "conflict");
    assert.deepEqual(pick(await store.read(NEVER)), { text: undefined, owner: undefined });
  });

  it("lets only one of several writers at the same revision through", async () => {
    const store = own("crowd");
    await store.write("start", "", NEVER);
    const { revision } = asOk(await store.read(NEVER));
    const texts = Array.from({ length: 8 }, (_, index) => `text ${index}`);
    const writes = await Promise.all(texts.map((text) => store.write(text, revision, NEVER)));
    const winners = texts.filter((_, index) => writes[index]?.kind === "written");
    assert.equal(winners.length, 1, JSON.stringify(writes));
    assert.equal(writes.filter((write) => write.kind === "conflict").length, 7);
    assert.deepEqual(await dataOf("crowd"), { zone: winners[0] });
  });

  it("keeps two keys of one ConfigMap apart", async () => {
    await own("two", "a").write("1", "", NEVER);
    const { revision } = asOk(await own("two", "b").read(NEVER));
    await own("two", "b").write("2", revision, NEVER);
    const again = asOk(await own("two", "a").read(NEVER));
    await own("two", "a").write("3", again.revision, NEVER);
    assert.deepEqual(await dataOf("two"), { a: "3", b: "2" });
  });

  it("takes back a key that someone forced to another text", async () => {
    const store = own("forced");
    await store.write("ours", "", NEVER);
    await ok(transport, {
      method: "PATCH",
      path: pathOf(CONFIG_MAPS, { namespace: "dns-system", name: "forced", query: { fieldManager: "kubectl-edit" } }),
      contentType: MERGE_PATCH,
      body: { data: { zone: "theirs" } },
    });
    const { text, revision } = asOk(await store.read(NEVER));
    assert.equal(text, "theirs");
    assert.equal((await store.write("ours", revision, NEVER)).kind, "written");
    assert.deepEqual(await dataOf("forced"), { zone: "ours" });
  });

  it("refuses a ConfigMap that is nobody's or another installation's", async () => {
    await kubectl(server, "create", "configmap", "plain", "-n", "dns-system", "--from-literal=zone=x");
    const plain = asOk(await own("plain").read(NEVER));
    const refused = await own("plain").write("y", plain.revision, NEVER);
    assert.equal(refused.kind === "refused" && refused.reason, "ForeignManager");
    await own("theirs", "zone", "other").write("x", "", NEVER);
    const theirs = asOk(await own("theirs").read(NEVER));
    assert.equal(theirs.owner, "other");
    const foreign = await own("theirs").write("y", theirs.revision, NEVER);
    assert.equal(foreign.kind === "refused" && foreign.reason, "ForeignOwner");
    assert.match(foreign.kind === "refused" ? foreign.message : "", /"other".*"me"/);
    assert.deepEqual(await dataOf("plain"), { zone: "x" });
    assert.deepEqual(await dataOf("theirs"), { zone: "x" });
  });

  it("refuses a text over 1 MiB with its size, and takes one just below", async () => {
    const store = own("large");
    const refused = await store.write("x".repeat(1_048_577), "", NEVER);
    assert.equal(refused.kind === "refused" && refused.reason, "TooLarge");
    assert.match(refused.kind === "refused" ? refused.message : "", /1048577/);
    assert.equal((await store.write("x".repeat(1_048_576), "", NEVER)).kind, "written");
    const { revision } = asOk(await own("large", "more").read(NEVER));
    const second = await own("large", "more").write("y", revision, NEVER);
    assert.match(second.kind === "refused" ? second.message : "", /1048577/);
  });

  it("adds its own key to a shared ConfigMap and leaves everything else alone", async () => {
    await kubectl(server, "create", "configmap", "custom", "-n", "dns-system", "--from-literal=log.override=log");
    const store = shared("custom", "dnsalias.server");
    const { text, revision } = asOk(await store.read(NEVER));
    assert.equal(text, undefined);
    const written = await store.write("example.com:53 {}", revision, NEVER);
    assert.equal(written.kind, "written", JSON.stringify(written));
    const next = asOk(await store.read(NEVER));
    assert.equal((await store.write("example.com:53 { }", next.revision, NEVER)).kind, "written");
    assert.deepEqual(await dataOf("custom"), { "log.override": "log", "dnsalias.server": "example.com:53 { }" });
    const object = await readObject(transport, CONFIG_MAPS, "dns-system", "custom");
    assert.equal(memberAt(object, "metadata", "labels"), undefined);
    assert.equal(memberAt(object, "metadata", "annotations"), undefined);
  });

  it("names the other manager when its shared key was taken over", async () => {
    const store = shared("argo", "dnsalias.server");
    assert.equal((await store.write("ours", "", NEVER)).kind, "written");
    const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argo, namespace: dns-system}\n";
    const input = `${manifest}data: {dnsalias.server: theirs}\n`;
    const flags = ["apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "-f", "-"];
    const { code, stderr } = await server.kubectl(flags, { input });
    assert.equal(code, 0, stderr);
    const { revision } = asOk(await store.read(NEVER));
    const refused = await store.write("ours", revision, NEVER);
    assert.equal(refused.kind === "refused" && refused.reason, "ForeignManager", JSON.stringify(refused));
    assert.match(refused.kind === "refused" ? refused.message : "", /conflict with "argocd-controller".*at \.data/);
    assert.deepEqual(await dataOf("argo"), { "dnsalias.server": "theirs" });
  });

  it("repairs its shared key after an edit by hand", async () => {
    const store = shared("edited", "dnsalias.server");
    await store.write("ours", "", NEVER);
    await kubectl(server, "patch", "configmap", "edited", "-n", "dns-system", "-p", '{"data":{"dnsalias.server":"x"}}');
    const { revision } = asOk(await store.read(NEVER));
    assert.equal((await store.write("ours", revision, NEVER)).kind, "written");
    assert.deepEqual(await dataOf("edited"), { "dnsalias.server": "ours" });
  });

  it("replaces one key of somebody's ConfigMap, the Corefile, and not a byte of the rest", async () => {
    await kubectlApply(
      server,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns, namespace: dns-system, labels: {k8s-app: kube-dns}}\n" +
        "data: {Corefile: '.:53 { forward . /etc/resolv.conf }', other: keep}\nbinaryData: {b: AAEC}\n",
    );
    const store = shared("coredns", "Corefile");
    const { text, revision } = asOk(await store.read(NEVER));
    const before = await readObject(transport, CONFIG_MAPS, "dns-system", "coredns");
    assert.equal((await store.write(`${text}\n# more`, revision, NEVER)).kind, "written");
    assert.equal((await store.write("late", revision, NEVER)).kind, "conflict");
    const after = await readObject(transport, CONFIG_MAPS, "dns-system", "coredns");
    assert.deepEqual(memberAt(after, "data"), { Corefile: `${text}\n# more`, other: "keep" });
    for (const path of [["binaryData"], ["metadata", "labels"], ["metadata", "annotations"]]) {
      assert.deepEqual(memberAt(after, ...path), memberAt(before, ...path));
    }
  });

  it("says that the namespace is missing", async () => {
    const options = { mode: "own", namespace: "nowhere", name: "x", key: "zone", owner: "me" } as const;
    const write = await createConfigMapStore(transport, options).write("x", "", NEVER);
    assert.deepEqual(write, {
      kind: "refused",
      reason: "NotFound",
      message: "namespace nowhere does not exist: create it, or correct the DnsZone",
    });
  });
});

function asOk(read: TextRead): Extract<TextRead, { readonly kind: "ok" }> {
  return read.kind === "ok" ? read : assert.fail(read.message);
}

function pick(read: TextRead) {
  const { text, owner } = asOk(read);
  return { text, owner };
}

function revisionOf(read: TextRead): string {
  return asOk(read).revision;
}
