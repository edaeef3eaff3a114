import assert from "node:assert/strict";
import { chmod, mkdir, readdir, rename, rm, rmdir, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { aliasText, namesOf, pause, runFolder, temporaryFolder, until, type FolderRun } from "../../support/folder.ts";

/** Long enough that only a watch can have told of what is seen within a test. */
const NEVER_MS = 600_000;
const SETTLED_MS = 1500;

async function start(files: Readonly<Record<string, string>>, rescanMs = NEVER_MS) {
  const folder = await temporaryFolder();
  const manifests = join(folder.path, "manifests");
  await mkdir(manifests, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(manifests, name, ".."), { recursive: true });
    await writeFile(join(manifests, name), text);
  }
  const run = await runFolder(folder.path, { rescanMs });
  await until("synced", run.synced);
  return {
    run,
    manifests,
    root: folder.path,
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function saw(run: FolderRun, kind: "alias" | "gone" | "invalid", what: string): Promise<void> {
  return until(`${kind} ${what}`, () => namesOf(run.events, kind).includes(what));
}

test("what is there is told before it is synced, sub-folders and JSON too, dot files and other files not", async () => {
  await using lab = await start({
    "a.yaml": aliasText("a"),
    "deep/er/b.yml": aliasText("b"),
    "c.json": JSON.stringify({
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name: "c", namespace: "web" },
      spec: { hostnames: ["example.com"], targets: [{ hostname: "d111.example.net" }] },
    }),
    ".hidden.yaml": aliasText("hidden"),
    ".git/d.yaml": aliasText("git"),
    "kustomization.yaml": "resources: [a.yaml]\n",
    "README.md": "not a manifest",
    "a.yaml.bak": aliasText("backup"),
  });
  assert.deepEqual(namesOf(lab.run.events, "alias"), [
    "web/a example.com.",
    "web/b example.com.",
    "web/c example.com.",
  ]);
  assert.deepEqual(lab.run.plane.inventory.problems(), []);
  assert.equal(lab.run.plane.inventory.healthy(), true);
});

test("a new file, a change in place, and a file that is removed are seen without waiting for the next look", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") });
  await writeFile(join(lab.manifests, "b.yaml"), aliasText("b"));
  await saw(lab.run, "alias", "web/b example.com.");
  await writeFile(join(lab.manifests, "a.yaml"), aliasText("a", "example.org"));
  await saw(lab.run, "alias", "web/a example.org.");
  await unlink(join(lab.manifests, "b.yaml"));
  await saw(lab.run, "gone", "web/b");
  assert.deepEqual(namesOf(lab.run.events, "gone"), ["web/b"]);
});

test("editors that write anew and rename, or truncate and write, change an object and never remove it", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") });
  const file = join(lab.manifests, "a.yaml");
  // vim with backupcopy=no: the old file goes away under another name first.
  await rename(file, `${file}~`);
  await pause(300);
  await writeFile(file, aliasText("a", "one.example"));
  await saw(lab.run, "alias", "web/a one.example.");
  // most others: a temporary file, renamed over the old one
  await writeFile(join(lab.manifests, ".a.yaml.tmp"), aliasText("a", "two.example"));
  await rename(join(lab.manifests, ".a.yaml.tmp"), file);
  await saw(lab.run, "alias", "web/a two.example.");
  // truncated, and written a while later
  await writeFile(file, "");
  await pause(300);
  await writeFile(file, aliasText("a", "three.example"));
  await saw(lab.run, "alias", "web/a three.example.");
  await pause(SETTLED_MS);
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
});

test("a projected ConfigMap that the kubelet swaps by its ..data link is read anew, and nothing is removed between", async () => {
  await using folder = await temporaryFolder();
  const manifests = join(folder.path, "manifests");
  await project(manifests, "..2026_01", { "a.yaml": aliasText("a"), "b.yaml": aliasText("b") });
  await symlink(join("..data", "a.yaml"), join(manifests, "a.yaml"));
  await symlink(join("..data", "b.yaml"), join(manifests, "b.yaml"));
  await using run = await runFolder(folder.path, { rescanMs: NEVER_MS });
  await until("synced", run.synced);
  assert.deepEqual(namesOf(run.events, "alias"), ["web/a example.com.", "web/b example.com."]);
  await project(manifests, "..2026_02", { "a.yaml": aliasText("a", "new.example") });
  await saw(run, "alias", "web/a new.example.");
  // The kubelet removes the link of a key that is gone, and the old folder, only afterwards.
  await unlink(join(manifests, "b.yaml"));
  await rm(join(manifests, "..2026_01"), { recursive: true });
  await saw(run, "gone", "web/b");
  assert.deepEqual(namesOf(run.events, "gone"), ["web/b"]);
});

