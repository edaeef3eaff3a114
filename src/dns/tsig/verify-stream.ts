import type { Hmac } from "node:crypto";
import type { Seconds } from "../record.ts";
import { verifyTsig, startMac, timersOf, verifyResponse, type TsigCheck } from "./tsig-sign.ts";
import type { TsigKey } from "./tsig-key.ts";
import { splitTsig } from "./tsig-record.ts";

/** Checks an answer with several messages, in their order. */
export interface TsigStream {
  /** `unsigned`: the message waits for the next signature, which covers it too. Any result except this one and `ok` ends the stream. */
  push(bytes: Uint8Array, now: Seconds): TsigCheck;
  /** True if the last message was signed. The last of all messages must be signed, so that a signature covers every message. */
  readonly isCovered: boolean;
}

/** RFC 8945 5.3.1: at least every hundredth message is signed, and always the first and the last. */
export function createTsigStream(key: TsigKey, requestMac: Uint8Array): TsigStream {
  let open: { readonly mac: Hmac; unsigned: number } | undefined;
  return {
    get isCovered() {
      return open !== undefined && open.unsigned === 0;
    },
    push: (bytes, now) => {
      const verdict = open === undefined ? first(bytes, now) : next(open, bytes, now);
      if (verdict.kind === "ok") {
        open = { mac: startMac(key, verdict.mac), unsigned: 0 };
      }
      return verdict;
    },
  };

  function first(bytes: Uint8Array, now: Seconds): TsigCheck {
    return verifyResponse(bytes, { key, requestMac, now });
  }

  function next(state: { readonly mac: Hmac; unsigned: number }, bytes: Uint8Array, now: Seconds): TsigCheck {
    const split = splitTsig(bytes);
    if (split.kind === "signed") {
      const expected = (): Uint8Array => state.mac.update(split.message).update(timersOf(split.tsig)).digest();
      return verifyTsig(split.tsig, { key, now }, expected);
    }
    if (split.kind === "unsigned") {
      state.mac.update(bytes);
      state.unsigned += 1;
      if (state.unsigned > MAX_UNSIGNED) {
        const message = `${MAX_UNSIGNED} messages of the answer follow each other without a signature`;
        return { kind: "refused", by: "us", error: "BADSIG", message };
      }
    }
    return split;
  }
}

const MAX_UNSIGNED = 99;
