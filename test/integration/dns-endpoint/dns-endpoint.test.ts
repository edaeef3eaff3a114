import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ZoneSpec } from "../../../src/api/dns-zone.ts";
import { memberAt, textAt } from "../../../src/base/json.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import type { Applied } from "../../../src/providers/provider.ts";
import { skipWithout } from "../../support/component.ts";
import { installDnsEndpointCrd, skipWithoutDnsEndpointCrd } from "../../support/dns-endpoint-crd.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, openTransport, startCluster } from "../kube/fixture.ts";
import { openScene, type Scene, type Setting } from "./scene.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl") || skipWithoutDnsEndpointCrd();

describe("DNSEndpoint objects in a real apiserver", { skip }, () => {
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

  it("are refused with the cure where the cluster has no such kind", async () => {
    await assert.rejects(
      (await place("early")).read(),
      /NotSupported: .*install ExternalDNS's CustomResourceDefinition/,
    );
    await installDnsEndpointCrd(server);
  });

  it("hold both families of a name in one object, and after each change the plan is empty", async () => {
    const at = await place("walk");
    const steps: readonly (readonly [string, readonly string[]])[] = [
      ["create", ["example.com A 60 192.0.2.1 192.0.2.2"]],
      ["add a family", ["example.com A 60 192.0.2.1 192.0.2.2", "example.com AAAA 60 2001:db8::1"]],
      [
        "more names",
        ["example.com A 60 192.0.2.1", "*.example.com A 30 192.0.2.9", "_x.example.com AAAA 30 2001:db8::2"],
      ],
      ["change the TTL", ["example.com A 300 192.0.2.1", "*.example.com A 30 192.0.2.9"]],
      ["shrink", ["example.com A 300 192.0.2.1"]],
      ["another family", ["example.com AAAA 300 2001:db8::1"]],
      ["delete", []],
    ];
    for (const [what, wanted] of steps) {
      assert.equal(await at.reach(wanted), "applied", what);
      assert.deepEqual(await at.served(), [...wanted].sort(), what);
      assert.deepEqual(await at.plan(wanted), [], what);
    }
  });

  it("are readable for people, and go with their DnsZone unless its policy removes nothing", async () => {
    const at = await place("show", { labels: { dns: "public" } });
    await at.reach(["*.a_b.example.com A 60 192.0.2.1"], ["web/shop", "web/blog"]);
    const [object] = await at.objects();
    assert.match(textAt(object, "metadata", "name"), /^wildcard\.a-b\.example\.com-[0-9a-f]{10}$/);
    assert.deepEqual(memberAt(object, "metadata", "labels"), {
      "app.kubernetes.io/managed-by": "dnsalias",
      "dnsalias.io/zone": "zone",
      dns: "public",
    });
    assert.equal(textAt(object, "metadata", "annotations", "dnsalias.io/aliases"), "web/blog web/shop");
    assert.deepEqual(memberAt(object, "metadata", "ownerReferences"), [
      { apiVersion: "dnsalias.io/v1alpha1", blockOwnerDeletion: false, kind: "DnsZone", name: "zone", uid: "zone" },
    ]);
    assert.deepEqual(memberAt(object, "spec"), {
      endpoints: [{ dnsName: "*.a_b.example.com", recordTTL: 60, recordType: "A", targets: ["192.0.2.1"] }],
    });
    const kept = await place("show-kept", {}, { policy: "UpsertOnly" });
    await kept.reach(["example.com A 60 192.0.2.1"]);
    assert.equal(memberAt((await kept.objects())[0], "metadata", "ownerReferences"), undefined);
  });

  it("may be looked at by ExternalDNS between a reading and a write, but not edited", async () => {
    const at = await place("race");
    await at.reach(["example.com A 60 192.0.2.1"]);
    const seen = await at.read();
    await at.patch({ status: { observedGeneration: 1 } }, "--subresource=status");
    assert.equal((await at.write(seen, ["example.com A 60 192.0.2.2"])).kind, "applied");
    const again = await at.read();
    await at.patch({ spec: { endpoints: [{ dnsName: "example.com", recordType: "A", targets: ["192.0.2.66"] }] } });
    assert.equal((await at.write(again, ["example.com A 60 192.0.2.3"])).kind, "conflict");
    const third = await at.read();
    await kubectl(server, "delete", "dnsendpoints", "--all", "-n", at.namespace);
    assert.equal((await at.write(third, ["example.com A 60 192.0.2.3"])).kind, "conflict");
    assert.deepEqual(await at.served(), [], "a deleted object is not made anew by an update");
    assert.equal(await at.reach(["example.com A 60 192.0.2.3"]), "applied");
  });

  it("that somebody edited or deleted are told as drift, after a restart too, and put right", async () => {
    const at = await place("drift");
    const wanted = ["example.com A 60 192.0.2.1", "www.example.com A 60 192.0.2.1"];
    await at.reach(wanted);
    assert.equal((await at.read()).drift, undefined);
    const first = textAt((await at.objects())[0], "metadata", "name");
    await kubectl(server, "patch", "dnsendpoint", first, "-n", at.namespace, "--type=json", "-p", EDIT);
    const fresh = at.restarted();
    assert.match(
      (await fresh.read()).drift?.map(({ message }) => message).join() ?? "",
      /^another writer changed DNSEndpoint example/,
    );
    assert.equal(await fresh.reach(wanted), "applied");
    assert.equal((await fresh.read()).drift, undefined);
    await kubectl(server, "delete", "dnsendpoint", first, "-n", at.namespace);
    assert.deepEqual((await fresh.read()).drift, [
      { name: "example.com.", type: "A", message: "another writer deleted the DNSEndpoint of example.com" },
    ]);
    assert.equal(await fresh.reach(wanted), "applied");
    assert.deepEqual(await fresh.plan(wanted), []);
  });

  it("that lost their marks, or got more put into them, are put right though no record differs", async () => {
    const at = await place("marks");
    const wanted = ["example.com A 60 192.0.2.1"];
    await at.reach(wanted);
    await at.patch({ metadata: { labels: null, annotations: null, ownerReferences: null } });
    assert.equal((await at.read()).needsWrite?.kind, "markers");
    assert.equal(await at.reach(wanted), "applied");
    const endpoint = { dnsName: "example.com", recordType: "A", recordTTL: 60, targets: ["192.0.2.1"] };
    for (const more of [
      [{ ...endpoint, setIdentifier: "blue" }],
      [endpoint, { dnsName: "example.com", recordType: "MX", targets: ["10 mx"] }],
    ]) {
      await at.patch({ spec: { endpoints: more } });
      assert.notEqual((await at.read()).needsWrite, undefined);
      assert.equal(await at.reach(wanted), "applied");
    }
    const relabelled = at.restarted({ labels: { dns: "inside" } });
    assert.equal((await relabelled.read()).needsWrite?.kind, "markers");
    assert.equal(await relabelled.reach(wanted), "applied");
    assert.equal(textAt((await at.objects())[0], "metadata", "labels", "dns"), "inside");
    assert.equal((await relabelled.read()).needsWrite, undefined);
  });

  it("keep labels and annotations that others add", async () => {
    const at = await place("added");
    await at.reach(["example.com A 60 192.0.2.1"]);
    await at.patch({ metadata: { labels: { team: "dns" }, annotations: { note: "mine" } } });
    assert.equal((await at.read()).needsWrite, undefined);
    assert.equal(await at.reach(["example.com A 60 192.0.2.2"]), "applied");
    const [object] = await at.objects();
    assert.equal(textAt(object, "metadata", "labels", "team"), "dns");
    assert.equal(textAt(object, "metadata", "annotations", "note"), "mine");
  });

  it("of others stay as they are, and their names are refused even where the zone adopts", async () => {
    const at = await place("foreign", {}, { conflict: "Adopt" });
    const others = [
      foreign(at.namespace, "theirs", "example.com", "A", "192.0.2.66"),
      foreign(at.namespace, "alias", "www.example.com", "CNAME", "cdn.example.net"),
      foreign(at.namespace, "mail", "example.com", "MX", "10 mx.example.net"),
    ];
    await kubectlApply(server, others.join(""));
    const bytes = await kubectl(server, "get", "dnsendpoints", "-n", at.namespace, "-o", "yaml");
    const wanted = ["example.com A 60 192.0.2.1", "example.com AAAA 60 2001:db8::1", "www.example.com A 60 192.0.2.1"];
    const refused = (await at.plan(wanted)).filter((change) => change.kind === "refuse");
    assert.deepEqual(
      refused.map(({ name, type, reason }) => `${name} ${type} ${reason}`),
      ["example.com. A ForeignRecord", "example.com. AAAA ForeignRecord", "www.example.com. A ForeignRecord"],
    );
    assert.match(refused[2]?.message ?? "", /DNSEndpoint alias has CNAME records for www\.example\.com/);
    assert.equal(await at.reach(wanted), "applied");
    assert.deepEqual(await at.served(), []);
    await at.reach([]);
    assert.equal(await kubectl(server, "get", "dnsendpoints", "-n", at.namespace, "-o", "yaml"), bytes);
  });

  it("of others do not stand in the way when another ExternalDNS selects them", async () => {
    const at = await place("split", { labels: { dns: "public" } });
    await kubectlApply(server, foreign(at.namespace, "inside", "example.com", "A", "10.0.0.1"));
    assert.equal(await at.reach(["example.com A 60 192.0.2.1"]), "applied");
    assert.deepEqual(await at.plan(["example.com A 60 192.0.2.1"]), []);
  });

  it("of two installations in one namespace stay apart, whoever comes when", async () => {
    const one = await place("shared", { ownerId: "one" });
    const two = one.restarted({ ownerId: "two" });
    const wanted = ["example.com A 60 192.0.2.1"];
    await one.reach(wanted);
    const refused = await two.plan(["example.com A 60 192.0.2.2"]);
    assert.equal(refused[0]?.kind === "refuse" && refused[0].reason, "ForeignOwner", JSON.stringify(refused));
    await Promise.all([
      two.reach(["b.example.com A 60 192.0.2.2"]),
      one.reach([...wanted, "a.example.com A 60 192.0.2.1"]),
    ]);
    assert.deepEqual(await one.served(), [
      "a.example.com A 60 192.0.2.1",
      "b.example.com A 60 192.0.2.2",
      "example.com A 60 192.0.2.1",
    ]);
    await two.reach([]);
    assert.deepEqual(await one.plan([...wanted, "a.example.com A 60 192.0.2.1"]), []);
  });

  it("come to what is wanted after a write that broke half-way", async () => {
    const at = await place("broken");
    const wanted = Array.from({ length: 40 }, (_, index) => `n${index}.example.com A 60 192.0.2.1`);
    let left = 15;
    const cut: Transport = {
      ...transport,
      request: async (request, signal) => {
        left -= request.method === "PATCH" ? 1 : 0;
        return left < 0 ? { kind: "unreachable", message: "cut" } : transport.request(request, signal);
      },
    };
    const half = at.restarted({ transport: cut });
    assert.equal(await half.reach(wanted), "failed");
    const served = await at.served();
    assert.ok(served.length > 0 && served.length < 40, `${served.length} of 40`);
    left = Infinity;
    assert.equal((await half.read()).drift, undefined, "what we did ourselves is no drift");
    assert.equal(await half.reach(wanted), "applied");
    assert.deepEqual(await half.plan(wanted), []);
  });

  it("that an admission policy rejects are reported by name and tried once a minute, and every other one is written", async () => {
    const at = await place("policy");
    const write = async (wanted: readonly string[]): Promise<Applied> => {
      await at.plan(wanted);
      const result = await at.write(await at.read(), wanted);
      return result.kind === "applied" ? result : assert.fail(JSON.stringify(result));
    };
    const wanted = (last: number): readonly string[] =>
      ["denied", "forbidden", "kept", "late"].map((label) => `${label}.example.com A 60 192.0.2.${last}`);
    await write(wanted(1).slice(1, 3));
    await kubectlApply(server, policy(at.namespace));
    await until(async () => !(await isAdmitted(at.namespace)));
    for (const last of [2, 3]) {
      const { rejected = [], retryAfterMs } = await write(wanted(last));
      assert.deepEqual(
        rejected.map(
          ({ write: { kind }, reason, message }) => `${kind} ${reason} ${message.replace(/^.*policy/, "policy")}`,
        ),
        ["create Rejected policy", "update Rejected policy"],
      );
      assert.equal(retryAfterMs, 60_000);
      assert.deepEqual(await at.served(), [wanted(1)[1], ...wanted(last).slice(2)]);
    }
    const both = ["both.example.com A 60 192.0.2.1", "both.example.com AAAA 60 2001:db8::66"];
    const { rejected = [] } = await write([...wanted(3), ...both]);
    assert.deepEqual(
      rejected.map((one) => one.write.kind === "create" && `${one.write.after.name} ${one.write.after.type}`),
      ["both.example.com. AAAA", "denied.example.com. A", false],
    );
    assert.ok((await at.served()).includes("both.example.com A 60 192.0.2.1"), "one family does not stop the other");
    assert.equal((await write([])).rejected?.[0]?.write.kind, "delete");
    assert.deepEqual(await at.served(), wanted(1).slice(1, 2));
    await kubectl(server, "delete", "validatingadmissionpolicybinding", "names.test");
    await until(() => isAdmitted(at.namespace));
    assert.equal((await write([])).wrote, false, "it is not due yet");
    await at.clock.advance(60_000);
    assert.deepEqual([(await write([])).rejected, await at.served()], [undefined, []]);
  });

  async function isAdmitted(namespace: string): Promise<boolean> {
    const input = foreign(namespace, "probe", "denied.example.com", "A", "192.0.2.66");
    return (await server.kubectl(["create", "--dry-run=server", "-f", "-"], { input })).code === 0;
  }

  it("that no ExternalDNS looks at are told in the status", async () => {
    const at = await place("unseen");
    await at.reach(["example.com A 60 192.0.2.1"]);
    assert.equal((await at.read()).warning, undefined);
    await at.clock.advance(180_000);
    assert.match((await at.read()).warning ?? "", /no ExternalDNS has read 1 of 1 DNSEndpoint objects for 3 minutes/);
    await at.patch({ status: { observedGeneration: 1 } }, "--subresource=status");
    assert.equal((await at.read()).warning, undefined);
  });

  function place(namespace: string, setting: Partial<Setting> = {}, spec: Partial<ZoneSpec> = {}): Promise<Scene> {
    return openScene(namespace, { server, transport, ...setting, spec });
  }
});