/** As the kubelet does: a new folder, a new link, and the link renamed over `..data`. */
async function project(manifests: string, version: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(manifests, version), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(manifests, version, name), text);
  }
  await symlink(version, join(manifests, "..data_tmp"));
  await rename(join(manifests, "..data_tmp"), join(manifests, "..data"));
}

test("a folder that vanishes is unhealthy and removes nothing; when it is back, changes count again", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") }, 100);
  await rename(lab.manifests, `${lab.manifests}-away`);
  await until("unhealthy", () => !lab.run.plane.inventory.healthy());
  await pause(SETTLED_MS);
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
  assert.match(lab.run.plane.inventory.problems()[0] ?? "", /ENOENT/);
  await rename(`${lab.manifests}-away`, lab.manifests);
  await until("healthy", () => lab.run.plane.inventory.healthy());
  await writeFile(join(lab.manifests, "b.yaml"), aliasText("b"));
  await saw(lab.run, "alias", "web/b example.com.");
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
  assert.equal(lab.run.log.filter(({ level }) => level === "error").length, 1);
  assert.equal(lab.run.log.filter(({ message }) => message === "manifest folder readable again").length, 1);
});

test("an empty folder in the place of the full one, as under a volume that is not mounted, removes nothing", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") }, 100);
  await rename(lab.manifests, `${lab.manifests}-away`);
  await mkdir(lab.manifests);
  await until("unhealthy", () => !lab.run.plane.inventory.healthy());
  await pause(SETTLED_MS);
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
});

test("the last file removed from the folder itself is a removal", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") });
  await unlink(join(lab.manifests, "a.yaml"));
  await saw(lab.run, "gone", "web/a");
});

test("a file that is broken keeps its object, says where, and the others go on", async () => {
  await using lab = await start({ "a.yaml": aliasText("a"), "b.yaml": aliasText("b"), "c.yaml": aliasText("c") });
  await writeFile(join(lab.manifests, "b.yaml"), `${aliasText("b")}  oops: [1, 2\n`);
  await saw(lab.run, "invalid", "web/b");
  await writeFile(join(lab.manifests, "c.yaml"), aliasText("c", "new.example"));
  await saw(lab.run, "alias", "web/c new.example.");
  await pause(SETTLED_MS);
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
  assert.match(lab.run.plane.inventory.problems()[0] ?? "", /^b\.yaml:\d+:\d+: not YAML: /);
  const repaired = (): number => lab.run.log.filter(({ message }) => message === "all manifests usable again").length;
  assert.equal(repaired(), 0);
  await writeFile(join(lab.manifests, "b.yaml"), aliasText("b", "mended.example"));
  await saw(lab.run, "alias", "web/b mended.example.");
  assert.deepEqual(lab.run.plane.inventory.problems(), []);
  assert.equal(repaired(), 1);
});

test("a change that no watch told of is seen at the next look", async () => {
  await using lab = await start({}, 200);
  // Only the folder with the link is watched, not the one that it leads to.
  await writeFile(join(lab.root, "elsewhere.yaml"), aliasText("a"));
  await symlink(join(lab.root, "elsewhere.yaml"), join(lab.manifests, "a.yaml"));
  await saw(lab.run, "alias", "web/a example.com.");
  await writeFile(join(lab.root, "elsewhere.yaml"), aliasText("a", "new.example"));
  await saw(lab.run, "alias", "web/a new.example.");
});

test("files of one size and one time of change that differ are told apart", async () => {
  await using lab = await start({ "a.yaml": aliasText("a", "one.example") }, 100);
  const at = new Date(1_700_000_000_000);
  await writeFile(join(lab.manifests, ".new"), aliasText("a", "two.example"));
  await utimes(join(lab.manifests, ".new"), at, at);
  await utimes(join(lab.manifests, "a.yaml"), at, at);
  await rename(join(lab.manifests, ".new"), join(lab.manifests, "a.yaml"));
  await saw(lab.run, "alias", "web/a two.example.");
});

