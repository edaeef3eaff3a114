import assert from "node:assert/strict";
import { mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../../../src/base/clock.ts";
import type { TextRead } from "../../../src/providers/text-store.ts";
import { createFileStore, type FileStore } from "../../../src/folder/output/file-store.ts";
import { pause, runFolder, temporaryFolder, until } from "../../support/folder.ts";
import { runOrThrow } from "../../support/run.ts";

const SIGNAL = new AbortController().signal;

async function store(limitMs?: number) {
  const folder = await temporaryFolder();
  const path = join(folder.path, "example.com.zone");
  return {
    folder: folder.path,
    path,
    store: fileStore(path, limitMs),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function fileStore(path: string, limitMs?: number): FileStore {
  return createFileStore(path, { readOnly: false, clock: systemClock, ...(limitMs !== undefined && { limitMs }) });
}

function revision(read: TextRead): string {
  return read.kind === "ok" ? read.revision : assert.fail(read.message);
}

test("a file is made, read and changed, each time from the revision that was read", async () => {
  await using lab = await store();
  const empty = await lab.store.read(SIGNAL);
  assert.deepEqual(empty, { kind: "ok", text: undefined, revision: "", owner: undefined });
  const made = await lab.store.write("one", "", SIGNAL);
  assert.equal(made.kind, "written");
  const read = await lab.store.read(SIGNAL);
  assert.deepEqual(read, {
    kind: "ok",
    text: "one",
    revision: made.kind === "written" ? made.revision : "",
    owner: undefined,
  });
  assert.equal((await lab.store.write("two", revision(read), SIGNAL)).kind, "written");
  assert.equal(await readFile(lab.path, "utf8"), "two");
  assert.equal((await stat(lab.path)).mode & 0o777, 0o644 & ~process.umask());
  assert.deepEqual(await readdir(lab.folder), ["example.com.zone"]);
});

test("an edit by someone else since the read is a conflict, and stands", async () => {
  await using lab = await store();
  await lab.store.write("ours", "", SIGNAL);
  const read = await lab.store.read(SIGNAL);
  await writeFile(lab.path, "theirs");
  assert.equal((await lab.store.write("ours again", revision(read), SIGNAL)).kind, "conflict");
  assert.equal(await readFile(lab.path, "utf8"), "theirs");
});

test("a file that must be new never takes the place of one that is there", async () => {
  await using lab = await store();
  await writeFile(lab.path, "theirs");
  assert.equal((await lab.store.write("ours", "", SIGNAL)).kind, "conflict");
  assert.equal(await readFile(lab.path, "utf8"), "theirs");
});

test("a link that leads nowhere is another writer's, and stays", async () => {
  await using lab = await store();
  await symlink("nowhere", lab.path);
  const result = await lab.store.write("ours", revision(await lab.store.read(SIGNAL)), SIGNAL);
  assert.deepEqual(result, { kind: "conflict", message: `${lab.path} was created by another writer meanwhile` });
  assert.equal(await readlink(lab.path), "nowhere");
  assert.deepEqual(await readdir(lab.folder), ["example.com.zone"]);
});

test("of many writes at once from one revision exactly one is written", async () => {
  await using lab = await store();
  const results = await Promise.all(["a", "b", "c", "d"].map((text) => lab.store.write(text, "", SIGNAL)));
  assert.deepEqual(results.map(({ kind }) => kind).sort(), ["conflict", "conflict", "conflict", "written"]);
});

test("the same text again touches nothing", async () => {
  await using lab = await store();
  await lab.store.write("one", "", SIGNAL);
  const before = await stat(lab.path);
  const read = await lab.store.read(SIGNAL);
  assert.equal((await lab.store.write("one", revision(read), SIGNAL)).kind, "written");
  const after = await stat(lab.path);
  assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
});

test("a reader beside the writer never sees half a text", async () => {
  await using lab = await store();
  const texts = ["a", "b"].map((letter) => letter.repeat(200_000));
  await lab.store.write(texts[0] ?? "", "", SIGNAL);
  const writing = { goesOn: true };
  const writer = (async () => {
    for (let i = 1; i < 40; i += 1) {
      await lab.store.write(texts[i % 2] ?? "", revision(await lab.store.read(SIGNAL)), SIGNAL);
    }
    writing.goesOn = false;
  })();
  let reads = 0;
  while (writing.goesOn) {
    assert.ok(texts.includes(await readFile(lab.path, "utf8")));
    reads += 1;
  }
  await writer;
  assert.ok(reads > 10);
});

test("a folder that is gone is a failure that can be tried again, and leaves nothing half-made", async () => {
  await using lab = await store();
  await rm(lab.folder, { recursive: true });
  assert.equal((await lab.store.write("one", "", SIGNAL)).kind, "failed");
  await mkdir(lab.folder);
  assert.equal((await lab.store.write("one", "", SIGNAL)).kind, "written");
});

test("a path that is a folder is a failure and no crash", async () => {
  await using lab = await store();
  await mkdir(lab.path);
  assert.equal((await lab.store.read(SIGNAL)).kind, "failed");
  assert.equal((await lab.store.write("one", "", SIGNAL)).kind, "failed");
});

test("a write that was stopped before its turn is not made", async () => {
  await using lab = await store();
  assert.equal((await lab.store.write("one", "", AbortSignal.abort())).kind, "failed");
  assert.deepEqual(await readdir(lab.folder), []);
});

/** A named pipe that nobody writes to: whoever opens it waits, as for a file server that is gone. */
describe("a file that does not answer", () => {
  const LIMIT_MS = 300;
  const hanging = async (count = 1) => {
    const lab = await store(LIMIT_MS);
    const paths = [lab.path, ...Array.from({ length: count - 1 }, (_, index) => `${lab.path}${index}`)];
    await runOrThrow("mkfifo", paths);
    const stores = [lab.store, ...paths.slice(1).map((path) => fileStore(path, LIMIT_MS))];
    const release = () =>
      until("the calls to end", async () => {
        await openBothWays(paths);
        return stores.every((each) => each.busySince() === undefined);
      });
    return {
      ...lab,
      stores,
      release,
      async [Symbol.asyncDispose]() {
        // A call that still waits would keep this process from its end.
        await release();
        await lab[Symbol.asyncDispose]();
      },
    };
  };
  /** A reader that waits gets the end of the file. By another program, since this one may have no thread left to open a file with. */
  const openBothWays = (paths: readonly string[]): Promise<string> =>
    runOrThrow("sh", ["-c", 'for pipe in "$@"; do if [ -p "$pipe" ]; then : <> "$pipe"; fi; done', "sh", ...paths]);

  test("a read of it fails after the limit, and the next one at once and with the same words", async () => {
    await using lab = await hanging();
    const before = Date.now();
    const read = await lab.store.read(SIGNAL);
    assert.ok(Date.now() - before < LIMIT_MS * 10);
    const since = lab.store.busySince() ?? assert.fail("the call is over");
    const message = `the file system has not answered for ${lab.path} since ${new Date(since).toISOString()}`;
    assert.deepEqual(read, { kind: "failed", message });
    // A result without a wait comes before the next turn of the event loop, however busy the machine is.
    const atOnce = async <T>(result: Promise<T>) => Promise.race([result, turn("waits")]);
    assert.deepEqual(await atOnce(lab.store.read(SIGNAL)), read);
    assert.deepEqual(await atOnce(lab.store.write("ours", "", SIGNAL)), read);
  });

  test("it is read and written again when the file system answers", async () => {
    await using lab = await hanging();
    assert.equal((await lab.store.read(SIGNAL)).kind, "failed");
    await lab.release();
    await rm(lab.path);
    assert.equal((await lab.store.write("ours", "", SIGNAL)).kind, "written");
    assert.equal(await readFile(lab.path, "utf8"), "ours");
  });

  test("a read ends with its signal, a call that waits for its turn never begins", async () => {
    await using lab = await hanging();
    const stopping = new AbortController();
    const first = lab.store.read(SIGNAL);
    const second = lab.store.read(stopping.signal);
    stopping.abort(new Error("the end"));
    await assert.rejects(second, /the end/);
    await lab.release();
    assert.equal((await first).kind, "ok");
    assert.equal(lab.store.busySince(), undefined);
  });

  test("as many of them as Node.js has threads for files do not keep each other's failures back", async () => {
    await using lab = await hanging(8);
    const reads = await Promise.all(lab.stores.map((each) => each.read(SIGNAL)));
    assert.deepEqual(new Set(reads.map(({ kind }) => kind)), new Set(["failed"]));
    assert.ok(lab.stores.every((each) => each.busySince() !== undefined));
  });
});

test("names that lead out of the folder, or hide in it, are refused", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "manifests"));
  await using run = await runFolder(folder.path);
  for (const name of ["../x", "/etc/passwd", "a/b", ".hidden", "..", "", "a\\b"]) {
    assert.throws(() => run.plane.fileStore(name), { code: "CONFIG_INVALID" }, name);
  }
  assert.equal(run.plane.fileStore("a.zone"), run.plane.fileStore("a.zone"));
});

