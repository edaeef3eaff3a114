import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../lab/wait-for.ts";
import { processesWith } from "../support/process-gone.ts";
import { blocksRunBy } from "../support/doc-pages.ts";
import { runBlock } from "../support/doc-note.ts";
import { runOrThrow } from "../support/run.ts";
import { startProcess, type ManagedProcess } from "../support/process.ts";

const DEMO = join(import.meta.dirname, "..", "lab", "demo.ts");

describe("npm run demo", { concurrency: true }, () => {
  /** The demos make their temporary folders in it, so that what is left behind can be seen. */
  let temporary: string;
  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), "dnsalias-demo-test-"));
  });
  after(() => rm(temporary, { recursive: true, force: true }));

  const folderFor = async (name: string) => {
    const folder = await mkdtemp(join(temporary, name));
    return { folder, env: { TMPDIR: folder, NO_COLOR: "1", NODE_DISABLE_COMPILE_CACHE: "1" } };
  };

  const nothingIsLeft = async (folder: string) => {
    assert.deepEqual(await processesWith(folder), []);
    assert.deepEqual(await readdir(folder), []);
  };

  const blockWith = (text: string) => {
    const block = blocksRunBy(import.meta.filename, "docs/trying.md").find((one) => one.text === text);
    assert.ok(block);
    return block;
  };

  const start = (env: Readonly<Record<string, string>>, ...args: readonly string[]): ManagedProcess =>
    startProcess({ component: "demo", command: process.execPath, args: [DEMO, ...args], env });

  const hasPrinted = async (demo: ManagedProcess, text: string, withinMs = 60_000): Promise<void> =>
    waitFor(
      `"${text}"`,
      () => {
        assert.equal(demo.ended(), undefined, demo.output());
        assert.ok(demo.output().includes(text), demo.output());
      },
      { withinMs },
    );

  test("docs/trying.md's block: all that is promised holds, it is shown on the way, and nothing is left", async (t) => {
    const { folder, env } = await folderFor("whole-");
    const { stdout } = await runBlock(t, blockWith("npm run demo\n"), { env, timeoutMs: 240_000 });
    for (const line of [
      /example\.com shows the addresses of d111\.cdn\.test, and the status is Ready$/m,
      /the chain's middle moves to us\.pool\.test/,
      /served 203\.0\.113\.\d+ .*bound \d+ s.*MX TXT CAA NS there, \d+ lookups, \d+ writes$/m,
      /the recursive server is stopped/,
      /status: Failure: unreachable since \d\d:\d\d:\d\d UTC; example\.com keeps its last good addresses$/m,
      /example\.com follows again, /,
      /^All promises were kept\.$/m,
    ]) {
      assert.match(stdout, line);
    }
    assert.equal(stdout.match(/^ {2}kept {4}\S/gm)?.length, 8, stdout);
    assert.ok(!stdout.includes("\u001b"), "no control sequences without a terminal");
    await nothingIsLeft(folder);
  });

  test("docs/trying.md's failover: the name switches and returns within the bounds, and nothing is left", async (t) => {
    const { folder, env } = await folderFor("failover-");
    const { stdout } = await runBlock(t, blockWith("npm run demo:failover\n"), { env, timeoutMs: 240_000 });
    for (const line of [
      /the main target is killed by SIGKILL$/m,
      /kept {4}the name switches within the bound +after [\d.]+ s at the server/,
      /^All promises were kept\.$/m,
    ]) {
      assert.match(stdout, line);
    }
    assert.equal(stdout.match(/^ {2}kept {4}\S/gm)?.length, 7, stdout);
    await nothingIsLeft(folder);
  });

  test("README's block does the same in a fresh copy of the checkout", async (t) => {
    const { folder, env } = await folderFor("copy-");
    const checkout = await mkdtemp(join(temporary, "checkout-"));
    const files = await runOrThrow("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    await runOrThrow("cp", ["--parents", "--no-dereference", "--", ...files.split("\0").filter(existsSync), checkout]);
    const [block] = blocksRunBy(import.meta.filename, "README.md");
    assert.ok(block);
    // packages from npm's cache need no network
    const npm = { npm_config_prefer_offline: "true", npm_config_audit: "false" };
    const { stdout } = await runBlock(t, block, { cwd: checkout, env: { ...env, ...npm }, timeoutMs: 600_000 });
    assert.match(stdout, /^All promises were kept\.$/m);
    await nothingIsLeft(folder);
    await rm(checkout, { recursive: true });
  });

  test("a controller that dies fails it, with what was waited for and the last lines of its log", async () => {
    const { folder, env } = await folderFor("killed-");
    await using demo = start(env);
    await hasPrinted(demo, "and the status is Ready");
    const [controller] = await processesWith(`--manifests=${folder}`);
    process.kill(Number(controller?.split(" ")[0]), "SIGKILL");
    await waitFor("its end", () => assert.notEqual(demo.ended(), undefined), { withinMs: 90_000 });
    assert.equal(demo.ended(), "ended with 1", demo.output());
    assert.match(
      demo.output(),
      /FAILED: dnsalias run ended by SIGKILL while the demo waited for example\.com to follow/,
    );
    assert.match(demo.output(), /the last lines of dnsalias run:\n {2}.*INFO: /);
    await nothingIsLeft(folder);
  });

  test("SIGINT ends it in time and leaves nothing", async () => {
    const { folder, env } = await folderFor("stopped-");
    await using demo = start(env);
    await hasPrinted(demo, "and the status is Ready");
    const askedAt = performance.now();
    process.kill(demo.pid, "SIGINT");
    await waitFor("its end", () => assert.notEqual(demo.ended(), undefined));
    assert.equal(demo.ended(), "ended with 130", demo.output());
    assert.ok(performance.now() - askedAt < 5_000, "within 5 s");
    await nothingIsLeft(folder);
  });
});
