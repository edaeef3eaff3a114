/** Collects items until the next turn of the event loop, and then sends them together. */
export function createBatch<T>(send: (batch: readonly T[]) => void): (item: T) => void {
  let batch: T[] = [];
  return (item) => {
    batch.push(item);
    if (batch.length === 1) {
      setImmediate(() => {
        const full = batch;
        batch = [];
        send(full);
      });
    }
  };
}
