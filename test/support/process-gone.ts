import { readFile, readdir } from "node:fs/promises";

/** The processes, zombies aside, that have this text in their command line, as `PID COMMAND`. */
export async function processesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir("/proc")) {
    if (/^\d+$/.test(entry) && entry !== String(process.pid)) {
      const commandLine = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => ""); // it has ended by now
      if (commandLine.includes(text)) {
        found.push(`${entry} ${commandLine.replaceAll("\0", " ")}`);
      }
    }
  }
  return found.sort();
}

/** The processes, zombies aside, that this one started, as `PID (COMMAND)`. */
export async function childProcesses(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir("/proc")) {
    if (/^\d+$/.test(entry)) {
      const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => ""); // it has ended by now
      const [, shown = "", state, parent] = /^(\d+ \(.*\)) (\S) (\d+) /s.exec(stat) ?? [];
      if (state !== "Z" && parent === String(process.pid)) {
        found.push(shown);
      }
    }
  }
  return found;
}
