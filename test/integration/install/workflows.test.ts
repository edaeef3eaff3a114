import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { run, type RunResult } from "../../support/run.ts";

const CI = ".github/workflows/ci.yaml";
const RELEASE = ".github/workflows/release.yaml";

describe("the workflows of GitHub Actions", { skip: skipWithout("actionlint") }, () => {
  it("have no fault that actionlint finds", async () => {
    const { stdout, stderr, code } = await actionlint(CI, RELEASE);
    assert.equal(code, 0, stdout + stderr);
  });

  it("would be refused with a job that does not exist", async () => {
    const directory = await mkdtemp(join(tmpdir(), "dnsalias-workflows-"));
    const file = join(directory, "release.yaml");
    await writeFile(file, (await readFile(RELEASE, "utf8")).replace("needs: test", "needs: tests"));
    const { stdout, code } = await actionlint(file);
    await rm(directory, { recursive: true });
    assert.equal(code, 1);
    assert.match(stdout, /needs job "tests" which does not exist/);
  });
});

/** shellcheck and pyflakes are not pinned, so the result must not depend on them. */
function actionlint(...files: readonly string[]): Promise<RunResult> {
  return run(locateComponent("actionlint"), ["-no-color", "-shellcheck=", "-pyflakes=", ...files]);
}
