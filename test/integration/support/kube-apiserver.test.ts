import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { processesWith } from "../../support/process-gone.ts";

const skip = skipWithout("etcd", "kube-apiserver", "kubectl", "openssl");

const READER = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: default}]
`;

describe("kube-apiserver", { skip }, () => {
  test("keeps its objects over a stop and a kill, and leaves nothing behind", async () => {
    const server = await startKubeApiserver();
    try {
      await kubectl(server, ["create", "configmap", "kept", "--from-literal=key=value"]);
      await server.stop();
      assert.notEqual((await server.kubectl(["get", "configmap", "kept"])).code, 0);
      await server.start();
      await server.kill();
      await server.start();
      assert.equal(await kubectl(server, ["get", "configmap", "kept", "-o", "jsonpath={.data.key}"]), "value");
    } finally {
      await server[Symbol.asyncDispose]();
    }
    assert.deepEqual(await processesWith(server.directory), []);
    assert.deepEqual(await processesWith(server.etcd.directory), []);
  });

  test("lets a ServiceAccount do what its Role says and no more, and records who did what", async () => {
    await using server = await startKubeApiserver({ audit: true });
    await kubectl(server, ["apply", "-f", "-"], READER);
    const kubeconfig = await server.kubeconfigFor({ serviceAccount: "reader", namespace: "default" });
    assert.equal((await server.kubectl(["get", "configmaps"], { kubeconfig })).code, 0);
    const refused = await server.kubectl(["create", "configmap", "mine"], { kubeconfig });
    assert.match(refused.stderr, /forbidden/);

    const user = "system:serviceaccount:default:reader";
    const done = (await server.auditEvents()).filter((event) => event.user === user && event.resource !== "");
    assert.deepEqual(
      done.map(({ verb, resource, code }) => ({ verb, resource, code })),
      [
        { verb: "list", resource: "configmaps", code: 200 },
        { verb: "create", resource: "configmaps", code: 403 },
      ],
    );
  });
});

async function kubectl(server: KubeApiserver, args: readonly string[], input?: string): Promise<string> {
  const { stdout, stderr, code } = await server.kubectl(args, input === undefined ? {} : { input });
  assert.equal(code, 0, stderr);
  return stdout;
}
