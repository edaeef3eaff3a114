import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { parseState } from "../../../src/folder/manifest/state-entry.ts";
import { openStateFile } from "../../../src/folder/state/state-file.ts";
import { listLogger, pause, temporaryFolder } from "../../support/folder.ts";
import { seededRandom } from "../../support/property.ts";

/** Writes the state file again and again, as fast as it can, larger than one write to the disk. */
function writer(path: string): string {
  return `
    import { writeAtomically } from "./src/folder/output/atomic-write.ts";
    const entry = (name) => JSON.stringify({ kind: "DnsAlias", namespace: "web", name, file: "a.yaml",
      identity: { specHash: "x", generation: 1, createdAt: 1 }, object: { filler: "y".repeat(500) } });
    for (let round = 0; ; round += 1) {
      const lines = Array.from({ length: 2000 }, (_, index) => entry("a" + round + "-" + index));
      await writeAtomically(${JSON.stringify(path)}, '{"schemaVersion":1,"objects":[' + lines.join(",") + "]}", { mode: 0o600 });
      if (round === 0) process.stdout.write("written\\n");
    }`;
}

test("a process killed at any moment leaves a whole state file, ten times over", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "state.json");
  const random = seededRandom();
  for (let round = 0; round < 10; round += 1) {
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", writer(path)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await pause(random() * 60);
    child.kill("SIGKILL");
    await once(child, "close");
    const state = parseState(await readFile(path, "utf8"));
    assert.equal(state.kind === "ok" ? state.entries.length : state.message, 2000);
  }
  const { lines, log } = listLogger();
  await using state = await openStateFile({ path, clock: systemClock, random: Math.random, log, readOnly: false });
  assert.deepEqual([state.all().length, lines], [2000, []]);
});