const EDIT = '[{"op":"replace","path":"/spec/endpoints/0/targets","value":["192.0.2.66"]}]';

/** Rejects `denied` with 422 and `forbidden` with 403, and the deletion of `forbidden` too. */
function policy(namespace: string): string {
  const metadata = { name: "names.test" };
  const apiVersion = "admissionregistration.k8s.io/v1";
  const endpoint = "(request.operation == 'DELETE' ? oldObject : object).spec.endpoints[0].dnsName";
  const spec = {
    failurePolicy: "Fail",
    matchConstraints: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      resourceRules: [
        {
          apiGroups: ["externaldns.k8s.io"],
          apiVersions: ["*"],
          resources: ["dnsendpoints"],
          operations: ["CREATE", "UPDATE", "DELETE"],
        },
      ],
    },
    validations: [
      { expression: `${endpoint} != 'denied.example.com'`, message: "policy" },
      { expression: `${endpoint} != 'forbidden.example.com'`, message: "policy", reason: "Forbidden" },
      {
        expression: "request.operation == 'DELETE' || !object.spec.endpoints.exists(e, '2001:db8::66' in e.targets)",
        message: "policy",
      },
    ],
  };
  const binding = { policyName: metadata.name, validationActions: ["Deny"] };
  return [
    { apiVersion, kind: "ValidatingAdmissionPolicy", metadata, spec },
    { apiVersion, kind: "ValidatingAdmissionPolicyBinding", metadata, spec: binding },
  ]
    .map((object) => JSON.stringify(object))
    .join("\n");
}

/** Policies are enforced some moments after they are made. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300 && !(await isSo()); tries += 1) {
    await delay(100);
  }
}

function foreign(namespace: string, name: string, dnsName: string, recordType: string, target: string): string {
  return JSON.stringify({
    apiVersion: "externaldns.k8s.io/v1alpha1",
    kind: "DNSEndpoint",
    metadata: { name, namespace },
    spec: { endpoints: [{ dnsName, recordType, targets: [target], recordTTL: 120 }] },
  }).concat("\n");
}
