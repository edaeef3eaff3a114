import type { Token } from "../../presentation/rdata-tokens.ts";
import type { WireReader } from "../../wire/wire-reader.ts";

/** One part of RDATA between text and octets. Undefined from either side: it is not one. */
export interface WireField {
  /** Given: takes all words that are left, at least so many; else exactly one word. */
  readonly rest?: number;
  toWire(tokens: readonly Token[]): Uint8Array | undefined;
  fromWire(reader: WireReader): readonly string[] | undefined;
}
