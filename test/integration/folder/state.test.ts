import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { AliasStatus, DnsAlias } from "../../../src/api/dns-alias.ts";
import { aliasText, namesOf, pause, runFolder, temporaryFolder, until, type FolderRun } from "../../support/folder.ts";

const SIGNAL = new AbortController().signal;

function status(address: string, ready: "True" | "False" = "True"): AliasStatus {
  return {
    observedGeneration: 1,
    conditions: [
      {
        type: "Ready",
        status: ready,
        reason: ready === "True" ? "Ready" : "LoopDetected",
        message: "as it is",
        observedGeneration: 1,
        lastTransitionTime: "2026-11-24T00:00:00Z",
      },
    ],
    hostnames: [{ hostname: "example.com", addresses: [address], ttl: 60 }],
    targets: [
      {
        name: "d111.example.net",
        hostname: "d111.example.net",
        chain: ["d111.example.net"],
        addresses: [address],
        ttl: 60,
        outcome: "Positive",
        lastTransitionTime: "2026-11-24T00:00:00Z",
      },
    ],
  };
}

async function withManifests(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  const manifests = join(folder.path, "manifests");
  await mkdir(manifests);
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(manifests, name), text);
  }
  return {
    root: folder.path,
    manifests,
    state: join(folder.path, "state", "state.json"),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function synced(root: string): Promise<FolderRun> {
  const run = await runFolder(root);
  await until("synced", run.synced);
  return run;
}

function aliasOf(run: FolderRun, key = "web/shop"): DnsAlias {
  const found = run.events.findLast((event) => event.kind === "alias" && event.alias.meta.uid === key);
  return found?.kind === "alias" ? found.alias : assert.fail(`no ${key}`);
}

test("status, age and generation come back after a restart", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  let createdAt = 0;
  {
    await using run = await synced(lab.root);
    createdAt = aliasOf(run).meta.createdAt;
    assert.deepEqual(await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL), {
      kind: "written",
    });
    await writeFile(join(lab.manifests, "a.yaml"), aliasText("shop", "example.org"));
    await until("the edit", () => aliasOf(run).meta.generation === 2);
  }
  await using run = await synced(lab.root);
  const alias = aliasOf(run);
  assert.deepEqual(alias.status, status("192.0.2.1"));
  assert.deepEqual([alias.meta.createdAt, alias.meta.generation], [createdAt, 2]);
});

test("a status that differs is told back as a watch would, and the same one is not", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  await using run = await synced(lab.root);
  const before = run.events.length;
  await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL);
  await until("the event", () => run.events.length === before + 1);
  assert.deepEqual(aliasOf(run).status, status("192.0.2.1"));
  await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL);
  await pause(50);
  assert.equal(run.events.length, before + 1);
});

test("a changed condition is logged once", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  await using run = await synced(lab.root);
  const { reporter } = run.plane;
  for (const ready of ["True", "True", "False", "False"] as const) {
    await reporter.aliasStatus(aliasOf(run), status("192.0.2.1", ready), SIGNAL);
  }
  assert.deepEqual(
    run.log.map(({ level, fields }) => [level, fields["alias"], fields["status"], fields["reason"]]),
    [
      ["debug", "web/shop", "True", "Ready"],
      ["debug", "web/shop", "False", "LoopDetected"],
    ],
  );
});

test("the status of an object that is gone is obsolete", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  await using run = await synced(lab.root);
  const alias = aliasOf(run);
  await unlink(join(lab.manifests, "a.yaml"));
  await until("gone", () => namesOf(run.events, "gone").length === 1);
  assert.deepEqual(await run.plane.reporter.aliasStatus(alias, status("192.0.2.1"), SIGNAL), { kind: "obsolete" });
});

