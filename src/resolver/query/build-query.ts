import { clientSubnetData } from "../../dns/message/edns-client-subnet.ts";
import { EMPTY_QUERY, type Message, type Question } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import { CLASS, EDNS_OPTION } from "../../dns/registry.ts";

/** The name and type of the query. */
export interface ResolverQuestion {
  readonly name: Name;
  readonly type: number;
  /** True for queries to a recursive resolver. */
  readonly recursion: boolean;
  /** The client network of the query (RFC 7871). */
  readonly subnet?: Subnet;
}

/** The optional features of this query; see {@link Traits} for the features of the server. */
export interface QueryVariant {
  /** A random number from 0 to 65535. */
  readonly id: number;
  /** One random bit for each letter. Absent: all letters are in lower case. */
  readonly case0x20?: Uint8Array;
  /** Absent: the query has no EDNS, and therefore no cookie and no subnet. */
  readonly edns?: { readonly cookie?: Uint8Array; readonly subnet?: Subnet };
}

/** RFC 9715: packets of this size are not fragmented. */
const UDP_SIZE = 1232;

/**
 * Builds a query. With the AD bit in the query, validating servers set it in the answer (RFC 6840 5.7). DO is off, because dnsalias
 * does not read signatures. Servers echo the random letter case (0x20). Attackers who did not see the query don't know it.
 */
export function buildQuery(queried: ResolverQuestion, variant: QueryVariant): Message {
  return {
    ...EMPTY_QUERY,
    id: variant.id,
    recursionDesired: queried.recursion,
    authenticData: queried.recursion,
    questions: [questionOf(queried, variant.case0x20)],
    ...(variant.edns && { edns: ednsOf(variant.edns) }),
  };
}

/** The name of the question with the letter case of the packet. */
export function originalCaseOf(question: Question): string {
  return question.originalCase ?? question.name;
}

function questionOf({ name, type }: ResolverQuestion, case0x20: Uint8Array | undefined): Question {
  const question = { name, type, class: CLASS.IN };
  return case0x20 === undefined ? question : { ...question, originalCase: spell(name, case0x20) };
}

function ednsOf({ cookie, subnet }: NonNullable<QueryVariant["edns"]>): NonNullable<Message["edns"]> {
  const options = [
    ...(cookie === undefined ? [] : [{ code: EDNS_OPTION.COOKIE, data: cookie }]),
    ...(subnet === undefined ? [] : [{ code: EDNS_OPTION.CLIENT_SUBNET, data: clientSubnetData(subnet) }]),
  ];
  return { udpSize: UDP_SIZE, version: 0, dnssecOk: false, options };
}

function spell(name: Name, bits: Uint8Array): string {
  return Array.from(name, (character, index) => (bitAt(bits, index) ? character.toUpperCase() : character)).join("");
}

/** The bits repeat if there are fewer bits than letters. */
function bitAt(bits: Uint8Array, index: number): boolean {
  const byte = bits[(index >> 3) % Math.max(1, bits.length)] ?? 0;
  return ((byte >> (index & 7)) & 1) === 1;
}
