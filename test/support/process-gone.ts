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
