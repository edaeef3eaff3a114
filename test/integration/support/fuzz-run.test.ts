import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** As `npm run fuzz -- …` does. */
function start(...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["test/fuzz/run.ts", ...words], { stdio: ["ignore", "pipe", "pipe"] });
}

async function untilEnd(child: ChildProcess): Promise<Ended> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      output += chunk;
    });
  }
  await once(child, "close");
  return { code: child.exitCode, output };
}

const GOOD = "test/unit/schedule/due.test.ts";
const FAILING = "test/fixtures/counterexample.test.ts";

test("the help names every option, and no other word is accepted", async () => {
  const help = await untilEnd(start("--help"));
  assert.equal(help.code, 0);
  for (const word of ["npm run fuzz", "--seconds N", "--seed S", "--file F", "--histories N", "counterexamples.md"]) {
    assert.ok(help.output.includes(word), word);
  }
  for (const words of [
    ["--second", "1"],
    ["--seconds", "0"],
    ["--seconds"],
    ["--seed", "x"],
    ["--seed", "2147483648"],
    ["--file", "nowhere.ts"],
    ["--histories", "0"],
    ["--histories", "100", "--seconds", "1"],
    ["--histories", "100", "--file", GOOD],
    ["x"],
  ]) {
    const ended = await untilEnd(start(...words));
    assert.equal(ended.code, 2, words.join(" "));
  }
});

test("a counterexample ends it with exit code 1, and the printed command finds the same one again", async () => {
  const first = await untilEnd(start("--seconds", "60", "--file", GOOD, "--file", FAILING));
  assert.equal(first.code, 1, first.output);
  const [, seed = ""] = /^run 2: seed (\d+) test\/fixtures\/counterexample\.test\.ts FAILED$/m.exec(first.output) ?? [];
  assert.match(first.output, /^run 1: seed \d+ test\/unit\/schedule\/due\.test\.ts passed/m);
  assert.ok(first.output.includes(`npm run fuzz -- --seed ${seed} --file ${FAILING}\n`), first.output);
  const second = await untilEnd(start("--seed", seed, "--file", FAILING));
  assert.equal(second.code, 1);
  const found = /\{ seed: .*path: .*\}/.exec(first.output)?.[0];
  assert.ok(found?.includes(`seed: ${seed},`) && second.output.includes(found), first.output);
});

test("the time ends it, with other seeds in each round", async () => {
  const started = performance.now();
  const { code, output } = await untilEnd(start("--seconds", "4", "--file", GOOD));
  assert.equal(code, 0, output);
  assert.ok(performance.now() - started < 60_000);
  const seeds = [...output.matchAll(/^run \d+: seed (\d+) /gm)].map(([, seed]) => seed);
  assert.ok(seeds.length > 1 && new Set(seeds).size === seeds.length, output);
  assert.match(output, new RegExp(`^${seeds.length} runs without a counterexample in \\d+ s$`, "m"));
});

test("random histories start with their seed", async () => {
  const child = start("--histories", "101", "--seed", "7");
  child.stdout?.once("data", (chunk) => {
    assert.match(String(chunk), /^run 1: seed 7 test\/fuzz\/controller\.test\.ts /);
    child.kill("SIGTERM");
  });
  assert.equal((await untilEnd(child)).code, 143);
});

test("a signal ends it together with its child", async () => {
  const child = start("--file", "test/fuzz/responder.test.ts");
  const ended = untilEnd(child);
  const grandchildren = await untilSome(() => childrenOf(child.pid ?? -1));
  child.kill("SIGINT");
  assert.equal((await ended).code, 130);
  assert.deepEqual(grandchildren.filter(isRunning), []);
});

async function untilSome(find: () => readonly number[]): Promise<readonly number[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = find();
    if (found.length > 0) {
      return found;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return assert.fail("no child process started");
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
