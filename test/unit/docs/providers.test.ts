import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { validateFile } from "../../../src/folder/manifest/validate-file.ts";

const manuals = readdirSync("src/providers", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("README.md"))
  .map((path) => join("src/providers", path));
const pages = readdirSync("docs/providers").map((file) => join("docs/providers", file));

const SECTIONS = ["Name", "Description", "Configuration", "Permissions", "Limits", "Example", "Metrics"];

for (const path of manuals) {
  test(`${path} has the sections of a manual page, in their order`, () => {
    const headings = [...readFileSync(path, "utf8").matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
    assert.deepEqual(headings, SECTIONS);
  });
}

for (const path of [...manuals, ...pages]) {
  test(`every link of ${path} leads to a file`, () => {
    const links = [...readFileSync(path, "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
    assert.deepEqual(
      links.filter((link) => !existsSync(join(dirname(path), link))),
      [],
    );
  });
}

for (const path of pages) {
  test(`the zones of ${path} are taken as they are`, () => {
    const blocks = [...readFileSync(path, "utf8").matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => text);
    const zones = blocks.filter((text) => text.includes("kind: DnsZone"));
    assert.ok(zones.length > 0);
    for (const text of zones) {
      const { objects, problems } = validateFile(path, text);
      assert.deepEqual([problems, objects.filter(({ result: verdict }) => verdict.kind === "invalid")], [[], []]);
    }
  });
}
