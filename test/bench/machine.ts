import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

/** Where and when figures were taken: without it they say little. */
export interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly node: string;
  /** Of the last minute: over the number of cores, others were at work too and the figures are worse than they would be alone. */
  readonly load: number;
  readonly commit: string;
  /** All of it in one line. */
  readonly line: string;
}

export function machineNow(): Machine {
  const [processor] = cpus();
  const machine = {
    at: new Date().toISOString(),
    cpu: processor?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    node: process.version,
    load: Number(loadavg()[0]?.toFixed(1)),
    commit: commit(),
  };
  const { at, cpu, cores, memoryMiB, node, load } = machine;
  const line = `${at}, commit ${machine.commit}, Node ${node}, ${cores} × ${cpu}, ${memoryMiB} MiB, load ${load}`;
  return { ...machine, line };
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}
