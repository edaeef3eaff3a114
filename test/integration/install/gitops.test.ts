import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it, test } from "node:test";
import { LuaFactory } from "wasmoon";
import { parse } from "yaml";
import { summarize, type Findings } from "../../../src/api/condition/summarize.ts";
import { skipWithout } from "../../support/component.ts";
import { listAt, textAt } from "../../support/json-at.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { manifestsOf } from "../../support/kube-manifests.ts";
import { crdWaits } from "../../support/crd-waits.ts";

const FOLDER = "examples/gitops";
const GOOD = { status: "True", reason: "Accepted", message: "m" } as const;
const base: Findings = {
  accepted: GOOD,
  resolved: { ...GOOD, reason: "Resolved" },
  programmed: { status: "True", reason: "Programmed", message: "2/2 servers give it" },
  paused: false,
  generation: 3,
  previous: [],
  now: 0,
};

describe("the health script for Argo CD", () => {
  const samples: readonly (readonly [what: string, object: unknown, health: string, message: RegExp])[] = [
    ["has no status yet", sample({}), "Progressing", /waiting for dnsalias/],
    ["was just made", sample({ observedGeneration: -1 }), "Progressing", /waiting/],
    ["is of an older generation", statusOf(base, 2), "Progressing", /waiting/],
    ["is ready", statusOf(base), "Healthy", /2\/2 servers give it/],
    [
      "is being published",
      statusOf({ ...base, programmed: { status: "False", reason: "PropagationSlow", message: "1/2" } }),
      "Progressing",
      /PropagationSlow: 1\/2/,
    ],
    [
      "cannot be looked up for the moment",
      statusOf({ ...base, resolved: { status: "False", reason: "LookupFailed", message: "SERVFAIL" } }),
      "Progressing",
      /LookupFailed: SERVFAIL/,
    ],
    [
      "is wrong",
      statusOf({ ...base, accepted: { status: "False", reason: "Invalid", message: "spec.hostnames" } }),
      "Degraded",
      /Invalid: spec.hostnames/,
    ],
    [
      "has a name of somebody else",
      statusOf({ ...base, accepted: { status: "False", reason: "HostnameConflict", message: "other/shop has it" } }),
      "Degraded",
      /HostnameConflict/,
    ],
    ["is paused", statusOf({ ...base, paused: true }), "Suspended", /Paused/],
    [
      "is being deleted",
      { ...statusOf(base), metadata: { generation: 3, deletionTimestamp: "2026-01-01T00:00:00Z" } },
      "Progressing",
      /withdrawn/,
    ],
  ];
  for (const [what, object, health, message] of samples) {
    it(`says ${health} of what ${what}`, async () => {
      const told = await runHealth(await readFile(`${FOLDER}/argocd/health.lua`, "utf8"), object);
      assert.equal(textAt(told, "status"), health);
      assert.match(textAt(told, "message"), message);
    });
  }

  it("is the one in the patch of argocd-cm, for both kinds", async () => {
    const script = await readFile(`${FOLDER}/argocd/health.lua`, "utf8");
    const patch: unknown = parse(await readFile(`${FOLDER}/argocd/argocd-cm.yaml`, "utf8"));
    for (const kind of ["DnsAlias", "DnsZone"]) {
      assert.equal(textAt(patch, "data", `resource.customizations.health.dnsalias.io_${kind}`), script);
    }
  });
});

test("the waves put the base zone before the DnsZone before the alias", async () => {
  const files = ["base-zone", "zone", "alias"].map((name) => readFile(`${FOLDER}/team/${name}.yaml`, "utf8"));
  const waves = (await Promise.all(files)).map((text) =>
    textAt(parse(text), "metadata", "annotations", "argocd.argoproj.io/sync-wave"),
  );
  assert.deepEqual(waves, ["0", "1", "2"]);
});

test("Flux waits for the very objects of the team", async () => {
  const [flux] = manifestsOf(await readFile(`${FOLDER}/flux/names.yaml`, "utf8"));
  const objects = ["zone", "alias"].map((name) => readFile(`${FOLDER}/team/${name}.yaml`, "utf8"));
  const references = (await Promise.all(objects)).map((text): unknown => parse(text));
  assert.deepEqual(
    listAt(flux, "spec", "healthChecks"),
    references.map((object) => ({
      apiVersion: textAt(object, "apiVersion"),
      kind: textAt(object, "kind"),
      name: textAt(object, "metadata", "name"),
      namespace: textAt(object, "metadata", "namespace"),
    })),
  );
});

