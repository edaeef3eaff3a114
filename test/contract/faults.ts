import type { BackendBatch, RecordBackend } from "../../src/providers/backend.ts";

/** Passes on only the first changes of the next batch, and then loses the connection. */
export function breaksAfter(backend: RecordBackend, changes: number): RecordBackend {
  return faulty(backend, 1, async (batch, signal) => {
    const first = batch.changes.slice(0, changes);
    if (first.length > 0) {
      await backend.apply({ changes: first }, signal);
    }
    return { kind: "failed", message: `the connection broke after ${changes} changes` };
  });
}

/** The next batches take effect, and nobody hears of it. */
export function answersLate(backend: RecordBackend, batches: number): RecordBackend {
  return faulty(backend, batches, async (batch, signal) => {
    await backend.apply(batch, signal);
    return { kind: "failed", message: "no answer within 10 s" };
  });
}

/** Somebody else writes between the reading and the next batch. */
export function interrupted(backend: RecordBackend, other: () => Promise<unknown>): RecordBackend {
  return faulty(backend, 1, async (batch, signal) => {
    await other();
    return backend.apply(batch, signal);
  });
}

/** How many changes the batches had, one number a batch. */
export function counting(backend: RecordBackend, counts: number[]): RecordBackend {
  return {
    id: backend.id,
    capabilities: backend.capabilities,
    read: (names, signal) => backend.read(names, signal),
    apply(batch, signal) {
      counts.push(batch.changes.length);
      return backend.apply(batch, signal);
    },
  };
}

function faulty(backend: RecordBackend, batches: number, fault: RecordBackend["apply"]): RecordBackend {
  let left = batches;
  return {
    id: backend.id,
    capabilities: backend.capabilities,
    read: (names, signal) => backend.read(names, signal),
    apply(batch: BackendBatch, signal) {
      left -= 1;
      return left < 0 ? backend.apply(batch, signal) : fault(batch, signal);
    },
  };
}