test("links in circles, named pipes and links to nothing are passed over", async () => {
  await using lab = await start({ "sub/a.yaml": aliasText("a") });
  await symlink("..", join(lab.manifests, "sub", "up"));
  await symlink("/nowhere/at/all.yaml", join(lab.manifests, "dead.yaml"));
  await writeFile(join(lab.manifests, "b.yaml"), aliasText("b"));
  await saw(lab.run, "alias", "web/b example.com.");
  assert.deepEqual(lab.run.plane.inventory.problems(), []);
});

test("a link that leads to itself is named, and the others go on", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") });
  await symlink("loop.yaml", join(lab.manifests, "loop.yaml"));
  await writeFile(join(lab.manifests, "b.yaml"), aliasText("b"));
  await saw(lab.run, "alias", "web/b example.com.");
  await until("the problem", () => /^loop\.yaml: .*ELOOP/.test(lab.run.plane.inventory.problems()[0] ?? ""));
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
});

test("a file in another encoding is named, with the cure, and removes nothing", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") });
  await writeFile(join(lab.manifests, "a.yaml"), Buffer.from(`\uFEFF${aliasText("a")}`, "utf16le"));
  const named = (): boolean =>
    lab.run.plane.inventory.problems()[0]?.endsWith("not UTF-8 text: save the file as UTF-8") === true;
  await until("the problem", named);
  await pause(SETTLED_MS);
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
});

test("a file over the limit is named and removes nothing", async () => {
  await using lab = await start({ "a.yaml": aliasText("a") });
  await writeFile(join(lab.manifests, "a.yaml"), `${aliasText("a")}#${"x".repeat(4 * 1024 * 1024)}`);
  await until("the problem", () => lab.run.plane.inventory.problems()[0]?.startsWith("a.yaml: larger than") === true);
  await pause(SETTLED_MS);
  assert.deepEqual(namesOf(lab.run.events, "gone"), []);
});

test(
  "a sub-folder without permission keeps what it held",
  { skip: process.getuid?.() === 0 && "root may read all" },
  async () => {
    await using lab = await start({ "sub/a.yaml": aliasText("a") }, 100);
    await chmod(join(lab.manifests, "sub"), 0);
    await until("the problem", () => lab.run.plane.inventory.problems().length > 0);
    await pause(SETTLED_MS);
    await chmod(join(lab.manifests, "sub"), 0o700);
    assert.deepEqual(namesOf(lab.run.events, "gone"), []);
  },
);

test("a folder that does not exist ends it at once, unless objects are known from an earlier run", async () => {
  await using folder = await temporaryFolder();
  const manifests = join(folder.path, "manifests");
  await assert.rejects(runFolder(folder.path), { code: "CONFIG_INVALID" });
  assert.deepEqual(await readdir(folder.path), []);
  await mkdir(manifests);
  await writeFile(join(manifests, "a.yaml"), aliasText("a"));
  const first = await runFolder(folder.path);
  await until("synced", first.synced);
  await first[Symbol.asyncDispose]();
  await rename(manifests, `${manifests}-away`);
  await using second = await runFolder(folder.path);
  await until("synced", second.synced);
  assert.deepEqual(namesOf(second.events, "alias"), ["web/a example.com."]);
  assert.equal(second.plane.inventory.healthy(), false);
  await assert.rejects(runFolder(folder.path, { readOnly: true }), { code: "CONFIG_INVALID" });
});

test("it stops at once when it is told to, also while it waits for a folder that went away before anything was read", async () => {
  await using folder = await temporaryFolder();
  const manifests = join(folder.path, "manifests");
  await mkdir(manifests);
  const run = await runFolder(folder.path, { rescanMs: NEVER_MS }, () => rmdir(manifests));
  await until("unhealthy", () => !run.plane.inventory.healthy());
  assert.equal(run.synced(), false);
  const before = Date.now();
  await run[Symbol.asyncDispose]();
  assert.ok(Date.now() - before < 5_000);
});
