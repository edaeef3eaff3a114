import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startControllerManager } from "../../support/controller-manager.ts";
import type { Daemon } from "../../support/daemon.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { aliasManifest, kubectl, startCluster, until, zoneManifest } from "./fixture.ts";

const skip = skipWithout("kube-apiserver", "kube-controller-manager", "etcd", "kubectl", "openssl");

/** Kubernetes' own ClusterRoles, bound to users in the namespace web. */
const USERS = ["view", "edit", "admin"] as const;
type User = (typeof USERS)[number];

describe("deploy/base/team-roles.yaml", { skip }, () => {
  let server: KubeApiserver;
  let manager: Daemon;
  before(async () => {
    server = await startCluster();
    manager = await startControllerManager(server, ["clusterrole-aggregation-controller"]);
    await kubectl(server, "create", "namespace", "web");
    for (const user of USERS) {
      await kubectl(server, "create", "rolebinding", user, `--clusterrole=${user}`, `--user=${user}`, "-n", "web");
    }
    assert.equal(await can("edit", "create", "dnsaliases.dnsalias.io", "web"), false, "before it is applied");
    await kubectl(server, "apply", "-f", "deploy/base/team-roles.yaml");
    await until("aggregated", () => can("admin", "delete", "dnsaliases.dnsalias.io", "web"));
    await until("aggregated", () => can("edit", "delete", "dnsaliases.dnsalias.io", "web"));
    await until("aggregated", () => can("view", "get", "dnsaliases.dnsalias.io", "web"));
  });
  after(async () => {
    await manager[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function can(user: User, verb: string, resource: string, namespace: string): Promise<boolean> {
    const { stdout } = await server.kubectl(["auth", "can-i", verb, resource, "-n", namespace, `--as=${user}`]);
    return stdout.trim() === "yes";
  }

  async function create(user: User, namespace: string, manifest: object): Promise<string> {
    const input = JSON.stringify(manifest);
    const { code, stderr } = await server.kubectl(["create", "-n", namespace, "-f", "-", `--as=${user}`], { input });
    return code === 0 ? "created" : stderr;
  }

  it("a user with edit in a namespace creates, changes, and deletes an alias there", async () => {
    assert.equal(await create("edit", "web", alias("web")), "created");
    const as = ["-n", "web", "--as=edit"];
    await kubectl(server, "patch", "dnsalias", "shop", "--type=merge", "-p", '{"spec":{"paused":true}}', ...as);
    await kubectl(server, "get", "dnsaliases,dnszones", ...as);
    await kubectl(server, "delete", "dnsalias", "shop", ...as);
  });

  it("and no alias elsewhere, and no zone anywhere", async () => {
    assert.match(await create("edit", "default", alias("default")), /forbidden: User "edit" cannot create/);
    for (const user of ["edit", "admin"] as const) {
      const zone = { ...zoneManifest("shop", "base"), metadata: { name: "shop", namespace: "web" } };
      assert.match(await create(user, "web", zone), /cannot create resource "dnszones"/);
    }
  });

  const rows: readonly (readonly [user: User, verbs: string, resource: string, want: boolean])[] = [
    ["view", "get list watch", "dnsaliases.dnsalias.io", true],
    ["view", "get list watch", "dnszones.dnsalias.io", true],
    ["view", "create update patch delete deletecollection", "dnsaliases.dnsalias.io", false],
    ["edit", "get list watch create update patch delete deletecollection", "dnsaliases.dnsalias.io", true],
    ["edit", "get list watch", "dnszones.dnsalias.io", true],
    ["edit", "create update patch delete deletecollection", "dnszones.dnsalias.io", false],
    ["edit", "update patch", "dnsaliases.dnsalias.io/status", false],
    ["admin", "get list watch create update patch delete deletecollection", "dnsaliases.dnsalias.io", true],
    ["admin", "create update patch delete deletecollection", "dnszones.dnsalias.io", false],
    ["admin", "update patch", "dnszones.dnsalias.io/status", false],
  ];
  for (const [user, verbs, resource, want] of rows) {
    it(`${user} ${want ? "can" : "cannot"} ${verbs} ${resource}`, async () => {
      const [name = "", subresource] = resource.split("/");
      for (const verb of verbs.split(" ")) {
        const what = subresource === undefined ? [name] : [name, `--subresource=${subresource}`];
        const { stdout } = await server.kubectl(["auth", "can-i", verb, ...what, "-n", "web", `--as=${user}`]);
        assert.equal(stdout.trim(), want ? "yes" : "no", verb);
      }
    });
  }
});

function alias(namespace: string): object {
  return { ...aliasManifest("shop"), metadata: { name: "shop", namespace } };
}
