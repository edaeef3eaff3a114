import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { blocksRunBy } from "../support/doc-pages.ts";
import { noteOf } from "../support/doc-note.ts";
import { processesWith } from "../support/process-gone.ts";
import { startProcess } from "../support/process.ts";
import { dig } from "../support/dig.ts";
import { waitFor } from "../lab/wait-for.ts";
import { REAL_SERVERS } from "./real-servers.ts";

test(
  "npm run cluster serves its example, follows a changed target, and leaves nothing behind",
  { skip: REAL_SERVERS },
  async (t) => {
    const [block] = blocksRunBy(import.meta.filename, "docs/trying.md");
    assert.ok(block);
    const directory = await mkdtemp(join(tmpdir(), "dnsalias-script-"));
    try {
      await using lab = startProcess({
        component: "cluster lab",
        command: "bash",
        args: ["--norc", "-c", block.text],
        env: { TMPDIR: directory, NODE_DISABLE_COMPILE_CACHE: "1" },
        stopAfterMs: 30_000,
      });
      await waitFor("the example to be ready", () => assert.match(lab.output(), /\bReady$/m), { withinMs: 90_000 });
      const [, host = "", port = ""] = /dig @(\S+) -p (\d+) example\.com A/.exec(lab.output()) ?? [];
      const [, change = ""] = /curl -X PUT (\S+)/.exec(lab.output()) ?? [];
      const addresses = async (): Promise<readonly string[]> =>
        (await dig({ host, port: Number(port) }, "example.com")).answer.map(({ data }) => data).sort();
      assert.deepEqual(await addresses(), ["11.2.0.1", "11.2.0.2"]);
      const response = await fetch(change, { method: "PUT", body: "11.2.0.7 11.2.0.8" });
      assert.equal(response.status, 200, await response.text());
      await waitFor("the change", async () => assert.deepEqual(await addresses(), ["11.2.0.7", "11.2.0.8"]), {
        withinMs: 60_000,
      });
      // npm and its shell run it; Ctrl-C reaches all of them, but only the laboratory has something to end
      process.kill(await scriptUnder(lab.pid), "SIGINT");
      await waitFor("its end", () => assert.notEqual(lab.ended(), undefined), { withinMs: 60_000 });
      assert.equal(lab.ended(), "ended with 0", lab.output());
      assert.deepEqual(await processesWith(directory), []);
      assert.deepEqual(await readdir(directory), []);
      t.diagnostic(noteOf(block));
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);

/** The process that runs test/lab/cluster.ts: a child of a shell, which is a child of npm. */
async function scriptUnder(pid: number): Promise<number> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8");
  if (commandLine === "node\0test/lab/cluster.ts\0") {
    return pid;
  }
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim();
  assert.match(children, /^\d+$/, `one child of ${commandLine}`);
  return scriptUnder(Number(children));
}
