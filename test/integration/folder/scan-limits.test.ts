import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scanFolder } from "../../../src/folder/inventory/scan-folder.ts";
import { temporaryFolder } from "../../support/folder.ts";

const TOO_MUCH = "too many files: more than 50000 files, 5000 folders, or 16 levels";

test("16 levels of folders are read, and a deeper one is reported with its path", async () => {
  await using root = await temporaryFolder();
  const levels = Array.from({ length: 16 }, (_, level) => `l${level + 1}`);
  const deepest = levels.join("/");
  mkdirSync(join(root.path, deepest, "l17"), { recursive: true });
  writeFileSync(join(root.path, deepest, "read.yaml"), "");
  writeFileSync(join(root.path, deepest, "l17", "unread.yaml"), "");
  const { files, folders, unreadable } = await scanFolder(root.path);
  assert.deepEqual([...files.keys()], [`${deepest}/read.yaml`]);
  assert.equal(folders.size, 17, "with the folder itself");
  assert.deepEqual(unreadable, [{ path: `${deepest}/l17`, message: TOO_MUCH }]);
});

test("5000 folders are read, and each one beyond is reported", async () => {
  await using root = await temporaryFolder();
  for (let index = 0; index < 5_000; index += 1) {
    mkdirSync(join(root.path, String(10_000 + index)));
  }
  const { folders, unreadable } = await scanFolder(root.path);
  assert.equal(folders.size, 5_000);
  assert.deepEqual(unreadable, [{ path: "14999", message: TOO_MUCH }]);
});

/** Folders of 500 manifests each. All but the first are links to it, which take no time to make. */
function makeFiles(root: string, folders: number): void {
  mkdirSync(join(root, "0"));
  for (let index = 0; index < 500; index += 1) {
    writeFileSync(join(root, "0", `${index}.yaml`), "");
  }
  for (let index = 1; index < folders; index += 1) {
    symlinkSync("0", join(root, String(index)));
  }
}

test("50000 files are read, and one more is too much, wherever it is", async () => {
  await using root = await temporaryFolder();
  makeFiles(root.path, 100);
  const full = await scanFolder(root.path);
  assert.equal(full.files.size, 50_000);
  assert.deepEqual(full.unreadable, []);
  writeFileSync(join(root.path, "one-more.yaml"), "");
  const more = await scanFolder(root.path);
  assert.equal(more.files.size, 50_001);
  assert.deepEqual(more.unreadable, [{ path: "99", message: TOO_MUCH }]);
});

test("a link that leads back up is not followed, and two links to one folder are two folders", async () => {
  await using root = await temporaryFolder();
  mkdirSync(join(root.path, "a", "b"), { recursive: true });
  writeFileSync(join(root.path, "a", "one.yaml"), "");
  symlinkSync("..", join(root.path, "a", "up"));
  symlinkSync("../..", join(root.path, "a", "b", "top"));
  symlinkSync("a", join(root.path, "again"));
  const { files, unreadable } = await scanFolder(root.path);
  assert.deepEqual([...files.keys()], ["a/one.yaml", "again/one.yaml"]);
  assert.deepEqual(unreadable, []);
});
