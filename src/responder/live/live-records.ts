import { addressBytes } from "../../dns/address/address-wire.ts";
import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import type { ClientAnswer } from "../answer-source.ts";
import type { Millis } from "../../base/clock.ts";
import type { Family, Seconds } from "../../dns/record.ts";

export interface AddressQuestion {
  readonly name: Name;
  readonly family: Family;
  readonly maxTtl: Seconds;
  readonly now: Millis;
}

/** The A or AAAA records of a live answer at a name. They have the order of the answer, and one TTL. */
export function addressRecords(
  { addresses, freshUntil, ttlUntil }: Extract<ClientAnswer, { kind: "addresses" }>,
  { name, family, maxTtl, now }: AddressQuestion,
): readonly WireRecord[] {
  const ttl = liveTtl({ freshUntil, ttlUntil, maxTtl }, now, 0);
  return addresses.flatMap((address) => {
    const rdata = addressBytes(address);
    return rdata?.length === BYTES[family] ? [{ name, type: TYPE[family], class: CLASS.IN, ttl, rdata }] : [];
  });
}

const BYTES: Readonly<Record<Family, number>> = { A: 4, AAAA: 16 };

/** The TTL of stale addresses (RFC 8767 5). */
const STALE_TTL: Seconds = 30;

/** A shorter TTL would cause more queries without fresher data. */
const MIN_LIVE_TTL: Seconds = 5;

/** The limits of the TTL of a live answer. */
export interface TtlLimits {
  readonly freshUntil: Millis;
  readonly ttlUntil?: Millis | undefined;
  readonly maxTtl: Seconds;
}

/**
 * Returns the TTL of the addresses of a live answer at a moment: the remaining time, within the limits of the alias. For a stale
 * answer, it is {@link STALE_TTL}. `turn` is the number of the client's network. It spreads the ends of the TTLs before `ttlUntil`.
 */
export function liveTtl({ freshUntil, ttlUntil, maxTtl }: TtlLimits, now: Millis, turn: number): Seconds {
  if (isStale(freshUntil, now)) {
    return STALE_TTL;
  }
  const own = Math.min(maxTtl, Math.floor((freshUntil - now) / 1_000));
  const before = ttlUntil === undefined ? own : Math.floor(((ttlUntil - now) * (1 - spreadOf(turn))) / 1_000);
  return Math.max(MIN_LIVE_TTL, Math.min(own, before));
}

/** From 0 to a fifth. */
function spreadOf(turn: number): number {
  return ((turn >>> 8) & SPREAD_BITS) / SPREAD_BITS / 5;
}

const SPREAD_BITS = 0x3ff;

export function isStale(freshUntil: Millis, now: Millis): boolean {
  return now >= freshUntil;
}
