/**
 * Returns the length of a message and then the message (RFC 1035 4.2.2). Both are in one buffer, so that one TCP segment contains
 * them if they fit.
 */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(message.length + LENGTH_BYTES);
  frame[0] = message.length >>> 8;
  frame[1] = message.length;
  frame.set(message, LENGTH_BYTES);
  return frame;
}

/** Splits a stream into messages, for pieces of any size. It buffers at most one unfinished message of at most 64 KiB. */
export interface Deframer {
  /** Returns the messages that this piece completes, in order. */
  push(piece: Uint8Array): readonly Uint8Array[];
  /** True if the stream is inside a message. */
  readonly unfinished: boolean;
}

export function createDeframer(): Deframer {
  let pieces: Uint8Array[] = [];
  let held = 0;
  return {
    get unfinished() {
      return held > 0;
    },
    push: (piece) => {
      pieces.push(piece);
      held += piece.length;
      if (held < LENGTH_BYTES || held < LENGTH_BYTES + announced(pieces)) {
        return [];
      }
      const { messages, rest } = split(pieces.length === 1 ? piece : Buffer.concat(pieces, held));
      pieces = rest.length === 0 ? [] : [rest];
      held = rest.length;
      return messages;
    },
  };
}

const LENGTH_BYTES = 2;

/** The length in the first two bytes, which can be in two pieces. */
function announced(pieces: readonly Uint8Array[]): number {
  const bytes = pieces.slice(0, LENGTH_BYTES).flatMap((piece) => [...piece.subarray(0, LENGTH_BYTES)]);
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

function split(stream: Uint8Array): { readonly messages: readonly Uint8Array[]; readonly rest: Uint8Array } {
  const messages: Uint8Array[] = [];
  let offset = 0;
  for (;;) {
    const start = offset + LENGTH_BYTES;
    const end = start + (((stream[offset] ?? 0) << 8) | (stream[offset + 1] ?? 0));
    if (end > stream.length) {
      return { messages, rest: stream.subarray(offset) };
    }
    messages.push(stream.subarray(start, end));
    offset = end;
  }
}
