import { loadLibc } from "./libc.ts";
import { createSocketTable } from "./socket-table.ts";

/** Closes the sockets of a thread that has ended. A thread that ends on its own has closed them, and its table is empty. */
export function closeAbandonedSockets(memory: SharedArrayBuffer): void {
  const table = createSocketTable(memory);
  const open = table.list();
  if (open.length === 0) {
    return;
  }
  const loaded = loadLibc();
  if (loaded.kind === "unavailable") {
    throw new Error(`cannot close the sockets of a thread: ${loaded.reason}`);
  }
  for (const fd of open) {
    table.remove(fd);
    loaded.libc.close(fd);
  }
}
