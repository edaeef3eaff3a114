import assert from "node:assert/strict";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { stateText, type StateEntry } from "../../../src/folder/manifest/state-entry.ts";
import { openStateFile, type StateFile } from "../../../src/folder/state/state-file.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { temporaryFolder, until } from "../../support/folder.ts";
import { silentLogger } from "../../support/silent-logger.ts";

interface Play extends AsyncDisposable {
  readonly state: StateFile;
  readonly clock: FakeClock;
  readonly folder: string;
  readonly path: string;
  readonly errors: readonly string[];
  /** Names in the file on disk; undefined: there is no file. */
  names(): Promise<readonly string[] | undefined>;
}

async function play(readOnly = false): Promise<Play> {
  const root = await temporaryFolder();
  const clock = fakeClock(1_000_000);
  const errors: string[] = [];
  const folder = join(root.path, "state");
  const path = join(folder, "state.json");
  const log = { ...silentLogger, error: (_fields: object, message: string) => void errors.push(message) };
  const state = await openStateFile({ path, clock, random: () => 0.5, log, readOnly });
  return {
    state,
    clock,
    folder,
    path,
    errors,
    names: async () => {
      const text = await readFile(path, "utf8").catch(() => undefined);
      return text === undefined ? undefined : [...text.matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name);
    },
    async [Symbol.asyncDispose]() {
      await state[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

function entry(name: string): StateEntry {
  const identity = { specHash: "x", generation: 1, createdAt: 0 };
  return { kind: "DnsAlias", namespace: "web", name, file: "a.yaml", identity };
}

/** The file system needs real time, whatever the clock says. */
async function settled(clock: FakeClock): Promise<void> {
  await clock.settle();
  await delay(150);
}

test("changes within 0.2 s are written together, for the owner alone to read", async () => {
  await using at = await play();
  at.state.put(entry("a"));
  await at.clock.advance(199);
  at.state.put(entry("b"));
  at.state.put(entry("a"));
  await settled(at.clock);
  assert.deepEqual(await at.names(), []);
  await at.clock.advance(1);
  await until("the file", async () => (await at.names())?.join() === "a,b");
  assert.equal((await stat(at.path)).mode & 0o777, 0o600);
  at.state.remove("DnsAlias web/a");
  await until("the removal", async () => {
    await at.clock.advance(200);
    return (await at.names())?.join() === "b";
  });
});

test("many changes in a moment wait for one write", async () => {
  await using at = await play();
  for (let index = 0; index < 50; index += 1) {
    at.state.put(entry(`n${index}`));
  }
  await settled(at.clock);
  assert.equal(at.clock.sleepers(), 1);
  await at.clock.advance(200);
  await until("the file", async () => (await at.names())?.length === 50);
});

test("a removal of what isn't there writes nothing", async () => {
  await using at = await play();
  const before = await stat(at.path);
  at.state.remove("DnsAlias web/none");
  await at.clock.advance(10_000);
  await settled(at.clock);
  assert.equal((await stat(at.path)).ino, before.ino);
});

test("a file that can't be written is a problem, logged once, and tried again after growing waits until it is", async () => {
  await using at = await play();
  await rm(at.folder, { recursive: true });
  at.state.put(entry("a"));
  assert.equal(at.state.problem(), undefined);
  await at.clock.advance(200);
  await until("the problem", () => at.state.problem() !== undefined);
  assert.match(at.state.problem() ?? "", /ENOENT/);
  await until("the first wait", () => at.clock.sleepers() === 1);
  await at.clock.advance(1_000);
  await until("the second wait", () => at.clock.sleepers() === 1);
  assert.deepEqual(at.errors, ["state file not written"]);
  await mkdir(at.folder);
  await at.clock.advance(1_999);
  await settled(at.clock);
  assert.equal(await at.names(), undefined, "the second try comes two seconds after the first");
  await at.clock.advance(1);
  await until("the file", async () => (await at.names())?.join() === "a");
  await until("no problem", () => at.state.problem() === undefined);
});

test("a file without an owner id has one as soon as it is open, and a file with one isn't written then", async () => {
  await using root = await temporaryFolder();
  const path = join(root.path, "state.json");
  await writeFile(path, stateText([JSON.stringify(entry("a"))]));
  const open = () => openStateFile({ path, clock: fakeClock(), random: () => 0.5, log: silentLogger, readOnly: false });
  await using first = await open();
  assert.match(await readFile(path, "utf8"), new RegExp(`"ownerId":"${first.ownerId}"`));
  assert.deepEqual([first.ownerIdProblem(), first.get("DnsAlias web/a")?.name], [undefined, "a"]);
  const { ino } = await stat(path);
  await using second = await open();
  assert.deepEqual([second.ownerId, second.ownerIdProblem()], [first.ownerId, undefined]);
  assert.equal((await stat(path)).ino, ino);
});

test("what wasn't written yet is written when it is closed", async () => {
  const at = await play();
  at.state.put(entry("late"));
  await at.state[Symbol.asyncDispose]();
  assert.deepEqual(await at.names(), ["late"]);
  await at[Symbol.asyncDispose]();
});

test("a state that is only looked at is never written", async () => {
  await using at = await play(true);
  at.state.put(entry("a"));
  await at.clock.advance(60_000);
  await settled(at.clock);
  await at.state[Symbol.asyncDispose]();
  await assert.rejects(stat(at.folder), { code: "ENOENT" });
  assert.equal(at.state.get("DnsAlias web/a")?.name, "a");
});