test("a bad edit is a status with conditions that keeps the targets that were last good", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  {
    await using run = await synced(lab.root);
    await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL);
    await writeFile(join(lab.manifests, "a.yaml"), aliasText("shop", "'no name'"));
    await until("invalid", () => namesOf(run.events, "invalid").length === 1);
    const bad = run.events.findLast((event) => event.kind === "invalid");
    await run.plane.reporter.invalidObject(bad?.kind === "invalid" ? bad.manifest : assert.fail(), SIGNAL);
  }
  await using run = await synced(lab.root);
  const { conditions = [], targets } = aliasOf(run).status ?? {};
  assert.deepEqual(targets, status("192.0.2.1").targets);
  assert.deepEqual(
    conditions.map(({ type, status }) => `${type}=${status}`),
    ["Accepted=False", "Ready=False", "Reconciling=False", "Stalled=True"],
  );
  assert.match(conditions[0]?.message ?? "", /: a\.yaml:4:20: spec\.hostnames\[0\]/);
  assert.deepEqual(namesOf(run.events, "invalid"), ["web/shop"]);
});

test("a file that is broken at the start keeps the objects that it held before the stop", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  {
    await using run = await synced(lab.root);
    await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL);
  }
  await writeFile(join(lab.manifests, "a.yaml"), "oops: [1,\n");
  await using run = await synced(lab.root);
  assert.deepEqual(aliasOf(run).status, status("192.0.2.1"));
  assert.deepEqual(namesOf(run.events, "invalid"), ["web/shop"]);
});

test("a folder that is away at the start leaves everything as it was remembered", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  {
    await using _ = await synced(lab.root);
  }
  await rename(lab.manifests, `${lab.manifests}-away`);
  await using run = await synced(lab.root);
  assert.deepEqual(namesOf(run.events, "alias"), ["web/shop example.com."]);
  assert.equal(run.plane.inventory.healthy(), false);
});

test("what was removed while nobody looked is told once, with what it had and as unwatched, and is forgotten", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop"), "b.yaml": aliasText("blog") });
  {
    await using _ = await synced(lab.root);
  }
  await unlink(join(lab.manifests, "b.yaml"));
  {
    await using run = await synced(lab.root);
    await until("gone", () => namesOf(run.events, "gone").length === 1);
    assert.deepEqual(namesOf(run.events, "alias"), ["web/shop example.com.", "web/blog example.com."]);
    assert.ok(run.events.some((event) => event.kind === "gone" && event.isUnwatched === true));
  }
  assert.doesNotMatch(await readFile(lab.state, "utf8"), /blog/);
  await using run = await synced(lab.root);
  assert.deepEqual(namesOf(run.events, "alias"), ["web/shop example.com."]);
});

test("a damaged state file is moved aside with a warning, and work begins anew", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  await mkdir(join(lab.root, "state"));
  await writeFile(lab.state, '{"schemaVersion":1,"objects":[{"kind":"DnsAl');
  await using run = await synced(lab.root);
  assert.deepEqual(namesOf(run.events, "alias"), ["web/shop example.com."]);
  const aside = (await readdir(join(lab.root, "state"))).filter((name) => name.startsWith("state.json.damaged-"));
  assert.equal(aside.length, 1);
  assert.equal(
    await readFile(join(lab.root, "state", aside[0] ?? ""), "utf8"),
    '{"schemaVersion":1,"objects":[{"kind":"DnsAl',
  );
  const [line] = run.log;
  assert.deepEqual([line?.level, line?.fields["err"]], ["warn", "it is not JSON"]);
});

test("what a kill between write and rename has left behind is removed, and the old state counts", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  {
    await using run = await synced(lab.root);
    await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL);
  }
  await writeFile(join(lab.root, "state", ".dnsalias-tmp-0000"), '{"schemaVersion":1,"obj');
  await writeFile(join(lab.root, "out", ".dnsalias-tmp-0001"), "half a zone");
  await using run = await synced(lab.root);
  assert.deepEqual(aliasOf(run).status, status("192.0.2.1"));
  assert.deepEqual(await readdir(join(lab.root, "state")), ["state.json"]);
  assert.deepEqual(await readdir(join(lab.root, "out")), []);
});

test("the last of many statuses in a moment is on disk after the stop", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  {
    await using run = await synced(lab.root);
    for (let i = 0; i < 250; i += 1) {
      await run.plane.reporter.aliasStatus(aliasOf(run), status(`192.0.2.${i}`), SIGNAL);
    }
  }
  await using run = await synced(lab.root);
  assert.deepEqual(aliasOf(run).status, status("192.0.2.249"));
});

