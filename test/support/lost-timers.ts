import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

/**
 * A module for `node --import`: after SIGUSR2, the loops of dnsalias wait for timers that never fire. That is the fault of a loop
 * that hangs. Nothing else of the process changes.
 */
const LOOPS = ["/src/schedule/pump.ts", "/src/schedule/pooled-pump.ts"];
const { setTimeout: original } = timers;
let isArmed = false;

process.on("SIGUSR2", () => (isArmed = true));

timers.setTimeout = async <T>(ms?: number, value?: T, options?: Parameters<typeof original>[2]): Promise<T> =>
  isArmed && isFromLoop() ? new Promise<never>(() => undefined) : original(ms, value, options);
syncBuiltinESMExports();

function isFromLoop(): boolean {
  const stack = new Error("the caller").stack ?? "";
  return LOOPS.some((file) => stack.includes(file));
}
