import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../../support/free-port.ts";
import { run } from "../../support/run.ts";

const NODE = process.execPath;

function dnsalias(...words: readonly string[]) {
  return run(NODE, ["src/main.ts", ...words], { env: { NO_COLOR: "1" } });
}

test("version prints the version of package.json, quickly and without loading what it does not need", async () => {
  const version = /"version": "([^"]+)"/.exec(await readFile("package.json", "utf8"))?.[1] ?? assert.fail();
  const { stdout, stderr, code } = await dnsalias("version");
  assert.deepEqual([stdout, stderr, code], [`dnsalias ${version} (Node.js ${process.versions.node})\n`, "", 0]);
  const { stdout: json } = await dnsalias("version", "--json");
  assert.deepEqual(JSON.parse(json), { version, node: process.versions.node });
});

const TRACE =
  "data:text/javascript," +
  encodeURIComponent(
    `import { registerHooks } from "node:module";
       registerHooks({ resolve(specifier, context, next) {
         if (!/^[.]|^node:|^file:|^data:/.test(specifier)) process.stderr.write("package " + specifier + "\\n");
         return next(specifier, context);
       } });`,
  );

test("version and help load neither Kubernetes nor the log, metrics, YAML and schema packages", async () => {
  for (const words of [["version"], ["run", "--help"]]) {
    const { stderr, code } = await run(NODE, ["--import", TRACE, "src/main.ts", ...words]);
    assert.deepEqual([stderr.replaceAll("package commander\n", ""), code], ["", 0]);
  }
  const { stderr } = await run(NODE, ["--import", TRACE, "src/main.ts", "crds"]);
  assert.match(stderr, /^package typebox$/m);
});

test("a wrong command line is one clear line on standard error, and ends with 64", async () => {
  const { stdout, stderr, code } = await dnsalias("rnu");
  assert.deepEqual([stdout, stderr, code], ["", "dnsalias: no such command: rnu; did you mean run?\n", 64]);
});

test("help goes to standard output and is no failure", async () => {
  const { stdout, stderr, code } = await dnsalias("--help");
  assert.match(stdout, /^Usage: dnsalias COMMAND/);
  assert.deepEqual([stderr, code], ["", 0]);
});

test("an old Node.js is told what is needed, before anything else is loaded", async () => {
  for (const [version, code] of [
    ["20.20.2", 1],
    ["22.18.9", 1],
    ["22.19.0", 0],
    ["23.0.0", 0],
  ] as const) {
    const pretend = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;
    const result = await run(NODE, ["--import", pretend, "src/main.ts", "version"]);
    assert.equal(result.code, code, version);
    assert.equal(result.stderr, code === 0 ? "" : `dnsalias needs Node.js 22.19 or newer; this is ${version}\n`);
  }
});

test("resolve says that nobody answered, and ends with 1", async () => {
  const port = await freePort();
  const { stdout, code } = await dnsalias("resolve", "a.example", "--resolver", `127.0.0.1:${port}`, "--json");
  assert.equal(code, 1);
  assert.deepEqual(
    [...stdout.matchAll(/"outcome": "(\w+)"/g)].map((match) => match[1]),
    ["Failure", "Failure"],
  );
});

test("folder mode loads nothing of Kubernetes", async () => {
  const out = await mkdtemp(join(tmpdir(), "dnsalias-traced-"));
  try {
    const folder = ["--manifests", "examples/folder", "--out", out, "--resolver", "127.0.0.1:9"];
    const { stderr, code } = await run(NODE, ["--import", TRACE, "src/main.ts", "run", "--once", ...folder]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^package yaml$/m, "what is loaded is seen");
    assert.doesNotMatch(stderr, /@kubernetes/);
  } finally {
    await rm(out, { recursive: true });
  }
});
