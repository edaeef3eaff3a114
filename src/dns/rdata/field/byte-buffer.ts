/** The bytes that were written. The buffer grows with them. */
export interface ByteBuffer {
  bytes: Uint8Array;
  length: number;
}

export function byteBuffer(): ByteBuffer {
  return { bytes: new Uint8Array(INITIAL_SIZE), length: 0 };
}

/** A copy of the bytes that were written. */
export function writtenBytes(buffer: ByteBuffer): Uint8Array {
  return buffer.bytes.slice(0, buffer.length);
}

/** Appends `size` bytes of an unsigned number, most significant first; `size` is at most 4. */
export function appendUint(buffer: ByteBuffer, value: number, size: 1 | 2 | 4): void {
  reserve(buffer, size);
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    buffer.bytes[buffer.length] = value >>> shift;
    buffer.length += 1;
  }
}

export function appendBytes(buffer: ByteBuffer, bytes: ArrayLike<number>): void {
  reserve(buffer, bytes.length);
  buffer.bytes.set(bytes, buffer.length);
  buffer.length += bytes.length;
}

const INITIAL_SIZE = 64;

function reserve(buffer: ByteBuffer, size: number): void {
  const needed = buffer.length + size;
  if (needed > buffer.bytes.length) {
    const larger = new Uint8Array(Math.max(needed, 2 * buffer.bytes.length));
    larger.set(buffer.bytes.subarray(0, buffer.length));
    buffer.bytes = larger;
  }
}