test("a ConfigMap manifest is a text that can be read and not written", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "manifests"));
  const text =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base, namespace: dns}\ndata:\n  zone: |\n    @ IN MX 10 mail\n";
  await writeFile(join(folder.path, "manifests", "base.yaml"), text);
  await using run = await runFolder(folder.path);
  await until("synced", run.synced);
  const store = run.plane.configMapStore("dns", "base", "zone");
  const read = await store.read(SIGNAL);
  assert.equal(read.kind === "ok" ? read.text : "", "@ IN MX 10 mail\n");
  assert.deepEqual(await store.write("x", revision(read), SIGNAL), {
    kind: "refused",
    reason: "Forbidden",
    message:
      "dnsalias does not write ConfigMap dns/base key zone, because it is a manifest: edit the file of the manifest",
  });
  const missing = await run.plane.configMapStore("dns", "base", "other").read(SIGNAL);
  assert.deepEqual(missing, { kind: "ok", text: undefined, revision: "", owner: undefined });
});

const ZONE = `apiVersion: dnsalias.io/v1alpha1
kind: DnsZone
metadata: {name: com, namespace: dns}
spec: {domain: example.com, provider: {coreDNS: {zoneFile: {baseZone: {inline: "@ SOA a b 1 2 3 4 5"}}}}}
`;

test("an edit of a rendered file by someone else is told as an input of its zone, our own writes are not", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "manifests"));
  await writeFile(join(folder.path, "manifests", "zone.yaml"), ZONE);
  await using run = await runFolder(folder.path);
  await until("synced", run.synced);
  const inputs = (): number => run.events.filter((event) => event.kind === "input").length;
  const store = run.plane.fileStore("example.com.zone");
  const written = await store.write("ours", "", SIGNAL);
  await store.write("ours again", written.kind === "written" ? written.revision : "", SIGNAL);
  await writeFile(join(folder.path, "out", "another.zone"), "not of any zone");
  await pause(500);
  assert.equal(inputs(), 0);
  // In one step, as an editor does it: a text that is written in place is two changes, which may or may not be seen apart.
  await writeFile(join(folder.path, "theirs"), "theirs");
  await rename(join(folder.path, "theirs"), join(folder.path, "out", "example.com.zone"));
  await until("the input", () => inputs() === 1);
  assert.equal((await store.read(SIGNAL)).kind, "ok");
  await rm(join(folder.path, "out", "example.com.zone"));
  await until("the input", () => inputs() === 2);
});
