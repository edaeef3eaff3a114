import { readdirSync, readFileSync } from "node:fs";

/** What a process has used so far, as Linux counts it. */
export interface Usage {
  /** Processor time, user and kernel. */
  readonly cpuMs: number;
  readonly rssMiB: number;
  /** The most since its start. */
  readonly peakRssMiB: number;
}

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return { cpuMs: cpuMsOf(pid), rssMiB: kib("VmRSS") / 1024, peakRssMiB: kib("VmHWM") / 1024 };
}

/** The same of a process and of all that it has started, and they in turn: some servers answer in children. Memory that they share counts for each. */
export function usageWithChildren(pid: number): Usage {
  const parents = new Map(
    readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => [Number(entry), parentOf(Number(entry))]),
  );
  const isOurs = (at: number | undefined): boolean =>
    at === pid || (at !== undefined && at > 1 && isOurs(parents.get(at)));
  return [...parents.keys()]
    .filter(isOurs)
    .map(usageOf)
    .reduce((sum, one) => ({
      cpuMs: sum.cpuMs + one.cpuMs,
      rssMiB: sum.rssMiB + one.rssMiB,
      peakRssMiB: sum.peakRssMiB + one.peakRssMiB,
    }));
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** proc_pid_stat(5): fields 14 and 15 after a command in parentheses, in ticks of 1/100 s. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
