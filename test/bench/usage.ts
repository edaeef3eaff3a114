import { readFileSync } from "node:fs";

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

/** proc_pid_stat(5): fields 14 and 15 after a command in parentheses, in ticks of 1/100 s. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
