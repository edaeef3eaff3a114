import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { runCrds } from "../../../../src/cli/commands/crds.ts";

test("without a folder both CRDs are one YAML stream, the same as the manifests in deploy/crds", async () => {
  let text = "";
  assert.equal(await runCrds({ write: (more) => void (text += more) }), 0);
  const printed = parseAllDocuments(text).map((document) => document.toJS());
  assert.deepEqual(
    printed.map(({ metadata }) => metadata.name),
    ["dnsaliases.dnsalias.io", "dnszones.dnsalias.io"],
  );
  for (const crd of printed) {
    const file = `deploy/crds/${crd.metadata.name}.yaml`;
    assert.deepEqual(
      parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS()),
      [crd],
    );
  }
});
