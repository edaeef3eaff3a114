import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT_PAGES } from "../../support/doc-pages.ts";

const inDocs = readdirSync("docs", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".md"))
  .map((path) => join("docs", path));
const pages = [...ROOT_PAGES.filter((page) => page !== "README.md"), ...inDocs];

for (const page of pages) {
  test(`every link of ${page} leads to a file`, () => {
    const links = [...readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?(?: "[^"]*")?\)/g)].map(
      ([, link = ""]) => link,
    );
    const files = links.filter((link) => !/^https?:/.test(link)).map((link) => join(dirname(page), link));
    assert.deepEqual(
      files.filter((file) => !existsSync(file)),
      [],
    );
  });
}
