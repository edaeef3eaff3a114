import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { systemClock } from "../../../src/base/clock.ts";
import { listAt, textAt } from "../../../src/base/json.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { openPod } from "../../../src/kube/client/in-cluster-config.ts";
import { createTransport } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply } from "./fixture.ts";

const NEVER = new AbortController().signal;
const ROLE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reads-namespaces}
rules: [{apiGroups: [""], resources: [namespaces], verbs: [list]}]
`;

test(
  "a pod's ServiceAccount: its files are enough, a token that the kubelet renews is taken up, and no file is a clear error",
  { skip: skipWithout("etcd", "kube-apiserver", "kubectl") },
  async () => {
    await using server = await startKubeApiserver();
    await kubectl(server, "create", "namespace", "dns-system");
    await kubectl(server, "create", "serviceaccount", "one", "-n", "dns-system");
    await kubectl(server, "create", "serviceaccount", "two", "-n", "dns-system");
    await kubectlApply(server, ROLE);
    await kubectl(
      server,
      "create",
      "clusterrolebinding",
      "two",
      "--clusterrole=reads-namespaces",
      "--serviceaccount=dns-system:two",
    );
    const root = await mkdtemp(join(tmpdir(), "dnsalias-pod-"));
    try {
      const { hostname, port } = new URL(server.url);
      await assert.rejects(openPod({ host: hostname, port }, root), /this pod has no ServiceAccount token/);

      const project = async (name: string): Promise<void> => {
        const config: unknown = parse(
          await readFile(await server.kubeconfigFor({ serviceAccount: name, namespace: "dns-system" }), "utf8"),
        );
        const [cluster, user] = [listAt(config, "clusters")[0], listAt(config, "users")[0]];
        const ca = Buffer.from(textAt(cluster, "cluster", "certificate-authority-data"), "base64").toString();
        await mkdir(join(root, name));
        await writeFile(join(root, name, "ca.crt"), ca);
        await writeFile(join(root, name, "token"), `${textAt(user, "user", "token")}\n`);
        await writeFile(join(root, name, "namespace"), "dns-system");
        await symlink(name, join(root, "next"));
        await rename(join(root, "next"), join(root, "now"));
      };
      await project("one");
      const credentials = await openPod({ host: hostname, port }, join(root, "now"));
      assert.equal(credentials.namespace, "dns-system");
      const deps = { credentials, clock: systemClock, random: Math.random, log: silentLogger };
      await using transport = createTransport(deps, { rereadMs: 0 });
      const list = () => transport.request({ method: "GET", path: "/api/v1/namespaces" }, NEVER);
      const refused = await list();
      assert.equal(refused.kind === "status" && refused.code, 403, "it is who it says, and has no right");
      await project("two");
      assert.equal((await list()).kind, "ok", "the other account's token has");
    } finally {
      await rm(root, { recursive: true });
    }
  },
);
