const MIB = 1_048_576;
/** The maximum heap of a thread if the process has no memory limit. */
const MOST_MIB = 1_024;
/** A thread without a zone uses about 10 MiB. With a lower limit it would end without need. */
const LEAST_MIB = 48;
/** Node.js uses half of the container's memory for the main thread's heap. The threads share a third, and buffers use the rest. */
const SHARE = 3;

/**
 * Returns the maximum heap, in MiB, of each responder thread for the memory limit of the process in bytes (`process.constrainedMemory`; 0 or
 * more than the machine has: no limit). Too much memory then ends one thread, which is replaced, and not the whole container.
 */
export function workerHeapMib(limitBytes: number, workers: number): number {
  const share = Math.floor(limitBytes / SHARE / workers / MIB);
  return limitBytes === 0 ? MOST_MIB : Math.max(LEAST_MIB, Math.min(MOST_MIB, share));
}
