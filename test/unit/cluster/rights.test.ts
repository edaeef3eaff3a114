import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusedRequests, rightsOf, rightText, unusedRights } from "../../cluster/rights.ts";

const ACCOUNT = { namespace: "dns-system", name: "dnsalias" };

const OBJECTS: readonly unknown[] = [
  {
    kind: "ClusterRole",
    metadata: { name: "all" },
    rules: [{ apiGroups: ["dnsalias.io"], resources: ["dnszones"], verbs: ["list"] }],
  },
  binding("ClusterRoleBinding", "all", "ClusterRole", undefined),
  {
    kind: "Role",
    metadata: { name: "corefile", namespace: "kube-system" },
    rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["a", "b"], verbs: ["get"] }],
  },
  {
    kind: "Role",
    metadata: { name: "corefile", namespace: "other" },
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  },
  binding("RoleBinding", "corefile", "Role", "kube-system"),
];

function binding(kind: string, name: string, roleKind: string, namespace: string | undefined): unknown {
  return {
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    roleRef: { kind: roleKind, name },
    subjects: [{ kind: "ServiceAccount", ...ACCOUNT }],
  };
}

const request = {
  verb: "get",
  group: "",
  resource: "configmaps",
  namespace: "kube-system",
  name: "a",
  code: 200,
  user: "x",
  at: 0,
};

describe("the rights of an account", () => {
  it("are one for each verb, resource and name of the roles that are bound to it", () => {
    assert.deepEqual(rightsOf(OBJECTS, ACCOUNT).map(rightText), [
      "list dnszones.dnsalias.io everywhere",
      "get configmaps a in kube-system",
      "get configmaps b in kube-system",
    ]);
    assert.deepEqual(rightsOf(OBJECTS, { ...ACCOUNT, name: "default" }), []);
  });

  const cases = [
    { name: "the same verb, resource, namespace and name", change: {}, isUse: true },
    { name: "another name", change: { name: "c" }, isUse: false },
    { name: "another verb", change: { verb: "list" }, isUse: false },
    { name: "another namespace", change: { namespace: "other" }, isUse: false },
    { name: "another API group", change: { group: "apps" }, isUse: false },
    { name: "another resource", change: { resource: "secrets" }, isUse: false },
  ];
  for (const { name, change, isUse } of cases) {
    it(`are ${isUse ? "used" : "not used"} by a request with ${name}`, () => {
      const unused = unusedRights([{ rights: rightsOf(OBJECTS, ACCOUNT), events: [{ ...request, ...change }] }]);
      assert.equal(unused.includes("get configmaps a in kube-system"), !isUse);
      assert.ok(unused.includes("get configmaps b in kube-system"));
    });
  }

  it("to create are used by a server-side apply that creates", () => {
    const right = { namespace: "", group: "", resource: "configmaps", verb: "create", name: undefined };
    const unused = (code: number) => unusedRights([{ rights: [right], events: [{ ...request, verb: "patch", code }] }]);
    assert.deepEqual(unused(201), []);
    assert.equal(unused(200).length, 1);
  });

  it("are used everywhere by a request in any namespace", () => {
    const event = { ...request, verb: "list", group: "dnsalias.io", resource: "dnszones", namespace: "web", name: "" };
    const unused = unusedRights([{ rights: rightsOf(OBJECTS, ACCOUNT), events: [event] }]);
    assert.ok(!unused.includes("list dnszones.dnsalias.io everywhere"));
  });

  it("are used only by requests of an installation that has them", () => {
    const everywhere = { namespace: "", group: "", resource: "configmaps", verb: "get", name: undefined };
    const there = { ...everywhere, namespace: "kube-system" };
    const given = { rights: [everywhere], events: [request] };
    assert.deepEqual(unusedRights([given, { rights: [there], events: [] }]), ["get configmaps in kube-system"]);
    assert.deepEqual(unusedRights([given, { rights: [there, everywhere], events: [request] }]), []);
    assert.deepEqual(unusedRights([given, { rights: [everywhere], events: [] }]), []);
  });

  it("are missing where a request was refused", () => {
    assert.deepEqual(refusedRequests([request, { ...request, code: 403 }]), ["get configmaps kube-system/a by x"]);
  });
});
