import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { OPTIONS } from "../../../src/cli/config/options.ts";
import { chartFiles } from "../../support/chart-files.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { CHART, CRDS_CHART, helm, template, valueFile, valueSets } from "../../support/helm.ts";
import { listAt, membersAt, valueAt } from "../../support/json-at.ts";
import { containerOf, manifestsOf, titleOf } from "../../support/kube-manifests.ts";
import { runOrThrow } from "../../support/run.ts";

describe("the Helm chart", { skip: skipWithout("helm", "helm-unittest", "helm-docs") }, () => {
  for (const set of valueSets()) {
    it(`passes helm lint --strict with the values "${set}"`, async () => {
      const { stdout, stderr, code } = await helm(["lint", "--strict", CHART, "-f", valueFile(set)]);
      assert.equal(code, 0, stdout + stderr);
    });

    it(`gives the program options that it has, with the values "${set}"`, async () => {
      const objects = manifestsOf(await template("-f", valueFile(set)));
      const deployment = objects.find((object) => /^Deployment .*(?:dnsalias|aname)$/.test(titleOf(object)));
      const args = listAt(containerOf(deployment, "dnsalias"), "args").map(String);
      const names = OPTIONS.filter(({ commands }) => commands.includes("run")).map(({ name }) => `--${name}`);
      assert.equal(args[0], "run");
      assert.deepEqual(
        args.slice(1).filter((arg) => !names.some((name) => arg.split("=")[0] === name)),
        [],
      );
    });
  }

  it("has the team roles and the nudge policy of deploy/", async () => {
    const text = await template("-f", valueFile("hand-written"));
    // The chart's names end with the namespace of the release.
    const chart = manifestsOf(text.replaceAll(/^( +(?:name|policyName): dnsalias\S*)\.dns-system$/gm, "$1"));
    const files = ["deploy/base/team-roles.yaml", "deploy/options/nudge/policy.yaml"];
    const deployed = (await Promise.all(files.map((file) => readFile(file, "utf8")))).flatMap(manifestsOf);
    const content = (object: unknown) => ({
      rules: valueAt(object, "rules"),
      spec: valueAt(object, "spec"),
      aggregated: Object.fromEntries(
        membersAt(object, "metadata", "labels").filter(([label]) => label.includes("/aggregate-to-")),
      ),
    });
    assert.equal(deployed.length, 4);
    for (const object of deployed) {
      const same = chart.find((other) => titleOf(other) === titleOf(object));
      assert.deepEqual(content(same), content(object), titleOf(object));
    }
  });

  it("passes its own unit tests", async () => {
    const text = await runOrThrow(locateComponent("helm-unittest"), [CHART, CRDS_CHART]);
    assert.match(text, /Charts: +2 passed/);
  });

  it("has the CRDs, alerts, dashboard and zone schema of this version: else npm run chart", async () => {
    for (const { path, text } of await chartFiles()) {
      assert.equal(await readFile(path, "utf8"), text, path);
    }
  });

  for (const chart of [CHART, CRDS_CHART]) {
    it(`${chart} has every value in its README as helm-docs writes it: else npm run chart`, async () => {
      await using copy = await copyOf(chart);
      await runOrThrow(locateComponent("helm-docs"), [`--chart-search-root=${copy.directory}`]);
      const readme = await readFile(join(copy.directory, "README.md"), "utf8");
      assert.equal(await readFile(join(chart, "README.md"), "utf8"), readme);
      const undocumented = readme.split("\n").filter((line) => /^\| \S+ \| \w+ \| .* \|  \|$/.test(line));
      assert.deepEqual(undocumented, []);
    });
  }

  it("knows the type of every value, and refuses every other", async () => {
    const schema: unknown = JSON.parse(await readFile(join(CHART, "values.schema.json"), "utf8"));
    const values: unknown = parse(await readFile(join(CHART, "values.yaml"), "utf8"));
    assert.deepEqual(strayKeys(values, schema, schema, ""), []);
    // Helm gives `global` of an umbrella chart to each of its charts, with the values of the others.
    assert.deepEqual(openObjects(schema, ""), ["/properties/global"]);
  });

  it("refuses each former and mistaken name, and names a value that exists", async () => {
    const names: unknown = parse(await readFile(join(CHART, "files/names.yaml"), "utf8"));
    const values: unknown = parse(await readFile(join(CHART, "values.yaml"), "utf8"));
    const replaced = membersAt(names).map(([former, name]) => ({ former, name: String(name) }));
    assert.deepEqual(
      replaced.filter(({ name }) => valueAt(values, ...name.split(".")) === undefined),
      [],
    );
    const args = replaced.flatMap(({ former }) => ["--set", `${former}=1`]);
    const { stderr, code } = await helm(["template", CHART, ...args]);
    assert.notEqual(code, 0);
    for (const { former, name } of replaced) {
      assert.ok(stderr.includes(`The chart has no value ${former}: use ${name}.`), `${former}: ${stderr}`);
    }
  });

  const mistakes: readonly (readonly [what: string, values: string, message: RegExp])[] = [
    ["a typo at the top", "replicaCuont: 3", /additional properties 'replicaCuont' not allowed/],
    ["a typo below", "responder: {enabeld: true}", /at '\/responder': additional properties 'enabeld' not allowed/],
    ["a wrong type", 'replicaCount: "3"', /at '\/replicaCount': got string, want integer/],
    ["a privileged port", "ops: {port: 80}", /at '\/ops\/port': minimum: got 80, want 1,024/],
    [
      "a wrong choice",
      "log: {level: verbose}",
      /at '\/log\/level': value must be one of 'debug', 'info', 'warn', 'error'/,
    ],
    [
      "a zone without a name",
      "zones: [{spec: {domain: a.example, provider: {}}}]",
      /at '\/zones\/0': missing property 'name'/,
    ],
    [
      "a typo in a zone",
      "zones: [{name: a, spec: {domain: a.example, provider: {coreDNS: {zonefile: {}}}}}]",
      /at '\/zones\/0\/spec\/provider\/coreDNS': additional properties 'zonefile' not allowed/,
    ],
    ["an option that is none", "extraArgs: [owner-id=a]", /at '\/extraArgs\/0': 'owner-id=a' does not match pattern/],
    ["a digest that is none", "image: {digest: latest}", /at '\/image\/digest': 'latest' does not match pattern/],
  ];
  for (const [what, values, message] of mistakes) {
    it(`names ${what}`, async () => {
      const directory = await mkdtemp(join(tmpdir(), "dnsalias-values-"));
      const file = join(directory, "values.yaml");
      await writeFile(file, values);
      const { stderr, code } = await helm(["template", CHART, "-f", file]);
      await rm(directory, { recursive: true });
      assert.notEqual(code, 0);
      assert.match(stderr, message);
    });
  }
});

async function copyOf(chart: string): Promise<AsyncDisposable & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-chart-"));
  await cp(chart, directory, { recursive: true });
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

/** The keys of the values that the schema does not have. */
function strayKeys(values: unknown, schema: unknown, root: unknown, path: string): readonly string[] {
  const reference = valueAt(schema, "$ref");
  const own = typeof reference === "string" ? valueAt(root, ...reference.slice(2).split("/")) : schema;
  if (
    typeof values !== "object" ||
    values === null ||
    Array.isArray(values) ||
    valueAt(own, "properties") === undefined
  ) {
    return [];
  }
  return membersAt(values).flatMap(([key, value]) => {
    const below = valueAt(own, "properties", key);
    return below === undefined ? [`${path}/${key}`] : strayKeys(value, below, root, `${path}/${key}`);
  });
}

/** Objects whose fields are listed and which let others through. */
function openObjects(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) {
    return [];
  }
  const isOpen =
    valueAt(schema, "properties") !== undefined &&
    valueAt(schema, "type") === "object" &&
    valueAt(schema, "additionalProperties") !== false;
  return [
    ...(isOpen ? [path] : []),
    ...membersAt(schema).flatMap(([key, value]) => openObjects(value, `${path}/${key}`)),
  ];
}
