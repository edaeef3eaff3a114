import { addressSet } from "../../dns/address/address.ts";
import { type AddressPolicy, refusedAddress } from "../../dns/address/publishable.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import type { Message, WireRecord } from "../../dns/message/message.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import type { FailureReason } from "../../dns/lookup-result.ts";
import type { Seconds } from "../../dns/record.ts";
import { CLASS, RCODE, TYPE } from "../../dns/registry.ts";
import { rcodeFailure } from "./extended-error.ts";
import { aliasAt, type CnameHop, indexRecords, type RecordIndex } from "./cname-hop.ts";
import { addressOfRdata, negativeTtlOfSoa } from "./read-rdata.ts";
import { steadySubset } from "./steady-subset.ts";

/** No useful chain has more hops. */
const MAX_HOPS = 16;

/** The part of a chain that was followed: every name from the target on. `ttl` is the smallest TTL of its hops. */
export interface Chain {
  /** Never empty. The last one is the name of the next query. */
  readonly path: readonly Name[];
  readonly ttl: Seconds;
  /** The largest TTL of the hops. */
  readonly maxTtl: Seconds;
}

export function startOfChain(target: Name): Chain {
  return { path: [target], ttl: MAX_TTL, maxTtl: 0 };
}

/** The last name of a chain. */
export function endOfChain({ path }: Chain): Name {
  const [first] = path;
  const last = path.at(-1) ?? first;
  if (last === undefined) {
    throw new TypeError("a chain has at least one name");
  }
  return last;
}

export type ChainResult = Progress &
  /** `isSubset`: there are more addresses than dnsalias publishes. */
  (
    | { readonly kind: "addresses"; readonly addresses: readonly string[]; readonly isSubset: boolean }
    /** The answer has no records for the rest of the chain. Another query is necessary. */
    | { readonly kind: "unfinished" }
    | { readonly kind: "empty"; readonly outcome: "nodata" | "nxdomain"; readonly negativeTtl: Seconds }
    /** `nat64`: the NAT64 prefixes whose addresses are never published. Present if an address in them is the reason. */
    | {
        readonly kind: "failed";
        readonly reason: FailureReason;
        readonly detail: string;
        readonly nat64?: readonly Subnet[];
      }
  );

interface Progress {
  /** `ttl` includes the TTL of the addresses. */
  readonly chain: Chain;
  /** The hops that this answer added. */
  readonly hops: readonly CnameHop[];
}

/**
 * A query for the rest of a chain. The address policy prevents that a public name points into a private network, or to an address
 * that no host has.
 */
export interface ChainQuestion extends AddressPolicy {
  /** The queried type: A, AAAA, or CNAME for a single hop. */
  readonly type: number;
  /** The chain before this query, which was for its last name. */
  readonly chain: Chain;
}

/**
 * Returns the information of one answer about the queried name. Its records can be in any order. Only records of class IN whose
 * owner is on the chain from that name count (RFC 1034 5.3.3). The rcode applies to the last name of the chain (RFC 6604 3). A
 * CNAME hides every other record at its name.
 */
export function followChain(message: Message, question: ChainQuestion): ChainResult {
  const refused = rcodeFailure(message);
  const start = { chain: question.chain, hops: [] };
  if (refused !== undefined) {
    return { ...start, kind: "failed", ...refused };
  }
  const records = indexRecords(message.answers);
  const walked = walk(records, question.chain);
  if (walked.problem !== undefined) {
    return { kind: "failed", chain: walked.chain, hops: walked.hops, ...walked.problem };
  }
  const end = records.get(endOfChain(walked.chain)) ?? [];
  const found = end.filter(({ type }) => type === question.type && type !== TYPE.CNAME);
  const progress = { chain: walked.chain, hops: walked.hops };
  return found.length > 0 ? addressesFrom(found, message, question, progress) : nothingFrom(message, progress);
}

/** RFC 2181 8. */
const MAX_TTL: Seconds = 2_147_483_647;

interface Walked extends Progress {
  readonly problem?: { readonly reason: FailureReason; readonly detail: string };
}

