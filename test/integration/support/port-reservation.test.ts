import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { reservePort } from "../../support/port-reservation.ts";

const MODULE = join(import.meta.dirname, "../../support/port-reservation.ts");

/** Whether another process gets the port, and a process that ended by a signal keeps its file. */
function isReservedElsewhere(port: number, folder: string, isKilled = false): boolean {
  const script = `
    const { reservePort } = await import(${JSON.stringify(MODULE)});
    process.stdout.write(String(reservePort(${port}, ${JSON.stringify(folder)})));
    ${isKilled ? 'process.kill(process.pid, "SIGKILL")' : ""}`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout === "true";
}

test("a port is given to one process, and to another one when that has ended", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dnsalias-ports-"));
  try {
    assert.equal(reservePort(10_001, folder), true);
    assert.equal(reservePort(10_001, folder), false, "this process has it already");
    assert.equal(isReservedElsewhere(10_001, folder), false);
    assert.equal(isReservedElsewhere(10_002, folder), true);
    assert.equal(existsSync(join(folder, "10002")), false, "a process that ends gives it back");
    assert.equal(isReservedElsewhere(10_003, folder, true), true);
    assert.equal(existsSync(join(folder, "10003")), true, "a killed one leaves its file");
    assert.equal(reservePort(10_003, folder), true);
    await writeFile(join(folder, "10004"), "");
    assert.equal(reservePort(10_004, folder), false, "a file that is being written");
  } finally {
    await rm(folder, { recursive: true });
  }
});
