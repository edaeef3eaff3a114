import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { crdManifests } from "../../../src/api/generate/crd.ts";
import { runCrds, writeCrds } from "../../../src/cli/commands/crds.ts";

test("crds --out writes both files to a folder that it makes, and names them; again changes nothing", async () => {
  const parent = await mkdtemp(join(tmpdir(), "dnsalias-crds-"));
  try {
    const folder = join(parent, "deploy", "crds");
    let written = "";
    const code = await runCrds({ out: folder, write: (text) => (written += text) });
    assert.equal(code, 0);
    assert.deepEqual(
      written.trim().split("\n"),
      crdManifests().map(({ file }) => join(folder, file)),
    );
    await writeCrds(folder);
    assert.deepEqual((await readdir(folder)).sort(), ["dnsaliases.dnsalias.io.yaml", "dnszones.dnsalias.io.yaml"]);
    for (const { file, yaml } of crdManifests()) {
      assert.equal(await readFile(join(folder, file), "utf8"), yaml);
    }
  } finally {
    await rm(parent, { recursive: true });
  }
});

test("crds prints one YAML stream with both", async () => {
  let written = "";
  assert.equal(await runCrds({ write: (text) => (written += text) }), 0);
  const kinds = parseAllDocuments(written).map((document) => document.getIn(["spec", "names", "kind"]));
  assert.deepEqual(kinds, ["DnsAlias", "DnsZone"]);
});