function walk(records: RecordIndex, start: Chain): Walked {
  let chain = start;
  const hops: CnameHop[] = [];
  for (;;) {
    const found = aliasAt(records, endOfChain(chain));
    if (found === undefined) {
      return { chain, hops };
    }
    if (found.kind === "malformed") {
      return { chain, hops, problem: { reason: "malformed", detail: found.detail } };
    }
    const { target, ttl } = found.hop;
    const isLoop = chain.path.includes(target);
    chain = {
      path: [...chain.path, target],
      ttl: Math.min(chain.ttl, ttl),
      maxTtl: Math.max(chain.maxTtl, ttl),
    };
    hops.push(found.hop);
    if (isLoop) {
      return { chain, hops, problem: { reason: "loop", detail: `the chain loops: ${chain.path.join(" → ")}` } };
    }
    if (chain.path.length - 1 > MAX_HOPS) {
      return { chain, hops, problem: { reason: "too-deep", detail: `the chain has more than ${MAX_HOPS} hops` } };
    }
  }
}

function addressesFrom(
  found: readonly WireRecord[],
  message: Message,
  question: ChainQuestion,
  progress: Progress,
): ChainResult {
  const failed = (reason: FailureReason, detail: string) => ({ ...progress, kind: "failed" as const, reason, detail });
  const name = endOfChain(progress.chain);
  if (message.rcode === RCODE.NXDOMAIN) {
    return failed("malformed", `NXDOMAIN with addresses for ${name}`);
  }
  const read = found.map(addressOfRdata);
  if (read.includes(undefined)) {
    return failed("malformed", `an address of ${name} has the wrong length`);
  }
  const addresses = addressSet(read.filter((address) => address !== undefined));
  const refused = refusedAddress(addresses, question);
  if (refused !== undefined) {
    return { ...failed("special-use", `${name} has ${refused}`), nat64: question.nat64 ?? [] };
  }
  const ttls = found.map((record) => record.ttl);
  const ttl = Math.min(progress.chain.ttl, ...ttls);
  const maxTtl = Math.max(progress.chain.maxTtl, ...ttls);
  return {
    kind: "addresses",
    ...steadySubset(addresses),
    chain: { ...progress.chain, ttl, maxTtl },
    hops: progress.hops,
  };
}

/**
 * Returns the result of an answer without data (RFC 2308 2). The rcode NXDOMAIN counts regardless of the sections. NOERROR is
 * NODATA if the authority section has a SOA record, or no NS record. With only NS records, the answer is a referral.
 */
function nothingFrom(message: Message, progress: Progress): ChainResult {
  const negativeTtl = negativeTtlAt(message, endOfChain(progress.chain));
  if (message.rcode === RCODE.NXDOMAIN) {
    return { ...progress, kind: "empty", outcome: "nxdomain", negativeTtl: negativeTtl ?? 0 };
  }
  if (negativeTtl === undefined && progress.hops.length > 0) {
    return { ...progress, kind: "unfinished" };
  }
  if (negativeTtl === undefined && isReferral(message)) {
    return { ...progress, kind: "failed", reason: "refused", detail: "gave a referral and no answer" };
  }
  if (negativeTtl === undefined && !message.authoritative && !message.recursionAvailable) {
    const detail = "gave no answer, is not authoritative and offers no recursion";
    return { ...progress, kind: "failed", reason: "refused", detail };
  }
  return { ...progress, kind: "empty", outcome: "nodata", negativeTtl: negativeTtl ?? 0 };
}

function isReferral({ authorities }: Message): boolean {
  return authorities.some((record) => record.type === TYPE.NS && record.class === CLASS.IN);
}

/** RFC 2308 3 and 5. Undefined if the answer has no SOA of a zone that can contain the name. */
function negativeTtlAt(message: Message, name: Name): Seconds | undefined {
  const ttls = message.authorities
    .filter((record) => record.type === TYPE.SOA && record.class === CLASS.IN && isAtOrBelow(name, record.name))
    .map(negativeTtlOfSoa);
  return ttls.length === 0 ? undefined : Math.min(...ttls);
}
