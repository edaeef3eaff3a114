import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolderReader } from "../../../src/folder/inventory/read-folder.ts";
import { scanFolder } from "../../../src/folder/inventory/scan-folder.ts";
import { documentedFigure } from "../../support/documented-figure.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { runOrThrow } from "../../support/run.ts";

const CLI = "docs/cli.md";
const MIB = 1_048_576;

describe("the limits of folder mode: the figure is read, and one more is named", () => {
  test("bytes of a file", async () => {
    const most = documentedFigure(CLI, /^- Limits: (\d+) MiB a file/m) * MIB;
    await using folder = await temporaryFolder();
    for (const [name, bytes] of [["most.yaml", most] as const, ["more.yaml", most + 1] as const]) {
      await writeFile(join(folder.path, name), `#${"x".repeat(bytes - 1)}`);
    }
    const { unreadable } = await createFolderReader(folder.path)();
    assert.deepEqual(
      unreadable.map(({ path }) => path),
      ["more.yaml"],
    );
  });

  test("levels of folders", async () => {
    const most = documentedFigure(CLI, /^- Limits: .*, (\d+) levels\.$/m);
    await using folder = await temporaryFolder();
    const levels = Array.from({ length: most }, () => "d");
    await mkdir(join(folder.path, ...levels), { recursive: true });
    assert.deepEqual(await namedIn(folder.path), []);
    await mkdir(join(folder.path, ...levels, "d"));
    assert.deepEqual(await namedIn(folder.path), [[...levels, "d"].join("/")]);
  });

  test("folders", async () => {
    const most = documentedFigure(CLI, /^- Limits: .*, ([\d,]+) folders/m);
    await using folder = await temporaryFolder();
    // The folder of the manifests is one of them.
    await make(folder.path, "mkdir", "d", most - 1);
    assert.deepEqual(await namedIn(folder.path), []);
    await mkdir(join(folder.path, "e"));
    assert.deepEqual(await namedIn(folder.path), ["e"]);
  });

  for (const where of ["", "in/a/folder"]) {
    test(`files, in the folder "${where}"`, async () => {
      const most = documentedFigure(CLI, /^- Limits: .*, ([\d,]+) files/m);
      await using folder = await temporaryFolder();
      await mkdir(join(folder.path, where), { recursive: true });
      await make(join(folder.path, where), "touch", "f", most, ".yaml");
      assert.deepEqual(await namedIn(folder.path), []);
      await writeFile(join(folder.path, "z.yaml"), "");
      assert.deepEqual((await namedIn(folder.path)).slice(0, 1), [where]);
    });
  }
});

/** Paths that a look at the folder names as not readable; "" is the folder itself. */
async function namedIn(root: string): Promise<readonly string[]> {
  const { unreadable } = await scanFolder(root);
  return unreadable.map(({ path }) => path);
}

async function make(folder: string, command: string, prefix: string, count: number, suffix = ""): Promise<void> {
  const script = `cd "$1" && seq -f "$3%.0f$5" 1 "$4" | xargs -n 1000 "$2"`;
  await runOrThrow("sh", ["-c", script, "sh", folder, command, prefix, String(count), suffix]);
}