describe("GitOps on a real apiserver", { skip: skipWithout("kube-apiserver", "etcd", "kubectl", "openssl") }, () => {
  let server: KubeApiserver;

  before(async () => {
    server = await startKubeApiserver();
    await kubectl("apply", "--server-side", "-k", "deploy/crds");
    for (const args of crdWaits("crd", "--all")) {
      await kubectl(...args);
    }
    for (const namespace of ["dns-system", "web", "other"]) {
      await kubectl("create", "namespace", namespace);
    }
  });
  after(() => server[Symbol.asyncDispose]());

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  it("finds no difference after dnsalias has written its status and finalizer", async () => {
    const sync = [
      "--server-side",
      "--force-conflicts",
      "--field-manager=argocd-controller",
      "-f",
      `${FOLDER}/team`,
    ] as const;
    await kubectl("apply", ...sync);
    const status = {
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name: "shop", namespace: "web" },
      status: statusOf(base).status,
    };
    const ours = ["--server-side", "--field-manager=dnsalias", "--subresource=status", "-f", "-"];
    const written = await server.kubectl(["apply", ...ours], { input: JSON.stringify(status) });
    assert.equal(written.code, 0, written.stderr);
    await kubectl(
      "patch",
      "dnsalias",
      "shop",
      "-n",
      "web",
      "--type=merge",
      "--field-manager=dnsalias",
      '-p={"metadata":{"finalizers":["dnsalias.io/withdraw"]}}',
    );
    assert.equal(await kubectl("diff", ...sync), "");
    await kubectl("apply", ...sync);
    const left = await kubectl(
      "get",
      "dnsalias",
      "shop",
      "-n",
      "web",
      "-o",
      "jsonpath={.metadata.finalizers} {.status.conditions[*].type}",
    );
    assert.match(left, /dnsalias.io\/withdraw.*Ready/);
  });

  it("lets a namespace claim the names that its annotation has, and no others", async () => {
    await kubectl("apply", "-f", `${FOLDER}/policy/names.yaml`);
    await kubectl("annotate", "namespace", "web", "dnsalias.io/names=example.com, *.Shop.example.com");
    const apply = async (namespace: string, ...hostnames: readonly string[]) => {
      const spec = { hostnames, targets: [{ addresses: ["192.0.2.7"] }] };
      const object = {
        apiVersion: "dnsalias.io/v1alpha1",
        kind: "DnsAlias",
        metadata: { name: "claim", namespace },
        spec,
      };
      return server.kubectl(["apply", "--dry-run=server", "-f", "-"], { input: JSON.stringify(object) });
    };
    await untilRefused(() => apply("other", "example.com"));
    const cases: readonly (readonly [namespace: string, hostnames: readonly string[], refused: string | undefined])[] =
      [
        ["web", ["example.com"], undefined],
        ["web", ["Example.COM."], undefined],
        ["web", ["a.shop.example.com", "*.shop.example.com", "*.b.shop.example.com"], undefined],
        ["web", ["shop.example.com"], "shop.example.com"],
        ["web", ["evilshop.example.com"], "evilshop.example.com"],
        ["web", ["example.com", "www.example.com"], "www.example.com"],
        ["web", ["*.example.com"], "*.example.com"],
        ["other", ["example.com"], "example.com"],
      ];
    for (const [namespace, hostnames, refused] of cases) {
      const { stderr, code } = await apply(namespace, ...hostnames);
      const message = `namespace ${namespace} may not claim ${refused}: the annotation dnsalias.io/names`;
      assert.equal(code === 0, refused === undefined, stderr);
      assert.ok(refused === undefined || stderr.includes(message), stderr);
    }
  });

  it("lets go of an alias whose name is no longer allowed, and refuses its changes", async () => {
    await kubectl("annotate", "namespace", "web", "dnsalias.io/names=else.example.com", "--overwrite");
    await kubectl("patch", "dnsalias", "shop", "-n", "web", "--type=merge", '-p={"metadata":{"finalizers":[]}}');
    const change = ["patch", "dnsalias", "shop", "-n", "web", "--type=merge", '-p={"spec":{"paused":true}}'];
    await untilRefused(() => server.kubectl(change));
    await kubectl("delete", "dnsalias", "shop", "-n", "web");
  });
});

/** A policy and a namespace's annotation take the apiserver a moment. */
async function untilRefused(attempt: () => Promise<{ readonly code: number }>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await attempt()).code === 0) {
    assert.ok(performance.now() < deadline, "not refused within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function sample(status: object): { metadata: object; status: object } {
  return { metadata: { generation: 3 }, status };
}

function statusOf(findings: Findings, observedGeneration = 3) {
  return sample({ observedGeneration, conditions: summarize(findings), hostnames: [], targets: [] });
}

async function runHealth(script: string, object: unknown): Promise<unknown> {
  const lua = await new LuaFactory().createEngine();
  try {
    await lua.doString(`obj = ${literal(object)}`);
    const told: unknown = await lua.doString(script);
    return told;
  } finally {
    lua.global.close();
  }
}

/** A value as a Lua table, which is what Argo CD gives the script: a missing field is nil. */
function literal(value: unknown): string {
  if (Array.isArray(value)) {
    return `{${value.map(literal).join(",")}}`;
  }
  return typeof value === "object" && value !== null
    ? `{${Object.entries(value)
        .map(([key, member]) => `[${JSON.stringify(key)}]=${literal(member)}`)
        .join(",")}}`
    : JSON.stringify(value);
}
