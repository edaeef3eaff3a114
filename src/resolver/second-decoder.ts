import { decode, type Answer } from "dns-packet";
import { messageOf } from "../base/error.ts";
import { byCodeUnit } from "../base/order.ts";
import { parseAddress } from "../dns/address/address.ts";
import { displayName, type Name } from "../dns/name/name.ts";
import type { AliasType } from "../dns/record.ts";

/** The records of an answer at one name, as dns-packet reads them. */
export type SecondReading =
  | { readonly kind: "read"; readonly authoritative: boolean; /** Sorted. */ readonly data: readonly string[] }
  | { readonly kind: "unreadable"; readonly message: string };

/**
 * Reads a message with dns-packet instead of the codec of `src/dns`, so that a fault in that codec is noticed. dns-packet ignores
 * RDLENGTH, and does not distinguish a dot in a label from the end of a label. The result of dns-packet therefore counts only if
 * the codec agrees.
 */
export function readWithDnsPacket(bytes: Uint8Array, name: Name, type: AliasType): SecondReading {
  try {
    const packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const data = (packet.answers ?? []).flatMap((answer) => dataOf(answer, name, type) ?? []);
    return { kind: "read", authoritative: packet.flag_aa, data: [...new Set(data)].sort(byCodeUnit) };
  } catch (error) {
    return { kind: "unreadable", message: messageOf(error) };
  }
}

/** dns-packet has no name for type 65. */
const TYPE_NAMES: Readonly<Record<AliasType, string>> = { A: "A", AAAA: "AAAA", HTTPS: "UNKNOWN_65" };

function dataOf(answer: Answer, name: Name, type: AliasType): string | undefined {
  if (!("data" in answer) || !isAt(answer, name) || answer.type !== TYPE_NAMES[type]) {
    return undefined;
  }
  const { data }: { readonly data: unknown } = answer;
  if (type === "HTTPS") {
    return data instanceof Uint8Array ? httpsAliasText(data) : undefined;
  }
  return typeof data === "string" ? parseAddress(data) : undefined;
}

/** Ignores the letter case of the server. dns-packet reads the first bit of the class as a flag of multicast DNS. */
function isAt(answer: Exclude<Answer, { readonly type: "OPT" }>, name: Name): boolean {
  return answer.class === "IN" && answer.flush !== true && answer.name.toLowerCase() === displayName(name);
}

/**
 * The text `0 target.` of an HTTPS record in AliasMode (RFC 9460 2.4.2), the only form that dnsalias publishes. Undefined for
 * other records.
 */
function httpsAliasText(rdata: Uint8Array): string | undefined {
  const labels: string[] = [];
  let at = PRIORITY_BYTES;
  for (let length = rdata[at] ?? 0; length > 0; length = rdata[at] ?? 0) {
    labels.push(Buffer.from(rdata.subarray(at + 1, at + 1 + length)).toString("latin1"));
    at += 1 + length;
  }
  const isAlias = rdata[0] === 0 && rdata[1] === 0 && at === rdata.length - 1;
  return isAlias ? `0 ${labels.join(".").toLowerCase()}.` : undefined;
}

const PRIORITY_BYTES = 2;
