import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { REASONS } from "../../../src/api/condition/reason.ts";
import { OPTIONS, variableOf } from "../../../src/cli/config/options.ts";
import { cliPage } from "../../pages/cli-page.ts";
import { documentPages } from "../../support/doc-pages.ts";

const pages = documentPages().map((page) => ({ page, text: readFileSync(page, "utf8") }));
const reference = readFileSync("docs/cli.md", "utf8");
const troubleshooting = readFileSync("docs/troubleshooting.md", "utf8");

test("troubleshooting leads from every reason of a condition to a place to look", () => {
  const reasons = REASONS.filter(({ on }) => !on.includes("Event") && !on.includes("History")).map(
    ({ reason }) => reason,
  );
  assert.deepEqual(
    reasons.filter((reason) => !new RegExp(`\\b${reason}\\b`).test(troubleshooting)),
    [],
  );
});

test("the options and variables of the command line reference are the program's", () => {
  const names = new Set<string>(OPTIONS.map(({ name }) => name));
  const variables = new Set(OPTIONS.map(({ name }) => variableOf(name)));
  const options = [...reference.matchAll(/`--([a-z-]+)/g)].map(([, name = ""]) => name);
  const named = [...reference.matchAll(/`(DNSALIAS_[A-Z_]+)`/g)].map(([, name = ""]) => name);
  assert.ok(options.length > 10);
  assert.deepEqual(
    options.filter((name) => !names.has(name)),
    [],
  );
  // Kubernetes gives a pod these two beside a Service called dnsalias
  const ofKubernetes = ["DNSALIAS_SERVICE_HOST", "DNSALIAS_PORT_"];
  assert.deepEqual(
    named.filter(
      (name) => !variables.has(name) && !ofKubernetes.some((start) => name.startsWith(start)) && name !== "DNSALIAS_",
    ),
    [],
  );
});

test("the tables of commands and options in the reference are the program's: npm run pages writes them", () => {
  assert.equal(cliPage(reference), reference);
  assert.equal(reference.match(/^\| `--/gm)?.length, OPTIONS.length);
});

test("every npm script that a page names is there", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = pages.flatMap(({ page, text }) =>
    [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script = ""]) => ({ page, script })),
  );
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter(({ script }) => !Object.hasOwn(scripts, script)),
    [],
  );
});

test("every page of docs is in its index", () => {
  const index = readFileSync("docs/README.md", "utf8");
  const missing = pages
    .map(({ page }) => page)
    .filter((page) => page.startsWith("docs/") && !page.startsWith("docs/runbooks/") && page !== "docs/README.md")
    .filter((page) => !index.includes(`(${page.slice("docs/".length)})`));
  assert.deepEqual(missing, []);
});

for (const { page, text } of pages) {
  test(`every link of ${page} that names a heading leads to one`, () => {
    const links = [...text.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].map(([, path = "", anchor = ""]) => ({
      path,
      anchor,
    }));
    const wrong = links.filter(({ path, anchor }) => {
      const file = path === "" ? page : join(dirname(page), path);
      return !existsSync(file) || !anchorsOf(readFileSync(file, "utf8")).has(anchor);
    });
    assert.deepEqual(wrong, []);
  });
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}
