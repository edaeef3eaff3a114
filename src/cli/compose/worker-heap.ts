const MIB = 1_048_576;
/** What a thread may have where nothing limits the process. */
const MOST_MIB = 1_024;
/** A thread that serves no zone takes some 10 MiB; below this it would end for nothing. */
const LEAST_MIB = 48;
/** Node.js takes half of the container's memory for the main thread's heap; the threads share a third, the rest is buffers. */
const SHARE = 3;

/**
 * Returns the maximum heap, in MiB, of each responder thread for the memory limit of the process in bytes (`process.constrainedMemory`; 0 or
 * more than the machine has: no limit). Too much memory then ends one thread, which is replaced, and not the whole container.
 */
export function workerHeapMib(limitBytes: number, workers: number): number {
  const share = Math.floor(limitBytes / SHARE / workers / MIB);
  return limitBytes === 0 ? MOST_MIB : Math.max(LEAST_MIB, Math.min(MOST_MIB, share));
}
