/** Gives out together what is put in before the event loop's next turn. */
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
