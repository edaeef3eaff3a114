import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { requireComponent, skipWithout, type ComponentName } from "../../support/component.ts";
import { freePort } from "../../support/free-port.ts";
import { startProcess, untilReady } from "../../support/process.ts";
import { processesWith } from "../../support/process-gone.ts";

const NEVER_READY = { component: "sh", probe: async () => "the moon is not full" };

test("a process that ends before it is ready is an error with what it said", async () => {
  await using child = startProcess({ component: "sh", command: "/bin/sh", args: ["-c", "echo no luck >&2; exit 3"] });
  await assert.rejects(untilReady(child, { ...NEVER_READY, deadlineMs: 10_000 }), /ended with 3\nno luck/);
});

test("a process that is not ready in time is an error with what is missing", async () => {
  await using child = startProcess({ component: "sh", command: "/bin/sh", args: ["-c", "sleep 60"] });
  await assert.rejects(untilReady(child, { ...NEVER_READY, deadlineMs: 100 }), /the moon is not full/);
});

test("a command that is not there is an error", async () => {
  await using child = startProcess({ component: "x", command: "/nonexistent/x", args: [] });
  await assert.rejects(untilReady(child, { ...NEVER_READY, deadlineMs: 10_000 }), /\/nonexistent\/x/);
});

test("a process that ignores SIGTERM is killed", async () => {
  const child = startProcess({
    component: "sh",
    command: "/bin/sh",
    args: ["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
    stopAfterMs: 200,
  });
  await untilReady(child, {
    component: "sh",
    deadlineMs: 10_000,
    probe: async () => (child.output() === "" ? "silent" : undefined),
  });
  await child.stop();
  assert.equal(child.ended(), "ended by SIGKILL");
});

test("a child ends with its parent even when the parent is killed", async () => {
  const marker = `sleep-marker-${process.pid}`;
  const module = join(import.meta.dirname, "..", "..", "support", "process.ts");
  const script = `
    import { startProcess } from ${JSON.stringify(module)};
    const child = startProcess({
      component: "sh",
      command: "/bin/sh",
      args: ["-c", "echo runs; while :; do sleep 0.05; done", "${marker}"],
    });
    // Killed any sooner, the parent may be gone before the child has asked the kernel to be killed with it.
    setInterval(() => child.output().includes("runs") && console.log("started"), 20);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "data");
  parent.kill("SIGKILL");
  await once(parent, "close");
  const deadline = performance.now() + 5000;
  while ((await processesWith(marker)).length > 0 && performance.now() < deadline) {
    await delay(20);
  }
  assert.deepEqual(await processesWith(marker), []);
});

test("a missing component skips a test by name, but fails it in CI", (t) => {
  const before = process.env["CI"] ?? "";
  t.after(() => {
    process.env["CI"] = before;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a component that no machine has
  const absent = "no-such-server" as ComponentName;
  const skipped: string[] = [];
  const context = { skip: (message: string) => void skipped.push(message) };

  process.env["CI"] = "";
  assert.equal(requireComponent(context, absent), undefined);
  assert.match(skipped.join(), /no-such-server/);
  assert.match(String(skipWithout(absent)), /no-such-server/);

  process.env["CI"] = "true";
  assert.throws(() => requireComponent(context, absent), /no-such-server/);
  assert.equal(skipWithout(absent), false);
});

test("what a process has started ends with it", async () => {
  const marker = `grandchild-marker-${process.pid}`;
  const loop = `/bin/sh -c 'while :; do sleep 0.05; done' ${marker}`;
  const child = startProcess({ component: "sh", command: "/bin/sh", args: ["-c", `${loop} & echo ready; wait`] });
  await untilReady(child, {
    component: "sh",
    deadlineMs: 10_000,
    probe: async () => (child.output() === "" ? "silent" : undefined),
  });
  await child.stop();
  assert.deepEqual(await processesWith(marker), []);
});

test("a free port can be listened on", async () => {
  for (const host of ["127.0.0.1", "127.0.0.2", "::1"]) {
    const server = createServer().listen(await freePort(host), host);
    await once(server, "listening");
    server.close();
  }
});
