import { isIPv6 } from "node:net";
import type { Message, WireRecord } from "../../src/dns/message/message.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { nameOfCanonical, type Name } from "../../src/dns/name/name.ts";
import { rdataFromText } from "../../src/dns/rdata/codec.ts";
import { CLASS, RCODE, TYPE, typeName } from "../../src/dns/registry.ts";

/** What can be wrong with a name server. */
export type Fault =
  | { readonly kind: "silence" }
  | { readonly kind: "servfail" | "refused" | "nxdomain" }
  /** NOERROR with nothing and no SOA: the server lies. */
  | { readonly kind: "empty" }
  | { readonly kind: "garbage" | "wrong-id" | "wrong-question" }
  /** TC over UDP, and no answer over TCP. */
  | { readonly kind: "truncated" }
  /** Two names that lead to each other. */
  | { readonly kind: "loop" }
  | { readonly kind: "many-addresses"; readonly count: number }
  | { readonly kind: "delay"; readonly ms: number };

/** What goes out in place of the right answer; undefined sends nothing. A delay is the caller's affair. */
export function applyFault(fault: Fault, right: Message, protocol: "udp" | "tcp"): Uint8Array | undefined {
  switch (fault.kind) {
    case "silence":
      return undefined;
    case "servfail":
    case "refused":
    case "nxdomain":
      return encodeMessage({ ...bare(right), rcode: RCODES[fault.kind] });
    case "empty":
      return encodeMessage(bare(right));
    case "garbage":
      return Uint8Array.from([right.id >> 8, right.id, ...GARBAGE]);
    case "wrong-id":
      return encodeMessage({ ...right, id: right.id ^ 0x5555 });
    case "wrong-question":
      return encodeMessage({ ...right, questions: [{ name: ELSEWHERE, type: TYPE.A, class: CLASS.IN }] });
    case "truncated":
      return protocol === "udp" ? encodeMessage({ ...bare(right), truncated: true }) : undefined;
    case "loop":
      return encodeMessage({ ...bare(right), answers: loopAt(right) });
    case "many-addresses":
      return encodeMessage({ ...bare(right), answers: manyAddresses(right, fault.count) });
    case "delay":
      return encodeMessage(right);
    default:
      return fault satisfies never;
  }
}

const RCODES = { servfail: RCODE.SERVFAIL, refused: RCODE.REFUSED, nxdomain: RCODE.NXDOMAIN } as const;
/** Flags of a response and counts that promise far too much. */
const GARBAGE = [0x84, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xc0, 0x0c, 0xc0, 0x0c, 1, 2, 3];
const ELSEWHERE = nameOfCanonical("elsewhere.invalid.");

function bare(right: Message): Message {
  return { ...right, rcode: RCODE.NOERROR, answers: [], authorities: [], additionals: [] };
}

function loopAt({ questions }: Message): readonly WireRecord[] {
  const [question] = questions;
  if (question === undefined) {
    return [];
  }
  const other = nameOfCanonical(`loop.${question.name}`);
  return [cname(question.name, other), cname(other, question.name)];
}

function cname(name: Name, target: Name): WireRecord {
  return { name, type: TYPE.CNAME, class: CLASS.IN, ttl: 60, rdata: rdataFromText("CNAME", target) };
}

function manyAddresses({ questions }: Message, count: number): readonly WireRecord[] {
  const [question] = questions;
  if (question === undefined || (question.type !== TYPE.A && question.type !== TYPE.AAAA)) {
    return [];
  }
  const { name, type } = question;
  return Array.from({ length: count }, (_, index) => {
    const address = type === TYPE.A ? `8.8.${index >> 8}.${index & 255}` : `2600::${(index + 1).toString(16)}`;
    const rdata = rdataFromText(isIPv6(address) ? "AAAA" : typeName(type), address);
    return { name, type, class: CLASS.IN, ttl: 60, rdata };
  });
}
