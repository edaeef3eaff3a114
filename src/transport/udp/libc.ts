import type * as Ffi from "node:ffi";
import { endianness } from "node:os";
import { getSystemErrorName } from "node:util";
import type { PacketBatch } from "./packet-batch.ts";
import { FAMILY_NUMBER } from "./sockaddr.ts";
import type { SocketFamily } from "./packet-peer.ts";

/**
 * The calls of libc for UDP. This is the only file that uses `node:ffi`. Every number and every length that reaches libc is checked
 * here or in the {@link PacketBatch}. All calls return at once. After a call, libc keeps no pointer to memory of this process.
 */
export interface Libc {
  /** The address of memory. The memory must be referenced for as long as libc can use the address. */
  addressOf(memory: ArrayBuffer): bigint;
  /** Opens a non-blocking socket. Throws the system's error, like all functions that return no count. */
  socket(family: SocketFamily): number;
  /** Makes the number `target` another number for the file of `source`. Closes the previous file of `target`. */
  replace(source: number, target: number): void;
  setOption(fd: number, option: SocketOption, value: number): void;
  bind(fd: number, address: Uint8Array<ArrayBuffer>): void;
  localAddress(fd: number): Uint8Array<ArrayBuffer>;
  /** Receives up to `batch.size` packets. Returns their number, or the negative number of the system's error. */
  receive(fd: number, batch: PacketBatch): number;
  /** Sends the packets of the batch from `start` up to `end`. Returns the number of sent packets, or the negative number of the system's error. */
  send(fd: number, batch: PacketBatch, start: number, end: number): number;
  close(fd: number): void;
}

/** Level and number of each option are the same on all supported architectures. */
type SocketOption = keyof typeof SOCKET_OPTIONS;

export type LibcResult =
  | { readonly kind: "loaded"; readonly libc: Libc }
  | { readonly kind: "unavailable"; readonly reason: string };

/** Returns libc, or the reason why this system cannot use it. */
export function loadLibc(): LibcResult {
  if (process.platform !== "linux" || !ARCHITECTURES.has(process.arch) || endianness() !== "LE") {
    return { kind: "unavailable", reason: `not supported on ${process.platform} ${process.arch}` };
  }
  try {
    const ffi = withoutWarning(() => process.getBuiltinModule("node:ffi"));
    return ffi === undefined
      ? { kind: "unavailable", reason: "this Node.js has no node:ffi" }
      : { kind: "loaded", libc: libcOf(ffi) };
  } catch (error) {
    return { kind: "unavailable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The architectures with these structures and constants. The tests ran on x64 only. */
const ARCHITECTURES: ReadonlySet<string> = new Set(["x64", "arm64"]);

/** Loads the module without its ExperimentalWarning, because the log already shows which I/O is used. */
function withoutWarning<T>(load: () => T): T {
  const before = Object.getOwnPropertyDescriptor(process, "emitWarning") ?? {};
  Object.defineProperty(process, "emitWarning", { ...before, value: () => undefined });
  try {
    return load();
  } finally {
    Object.defineProperty(process, "emitWarning", before);
  }
}

const SIGNATURES = {
  __errno_location: { arguments: [], return: "pointer" },
  socket: { arguments: ["int32", "int32", "int32"], return: "int32" },
  dup3: { arguments: ["int32", "int32", "int32"], return: "int32" },
  setsockopt: { arguments: ["int32", "int32", "int32", "pointer", "uint32"], return: "int32" },
  bind: { arguments: ["int32", "pointer", "uint32"], return: "int32" },
  getsockname: { arguments: ["int32", "pointer", "pointer"], return: "int32" },
  recvmmsg: { arguments: ["int32", "pointer", "uint32", "int32", "pointer"], return: "int32" },
  sendmmsg: { arguments: ["int32", "pointer", "uint32", "int32"], return: "int32" },
  close: { arguments: ["int32"], return: "int32" },
} as const;

/** Constants of Linux on x64 and arm64. */
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const SOCKET_OPTIONS = {
  SO_REUSEADDR: [1, 2],
  SO_RCVBUF: [1, 8],
  SO_REUSEPORT: [1, 15],
  IP_PKTINFO: [0, 8],
  IPV6_V6ONLY: [41, 26],
  IPV6_RECVPKTINFO: [41, 49],
} as const;
const ADDRESS_BYTES = 28;

function libcOf(ffi: typeof Ffi): Libc {
  const { lib, functions: c } = ffi.dlopen(null, SIGNATURES);
  // errno has one address for each thread.
  // oxlint-disable-next-line no-underscore-dangle -- the name in libc
  const errnoAt = c.__errno_location();
  const resultOf = (result: number): number => (result < 0 ? -ffi.getInt32(errnoAt) : result);
  const checked = (call: string, returned: number): number => {
    const result = resultOf(returned);
    if (result < 0) {
      throw systemError(call, result);
    }
    return result;
  };
  const libc: Libc & { readonly lib: Ffi.DynamicLibrary } = {
    lib, // The functions work only while the library is referenced.
    addressOf: (memory) => ffi.getRawPointer(memory),
    socket: (family) => checked("socket", c.socket(FAMILY_NUMBER[family], SOCK_DGRAM | SOCK_NONBLOCK | CLOEXEC, 0)),
    replace: (source, target) => {
      checked("dup3", c.dup3(descriptor(source), descriptor(target), CLOEXEC));
    },
    setOption: (fd, option, value) => {
      const [level, name] = SOCKET_OPTIONS[option];
      checked("setsockopt", c.setsockopt(descriptor(fd), level, name, Int32Array.of(value), INT_BYTES));
    },
    bind: (fd, address) => {
      checked("bind", c.bind(descriptor(fd), address, address.byteLength));
    },
    localAddress: (fd) => {
      const address = new Uint8Array(ADDRESS_BYTES);
      checked("getsockname", c.getsockname(descriptor(fd), address, Uint32Array.of(ADDRESS_BYTES)));
      return address;
    },
    receive: (fd, batch) =>
      resultOf(c.recvmmsg(descriptor(fd), batch.headerAt(0, batch.size), batch.size, MSG_DONTWAIT, null)),
    send: (fd, batch, start, end) =>
      resultOf(c.sendmmsg(descriptor(fd), batch.headerAt(start, end), end - start, MSG_DONTWAIT)),
    close: (fd) => {
      checked("close", c.close(descriptor(fd)));
    },
  };
  return libc;
}

const INT_BYTES = 4;

function descriptor(fd: number): number {
  // The first three are the standard streams.
  if (!Number.isInteger(fd) || fd <= 2) {
    throw new RangeError(`not a socket: ${fd}`);
  }
  return fd;
}

/** An error as Node.js creates them. `result`: the negative number of the error. */
export function systemError(call: string, result: number): Error {
  const code = getSystemErrorName(result);
  return Object.assign(new Error(`${call} ${code}`), { code, errno: result, syscall: call });
}
