import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { validateFile } from "../../../src/folder/manifest/validate-file.ts";

const readme = readFileSync("README.md", "utf8");

test("every link of the README leads to a file", () => {
  const links = [...readme.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?(?: "[^"]*")?\)/g)].map(([, link = ""]) => link);
  assert.ok(links.length > 10);
  assert.deepEqual(
    links.filter((link) => !existsSync(link)),
    [],
  );
});

test("each line of what happens when things break names a test that holds it", () => {
  const section = /## When things break\n(.*?)\n## /s.exec(readme)?.[1] ?? "";
  const rows = section.split("\n").filter((line) => /^\| (?!what breaks)[a-z]/.test(line));
  assert.ok(rows.length > 5);
  for (const row of rows) {
    const links = [...row.matchAll(/\]\((\S+)(?: "([^"]+)")?\)/g)];
    assert.ok(links.length > 0, row);
    for (const [, path = "", title = ""] of links) {
      assert.ok(hasTest(path, title), `${path} has no test with the name "${title}"`);
    }
  }
});

/** A test's name may begin with what differs between tests of a table: `${id}: the rest`. */
function hasTest(path: string, title: string): boolean {
  const calls = readFileSync(path, "utf8").matchAll(/\b(?:test|it)\(\s*(["`])(?:\$\{\w+\}: )?(.*?)\1,/g);
  return [...calls].some(([, , name]) => name === title);
}

test("every npm script that the README names is there", () => {
  const scripts = JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).scripts);
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, script = ""]) => script);
  assert.ok(named.includes("demo"));
  assert.deepEqual(
    named.filter((script) => !scripts.includes(`"${script}":`)),
    [],
  );
});

const texts = [
  ...["demo", "cluster", "outside"].flatMap((folder) =>
    readdirSync(`examples/${folder}`).map((file) => ({
      name: `examples/${folder}/${file}`,
      text: readFileSync(`examples/${folder}/${file}`, "utf8"),
    })),
  ),
  ...[...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => ({ name: "the README's YAML", text })),
];

for (const { name, text } of texts) {
  test(`${name} is taken as it is`, () => {
    const { objects, problems } = validateFile(name, text);
    assert.deepEqual(problems, []);
    assert.ok(objects.length > 0);
    assert.deepEqual(
      objects.flatMap(({ result: verdict }) => (verdict.kind === "invalid" ? verdict.problems : [])),
      [],
    );
  });
}
