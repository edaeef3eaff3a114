import type { Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { ResolverServer } from "../exchange.ts";
import { createDeframer, framed } from "../frames.ts";
import { openStream } from "./stream-socket.ts";

/** One query whose answer is any number of messages, such as a zone transfer (RFC 5936). */
export interface TransferRequest {
  readonly query: Uint8Array;
  /** The time limit for opening the connection, and for each pause between two pieces of the answer. */
  readonly silenceMs: Millis;
  /** The limit for the whole transfer. */
  readonly timeoutMs: Millis;
  /** Maximum size of the whole answer, in bytes. */
  readonly maxBytes: number;
  /** Gets the messages in order, and returns whether more messages follow. */
  readonly take: (message: Uint8Array) => "more" | "end";
}

export type TransferResult =
  | { readonly kind: "ended" }
  | { readonly kind: "timeout"; readonly message: string }
  /** The server closed the connection before the end of the answer, after this number of bytes. */
  | { readonly kind: "cut"; readonly message: string; readonly bytes: number }
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "too-large"; readonly message: string };

/** Uses a separate connection, which is closed at the end. Never throws for faults of the network; rejects if the signal aborts. */
export type Transfer = (
  server: ResolverServer,
  request: TransferRequest,
  signal: AbortSignal,
) => Promise<TransferResult>;

/** {@link Transfer} over TCP, or over TLS (RFC 9103) with `ca` as the PEM of the certificate's authority. */
export function createTransfer(ca?: string): Transfer {
  return (server, request, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const { socket, readyEvent } = openStream(server, ca);
      const state = { isConnected: false, bytes: 0 };
      const end = (result: TransferResult): void => finish(() => resolve(result));
      const finish = (settle: () => void): void => {
        clearTimeout(whole);
        signal.removeEventListener("abort", onAbort);
        socket.destroy();
        settle(); // a second call has no effect
      };
      const onAbort = (): void => finish(() => reject(signal.reason));
      const whole = setTimeout(() => end(tooLong(request.timeoutMs)), request.timeoutMs);
      signal.addEventListener("abort", onAbort, { once: true });
      socket.setTimeout(request.silenceMs, () => end(silent(request.silenceMs)));
      socket.once(readyEvent, () => {
        state.isConnected = true;
        socket.write(framed(request.query));
      });
      const deframer = createDeframer();
      socket.on("data", (piece: Buffer) => {
        state.bytes += piece.length;
        if (state.bytes > request.maxBytes) {
          end({ kind: "too-large", message: `the answer has more than ${request.maxBytes} octets` });
          return;
        }
        for (const message of deframer.push(piece)) {
          if (request.take(message) === "end") {
            end({ kind: "ended" });
            return;
          }
        }
      });
      socket.on("error", (error) => end(broken(state, messageOf(error))));
      socket.on("close", () => end(broken(state, "the server closed the connection")));
    });
}

function broken(state: { readonly isConnected: boolean; readonly bytes: number }, message: string): TransferResult {
  return state.isConnected ? { kind: "cut", message, bytes: state.bytes } : { kind: "unreachable", message };
}

function silent(silenceMs: Millis): TransferResult {
  return { kind: "timeout", message: `nothing came for ${silenceMs} ms` };
}

function tooLong(timeoutMs: Millis): TransferResult {
  return { kind: "timeout", message: `the answer was not whole after ${timeoutMs} ms` };
}
