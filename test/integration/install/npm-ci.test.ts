import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../support/run.ts";

/** The oldest Node.js that README names. npm reads only `process.version`. */
const OLDEST = 'Object.defineProperty(process, "version", { value: "v20.19.0" });';

for (const { name, files, warns } of [
  { name: "npm ci prints no warning with Node.js 20", files: [".npmrc"], warns: false },
  { name: "npm ci would warn without .npmrc", files: [], warns: true },
]) {
  test(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), "dnsalias-npm-"));
    for (const file of ["package.json", "package-lock.json", ...files]) {
      await cp(file, join(directory, file));
    }
    const preload = join(directory, "version.cjs");
    await writeFile(preload, OLDEST);
    const { stdout, stderr, code } = await run("npm", ["ci", "--dry-run", "--offline", "--no-audit", "--no-fund"], {
      cwd: directory,
      env: { NODE_OPTIONS: `--require=${preload}`, npm_config_loglevel: "" },
    });
    await rm(directory, { recursive: true });
    assert.equal(code, 0, stdout + stderr);
    assert.equal(/\bwarn\b/i.test(stdout + stderr), warns, stdout + stderr);
  });
}
