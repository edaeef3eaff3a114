import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { validateFile } from "../../../src/folder/manifest/validate-file.ts";

/** examples/values has values of the chart, which test/integration/install/example-values.test.ts renders. */
const FILES = readdirSync("examples", { recursive: true, encoding: "utf8" }).filter(
  (path) => /\.ya?ml$/.test(path) && !path.startsWith("values/"),
);

test("there are examples of the five kinds that folder mode reads", () => {
  const kinds = FILES.flatMap((path) => validateFile(path, readFileSync(join("examples", path), "utf8")).objects).map(
    ({ kind }) => kind,
  );
  assert.deepEqual([...new Set(kinds)].toSorted(), ["ConfigMap", "DnsAlias", "DnsZone", "Namespace", "Secret"]);
});

/** Its targets are objects of a cluster, which folder mode refuses. */
const NEEDS_CLUSTER = "gateway/alias.yaml";

for (const path of FILES) {
  test(`examples/${path} is right as it stands`, () => {
    const { objects, problems } = validateFile(path, readFileSync(join("examples", path), "utf8"));
    assert.deepEqual(problems, []);
    for (const { id, result } of objects) {
      if (path === NEEDS_CLUSTER) {
        const text = "resourceRef needs a cluster. Use hostname or addresses instead.";
        assert.ok(result.kind === "invalid" && result.problems.every((line) => line.endsWith(text)), id);
        assert.equal(result.problems.length, 2);
        continue;
      }
      assert.equal(result.kind, "good", `${id}: ${result.kind === "invalid" ? result.problems.join("\n") : ""}`);
    }
  });
}