test("a state file that cannot be used at all is an error that names it", async () => {
  await using lab = await withManifests({});
  await mkdir(lab.state, { recursive: true });
  await assert.rejects(runFolder(lab.root), { code: "STATE_FILE_INVALID", message: /state\.json cannot be used/ });
});

test("a look that must change nothing leaves no trace", async () => {
  await using lab = await withManifests({ "a.yaml": aliasText("shop") });
  {
    await using run = await runFolder(lab.root, { readOnly: true });
    await until("synced", run.synced);
    await run.plane.reporter.aliasStatus(aliasOf(run), status("192.0.2.1"), SIGNAL);
    const write = await run.plane.fileStore("x.zone").write("x", "", SIGNAL);
    assert.equal(write.kind, "refused");
  }
  assert.deepEqual(await readdir(lab.root), ["manifests"]);
});

test("a Secret is read, followed when it changes, and never in the state file or the log", async () => {
  const secretText = (text: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: pdns, namespace: dns}\nstringData: {api-key: ${text}}\n`;
  await using lab = await withManifests({ "a.yaml": aliasText("shop"), "secret.yaml": secretText("hunter2") });
  const ref = { name: "pdns", key: "api-key" };
  {
    await using run = await synced(lab.root);
    const read = run.plane.secretText("dns", ref);
    assert.deepEqual(await read(SIGNAL), { kind: "ok", text: "hunter2" });
    assert.equal((await run.plane.secretText("web", ref)(SIGNAL)).kind, "refused");
    assert.equal((await run.plane.secretText("dns", { ...ref, key: "other" })(SIGNAL)).kind, "refused");
    await writeFile(join(lab.manifests, "secret.yaml"), secretText("hunter3"));
    await until("followed", async () => JSON.stringify(await read(SIGNAL)).includes("hunter3"));
    await writeFile(join(lab.manifests, "secret.yaml"), `${secretText("hunter4")} - : {`);
    await until("complained", () => run.log.some(({ message }) => message === "manifest not usable"));
    assert.deepEqual(await read(SIGNAL), { kind: "ok", text: "hunter3" }, "the last good one stands");
    assert.doesNotMatch(JSON.stringify(run.log), /hunter/);
  }
  const state = await readFile(lab.state, "utf8");
  assert.match(state, /DnsAlias/);
  assert.doesNotMatch(state, /Secret|hunter|aHVudGVy/);
  await using again = await synced(lab.root);
  assert.equal((await again.plane.secretText("dns", ref)(SIGNAL)).kind, "refused", "nobody remembers it");
});

test("the owner id is random, is in the file before anything else, and is the same after a restart", async () => {
  await using place = await withManifests({});
  const ids: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    await using run = await runFolder(place.root);
    assert.equal(run.plane.ownerIdProblem(), undefined);
    assert.match(await readFile(place.state, "utf8"), new RegExp(`"ownerId":"${run.plane.ownerId}"`));
    ids.push(run.plane.ownerId);
  }
  await using other = await withManifests({});
  await using elsewhere = await runFolder(other.root);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], elsewhere.plane.ownerId);
});

test("a state file that is damaged behind the owner id keeps the id, and one without it gets a new one", async () => {
  await using place = await withManifests({ "a.yaml": aliasText("shop") });
  let before = "";
  {
    await using run = await synced(place.root);
    before = run.plane.ownerId;
  }
  const text = await readFile(place.state, "utf8");
  await writeFile(place.state, text.slice(0, 80));
  {
    await using run = await synced(place.root);
    assert.equal(run.plane.ownerId, before);
    assert.equal(run.plane.ownerIdProblem(), undefined);
  }
  await writeFile(place.state, "");
  await using run = await synced(place.root);
  assert.notEqual(run.plane.ownerId, before);
});

test("an owner id that can't be saved is a problem: after a restart it would be another one", async () => {
  await using place = await withManifests({});
  // Nobody can create files there, root included.
  await using run = await runFolder(place.root, { stateFile: "/sys/kernel/dnsalias-state.json" });
  assert.match(run.plane.ownerIdProblem() ?? "", /EACCES|EPERM|EROFS/);
  assert.match(run.plane.stateProblem() ?? "", /EACCES|EPERM|EROFS/);
});
