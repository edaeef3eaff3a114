const MIB = 1_048_576;
/** The maximum heap of a thread if the process has no memory limit. */
const MOST_MIB = 1_024;
/**
 * The minimum heap of a thread. A thread without a zone uses about 10 MiB, and with a lower limit than this, it could run out of
 * memory without need.
 */
const LEAST_MIB = 48;
/**
 * Node.js uses half of the container's memory for the main thread's heap. The responder's threads share a third, and the remaining
 * memory is for buffers.
 */
const SHARE = 3;

/**
 * Returns the maximum heap of each responder thread in MiB. `limitBytes`: the memory limit of the process
 * (`process.constrainedMemory`). 0, or more memory than the machine has, means no limit. A thread that uses too much memory then
 * ends and is replaced, and the container continues.
 */
export function workerHeapMib(limitBytes: number, workers: number): number {
  const share = Math.floor(limitBytes / SHARE / workers / MIB);
  return limitBytes === 0 ? MOST_MIB : Math.max(LEAST_MIB, Math.min(MOST_MIB, share));
}
