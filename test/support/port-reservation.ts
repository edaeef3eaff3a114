import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file for each port, with the process that has it. All users may create files in the folder. */
const FOLDER = join(tmpdir(), "dnsalias-test-ports");
const EVERYBODY = 0o1777;

/** Reserves a port until this process ends. False: a process that runs has it, this one included. */
export function reservePort(port: number, folder = FOLDER): boolean {
  if (!files.has(folder)) {
    mkdirSync(folder, { recursive: true });
    makeOpen(folder);
    files.set(folder, new Set());
    process.once("exit", () => files.get(folder)?.forEach((file) => rmSync(file, { force: true })));
  }
  const file = join(folder, String(port));
  const isTaken = !isWritten(file) && (isHeld(file) || !isRemoved(file) || !isWritten(file));
  if (!isTaken) {
    files.get(folder)?.add(file);
  }
  return !isTaken;
}

const files = new Map<string, Set<string>>();

/** The folder belongs to the first user. */
function makeOpen(folder: string): void {
  try {
    chmodSync(folder, EVERYBODY);
  } catch (error) {
    if (codeOf(error) !== "EPERM") {
      throw error;
    }
  }
}

/** False: the file is there. */
function isWritten(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/** Whether the process in the file runs. A file without one is being written. */
function isHeld(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return !(pid > 0) || process.kill(pid, 0);
  } catch (error) {
    // ENOENT: it has just ended. ESRCH: it ended without its exit handler. EPERM: it runs for another user.
    return codeOf(error) !== "ENOENT" && codeOf(error) !== "ESRCH";
  }
}

/** False: the file is another user's. */
function isRemoved(file: string): boolean {
  try {
    rmSync(file, { force: true });
    return true;
  } catch (error) {
    if (codeOf(error) === "EPERM" || codeOf(error) === "EACCES") {
      return false;
    }
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
