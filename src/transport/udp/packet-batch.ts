import { readControl, writeControl } from "./packet-control.ts";
import { PacketPeer } from "./packet-peer.ts";
import { addressAt, familyOf, portOf, scopeOf, SOCKADDR_BYTES, writeSockaddr } from "./sockaddr.ts";

/** The largest payload of a UDP packet is 65,507 bytes. */
const PAYLOAD_BYTES = 65_536;
/** `struct mmsghdr`, `struct iovec`, the larger of the socket addresses, and room for one control message. */
const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const NAME_BYTES = 32;
const CONTROL_BYTES = 64;

/** Where the fields of `struct mmsghdr` begin, on 64-bit Linux with glibc and musl. The pointer to the address is the first one. */
const MSG_NAMELEN = 8;
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const MSG_CONTROL = 32;
const MSG_CONTROLLEN = 40;
const MSG_FLAGS = 48;
const MSG_LEN = 56;
/** The length in `struct iovec`. */
const IOV_LEN = 8;
const MSG_TRUNC = 0x20;

/** The memory of several packets, for one call of recvmmsg or sendmmsg. No index and no length leads out of it. */
export interface PacketBatch {
  readonly size: number;
  /** The address of the headers of the packets from `start` up to `end`. Throws if the batch does not have them. */
  headerAt(start: number, end: number): bigint;
  /** Prepares the headers to receive packets. The last call received `used` packets. */
  clear(used: number): void;
  /** A copy of the payload of a received packet. Undefined: the packet did not fit. */
  payload(index: number): Uint8Array | undefined;
  /** The sender of a received packet. Undefined: its address has another family. */
  peer(index: number): PacketPeer | undefined;
  /** Writes a packet to send. Returns false if it is too large for UDP. */
  write(index: number, payload: Uint8Array, peer: PacketPeer): boolean;
}

/**
 * The memory is one block that never moves and never grows, and the block is never passed to another thread. The system gives it pages
 * only where packets are written. Payloads are copied, so other code never has memory that libc writes.
 */
export function createPacketBatch(size: number, addressOf: (memory: ArrayBuffer) => bigint): PacketBatch {
  const { view, bytes, address, vectors, names, controls, payloads } = createMemory(size, addressOf);
  const checked = (index: number): number => checkedIndex(index, size);
  const setLengths = (index: number, name: number, payload: number, control: number): void => {
    const header = index * HEADER_BYTES;
    view.setUint32(header + MSG_NAMELEN, name, true);
    view.setUint32(vectors + index * VECTOR_BYTES + IOV_LEN, payload, true);
    view.setUint32(header + MSG_CONTROLLEN, control, true);
    view.setUint32(header + MSG_FLAGS, 0);
  };
  const clear = (used: number): void => {
    for (let index = 0; index < used; index += 1) {
      setLengths(checked(index), SOCKADDR_BYTES[6], PAYLOAD_BYTES, CONTROL_BYTES);
    }
  };
  clear(size);

  return {
    size,
    headerAt(start, end) {
      if (checked(end - 1) < checked(start)) {
        throw new RangeError(`no packets from ${start} to ${end}`);
      }
      return start === 0 ? address : address + BigInt(start * HEADER_BYTES);
    },
    clear,
    payload(index) {
      const header = checked(index) * HEADER_BYTES;
      const length = view.getUint32(header + MSG_LEN, true);
      if (length > PAYLOAD_BYTES || (view.getUint32(header + MSG_FLAGS, true) & MSG_TRUNC) !== 0) {
        return undefined;
      }
      const start = payloads + index * PAYLOAD_BYTES;
      return bytes.slice(start, start + length);
    },
    peer(index) {
      const name = names + checked(index) * NAME_BYTES;
      const family = familyOf(view, name);
      const header = index * HEADER_BYTES;
      if (family === undefined || view.getUint32(header + MSG_NAMELEN, true) !== SOCKADDR_BYTES[family]) {
        return undefined;
      }
      const control = Math.min(CONTROL_BYTES, view.getUint32(header + MSG_CONTROLLEN, true));
      const local = readControl(view, controls + index * CONTROL_BYTES, control);
      const scope = family === 6 ? scopeOf(view, name) : 0;
      return new PacketPeer(addressAt(view, name, family), portOf(view, name), scope, local);
    },
    write(index, payload, peer) {
      const start = payloads + checked(index) * PAYLOAD_BYTES;
      if (payload.length > PAYLOAD_BYTES) {
        return false;
      }
      bytes.set(payload, start);
      writeSockaddr(view, names + index * NAME_BYTES, peer, peer);
      const { local } = peer;
      const control = local === undefined ? 0 : writeControl(view, controls + index * CONTROL_BYTES, local);
      setLengths(index, SOCKADDR_BYTES[peer.family], payload.length, control);
      return true;
    },
  };
}

interface Memory {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly address: bigint;
  /** Where the parts begin. The headers are at 0. */
  readonly vectors: number;
  readonly names: number;
  readonly controls: number;
  readonly payloads: number;
}

/** Creates the memory, with the pointers of each header to its other parts. */
function createMemory(size: number, addressOf: (memory: ArrayBuffer) => bigint): Memory {
  const vectors = size * HEADER_BYTES;
  const names = vectors + size * VECTOR_BYTES;
  const controls = names + size * NAME_BYTES;
  const payloads = controls + size * CONTROL_BYTES;
  const memory = new ArrayBuffer(payloads + size * PAYLOAD_BYTES);
  const view = new DataView(memory);
  const address = addressOf(memory);
  const setPointer = (at: number, to: number): void => view.setBigUint64(at, address + BigInt(to), true);
  for (let index = 0; index < size; index += 1) {
    const header = index * HEADER_BYTES;
    setPointer(header, names + index * NAME_BYTES);
    setPointer(header + MSG_IOV, vectors + index * VECTOR_BYTES);
    view.setUint32(header + MSG_IOVLEN, 1, true);
    setPointer(header + MSG_CONTROL, controls + index * CONTROL_BYTES);
    setPointer(vectors + index * VECTOR_BYTES, payloads + index * PAYLOAD_BYTES);
  }
  return { view, bytes: new Uint8Array(memory), address, vectors, names, controls, payloads };
}

function checkedIndex(index: number, size: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`no packet ${index} in a batch of ${size}`);
  }
  return index;
}
