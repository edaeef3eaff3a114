import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { processesWith } from "../support/process-gone.ts";
import { startProcess } from "../support/process.ts";
import { runOrThrow } from "../support/run.ts";
import { dig } from "../support/dig.ts";
import { waitFor } from "../lab/wait-for.ts";
import { REAL_SERVERS } from "./real-servers.ts";

test(
  "npm run cluster serves its example, follows a changed target, and leaves nothing behind",
  { skip: REAL_SERVERS },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "dnsalias-script-"));
    try {
      await using lab = startProcess({
        component: "cluster lab",
        command: "npm",
        args: ["run", "cluster"],
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
      // npm passes no signal on to what its shell runs: the script itself is told to end.
      const script = await runOrThrow("pgrep", ["-g", String(lab.pid), "-f", "^\\S*node test/lab/cluster.ts"]);
      process.kill(Number(script), "SIGTERM");
      await waitFor("its end", () => assert.notEqual(lab.ended(), undefined), { withinMs: 30_000 });
      assert.equal(lab.ended(), "ended with 0", lab.output());
      assert.deepEqual(await processesWith(directory), []);
      assert.deepEqual(await readdir(directory), []);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
