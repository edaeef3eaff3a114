import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { apiPage } from "../../pages/api-page.ts";
import { crdManifests } from "../../../src/api/generate/crd.ts";
import { REASONS } from "../../../src/api/condition/reason.ts";
import { reasonsPage } from "../../pages/reasons-page.ts";
import { ERROR_CODES } from "../../../src/base/error.ts";

test("deploy/crds is what the schema gives: run npm run crds", () => {
  const files = crdManifests().map(({ file, yaml }) => [file, yaml]);
  assert.deepEqual(
    readdirSync("deploy/crds")
      .filter((file) => file.endsWith(".yaml"))
      .sort()
      .map((file) => [file, readFileSync(join("deploy/crds", file), "utf8")]),
    files,
  );
});

test("docs/reasons.md is what the reasons give: run npm run pages", () => {
  assert.equal(readFileSync("docs/reasons.md", "utf8"), reasonsPage());
});

test("docs/api.md is what the schema gives: run npm run pages", () => {
  assert.equal(readFileSync("docs/api.md", "utf8"), apiPage());
});

test("docs/errors.md has one line for each error code, in order", () => {
  const rows = readFileSync("docs/errors.md", "utf8").matchAll(/^\| ([A-Z_]+) \|/gm);
  assert.deepEqual(
    [...rows].map((row) => row[1]),
    [...ERROR_CODES],
  );
});

test("every reason is documented once, in a form that a condition may have", () => {
  const reasons = REASONS.map(({ reason }) => reason);
  assert.deepEqual(reasons, [...new Set(reasons)]);
  assert.deepEqual(
    reasons.filter((reason) => !/^[A-Z][A-Za-z]*$/.test(reason)),
    [],
  );
});

const GIVES_REASON = /^(?!\s*(?:\*|\/)).*?(?:\breason: |\bno\(\s*)"([A-Z][A-Za-z]+)"/gm;

test("every reason that the code gives is documented", () => {
  const known = new Set(REASONS.map(({ reason }) => reason));
  const unknown = ["controller", "plan", "providers", "kube", "folder"]
    .flatMap((folder) => sourcesUnder(join("src", folder)))
    .flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(GIVES_REASON)].map((match) => [file, match[1] ?? ""] as const),
    )
    .filter(([, reason]) => !known.has(reason));
  assert.deepEqual(unknown, []);
});

function sourcesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
}
