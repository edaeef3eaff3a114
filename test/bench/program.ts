import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady } from "../support/process.ts";
import { usageOf, type Usage } from "./usage.ts";

export interface ProgramOptions {
  /** The built program. */
  readonly main: string;
  /** After `run`. */
  readonly args: readonly string[];
  readonly nodeFlags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: no responder, because two programs side by side would want one port. */
  readonly responder?: DnsEndpoint;
}

/** `dnsalias run` as a child process that is watched from outside and by its own metrics. */
export interface Program extends AsyncDisposable {
  readonly startedAt: number;
  usage(): Usage;
  /** The present value of a metric, `dnsalias_aliases{ready="True",reason="Ready"}` or a name alone: the sum over its labels. */
  metric(name: string): Promise<number>;
  /**
   * Milliseconds: the longest that the event loop was held up since the start, or since it was last told to begin anew. Its timer ticks
   * every 10 ms, which is in the figure.
   */
  longestStallMs(then?: "begin anew"): Promise<number>;
  /** The same in processor time of the main thread, since the start: see stall-monitor.ts. */
  longestStallCpuMs(): Promise<number>;
}

/** Ready at once, before the process has done anything; its metrics are asked for every second from when it answers. */
export async function startProgram({ main, args, nodeFlags, env, responder }: ProgramOptions): Promise<Program> {
  const port = await freePort();
  const folder = await temporaryFolder();
  const stallFile = join(folder.path, "stall");
  await writeFile(stallFile, "0");
  const child = startProcess({
    component: "dnsalias run",
    command: process.execPath,
    args: [
      ...nodeFlags,
      "--import",
      MONITOR,
      main,
      "run",
      responder === undefined ? "--no-responder" : `--responder-listen=${responder.host}:${responder.port}`,
      ...args,
      `--listen-ops=127.0.0.1:${port}`,
      "--log-format=json",
    ],
    env: { ...env, BENCH_STALL_FILE: stallFile },
    stopAfterMs: 20_000,
  });
  const startedAt = performance.now();
  let stallMs = 0;
  const read = async (): Promise<string> => {
    const page = await scrape(port);
    // The page's maximum begins anew with each reading.
    stallMs = Math.max(stallMs, valueIn(page, "nodejs_eventloop_lag_max_seconds") * 1000);
    return page;
  };
  const timer = setInterval(() => void read().catch(() => undefined), 1_000);
  try {
    await untilReady(child, {
      component: "dnsalias run",
      deadlineMs: 60_000,
      probe: () => read().then(() => undefined),
    });
  } catch (error) {
    clearInterval(timer);
    await child.kill();
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    startedAt,
    usage: () => usageOf(child.pid),
    metric: async (name) => valueIn(await read(), name),
    longestStallMs: async (then) => {
      await read();
      const longest = stallMs;
      stallMs = then === undefined ? longest : 0;
      return longest;
    },
    longestStallCpuMs: async () => Number(await readFile(stallFile, "utf8")),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await child.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const MONITOR = join(import.meta.dirname, "stall-monitor.ts");

async function scrape(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return response.text();
}

function valueIn(page: string, metric: string): number {
  const values = page.split("\n").flatMap((line) => {
    const at = line.lastIndexOf(" ");
    const series = line.slice(0, at);
    return series === metric || series.startsWith(`${metric}{`) ? [Number(line.slice(at + 1))] : [];
  });
  return values.reduce((sum, value) => sum + value, 0);
}
