import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { reservePort } from "../../support/port-reservation.ts";

const MODULE = join(import.meta.dirname, "../../support/port-reservation.ts");

const reserving = (port: number): readonly string[] => [
  "--input-type=module",
  "-e",
  `const { reservePort } = await import(${JSON.stringify(MODULE)});
  process.stdout.write(String(await reservePort(${port})));
  process.stdin.resume();`,
];

function isReservedElsewhere(port: number): boolean {
  const { stdout, status } = spawnSync(process.execPath, reserving(port), { encoding: "utf8", input: "" });
  assert.equal(status, 0);
  return stdout === "true";
}

// Ports beyond the range that freePort draws from.
test("a port is given to one process, and to another one when that has ended", async () => {
  assert.equal(await reservePort(40_001), true);
  assert.equal(await reservePort(40_001), false, "this process has it already");
  assert.equal(isReservedElsewhere(40_001), false);
  assert.equal(isReservedElsewhere(40_002), true);
  assert.equal(await reservePort(40_002), true, "the other process has ended");
});

test("a killed process gives its port back", async () => {
  const other = spawn(process.execPath, reserving(40_003), { stdio: ["pipe", "pipe", "inherit"] });
  const [answer] = await once(other.stdout, "data");
  assert.equal(String(answer), "true");
  assert.equal(await reservePort(40_003), false);
  other.kill("SIGKILL");
  await once(other, "close");
  assert.equal(await reservePort(40_003), true);
});
