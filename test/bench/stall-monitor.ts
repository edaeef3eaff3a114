import { writeFileSync } from "node:fs";

/**
 * Loaded into the program under test by `--import`: keeps the longest stall of its event loop, in processor time of its main thread, in the
 * file that BENCH_STALL_FILE names. What the machine gives to others meanwhile is not in it, as it is in the program's own metric.
 */
const file = process.env["BENCH_STALL_FILE"] ?? "";
const TICK_MS = 5;
/** Modules are loaded in one go, before there is anything to hold up. */
const WARM_UP_MS = 1_500;

let last = threadMs();
let longest = 0;
const startedAt = performance.now();
setInterval(() => {
  const now = threadMs();
  if (performance.now() - startedAt > WARM_UP_MS && now - last > longest) {
    longest = now - last;
    writeFileSync(file, String(longest));
  }
  last = now;
}, TICK_MS).unref();

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
