/**
 * The sockets of libc that a thread has open, in memory that it shares with the thread that started it. Node.js closes its own sockets
 * if a thread is terminated, but not these. A socket that stays open would still get its share of the queries for the port.
 */
export interface SocketTable {
  /** Call it before the socket is bound. */
  add(fd: number): void;
  /** Call it before the socket is closed, so that no other thread closes the number again. */
  remove(fd: number): void;
  list(): readonly number[];
}

export function socketTableMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(MAX_SOCKETS * Int32Array.BYTES_PER_ELEMENT);
}

/** More than a process can have listen addresses on its command line. */
const MAX_SOCKETS = 1_024;

/** Of a place in the table. No socket has this number, because it is a standard stream. */
const EMPTY = 0;

export function createSocketTable(memory: SharedArrayBuffer): SocketTable {
  const places = new Int32Array(memory);
  return {
    add(fd) {
      const free = places.indexOf(EMPTY);
      if (free < 0) {
        throw new RangeError(`more than ${places.length} sockets`);
      }
      Atomics.store(places, free, fd);
    },
    remove(fd) {
      const at = places.indexOf(fd);
      if (at >= 0) {
        Atomics.store(places, at, EMPTY);
      }
    },
    list: () => [...places].filter((fd) => fd !== EMPTY),
  };
}
