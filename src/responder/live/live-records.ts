import type { Millis } from "../../base/clock.ts";
import { addressBytes } from "../../dns/address/address-wire.ts";
import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Family, Seconds } from "../../dns/record.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import { liveTtl } from "./live-ttl.ts";
import type { LiveAnswer } from "../answer-source.ts";

export interface AddressQuestion {
  readonly name: Name;
  readonly family: Family;
  readonly maxTtl: Seconds;
  readonly now: Millis;
}

/** The A or AAAA records of a live answer at a name, in the answer's order, with one TTL. */
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
