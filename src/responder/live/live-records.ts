import { addressBytes } from "../../dns/address/address-wire.ts";
import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import type { LiveAnswer } from "../answer-source.ts";
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
  { addresses, freshUntil }: Extract<LiveAnswer, { kind: "addresses" }>,
  { name, family, maxTtl, now }: AddressQuestion,
): readonly WireRecord[] {
  const ttl = liveTtl(freshUntil, maxTtl, now);
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

/** Returns the TTL of the addresses of a live answer at a moment: the remaining TTL, within the limits of the alias; {@link STALE_TTL} if it is stale. */
export function liveTtl(freshUntil: Millis, maxTtl: Seconds, now: Millis): Seconds {
  return isStale(freshUntil, now)
    ? STALE_TTL
    : Math.max(MIN_LIVE_TTL, Math.min(maxTtl, Math.floor((freshUntil - now) / 1_000)));
}

export function isStale(freshUntil: Millis, now: Millis): boolean {
  return now >= freshUntil;
}
