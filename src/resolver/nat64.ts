import type { Millis } from "../base/clock.ts";
import { nat64Prefixes, prefixesBefore } from "../dns/address/nat64-prefix.ts";
import { isInNat64 } from "../dns/address/publishable.ts";
import type { Subnet } from "../dns/address/subnet.ts";
import type { Message } from "../dns/message/message.ts";
import { type Name, parseName } from "../dns/name/name.ts";
import { RCODE, TYPE } from "../dns/registry.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import { addressOfRdata } from "./chain/read-rdata.ts";
import { attempt, type AttemptDeps } from "./query/attempt.ts";
import { serverLabel } from "./server/server-label.ts";

/** AAAA addresses in a server's answer. The server may have created some of them by DNS64. */
interface Nat64Question {
  readonly addresses: readonly string[];
  /** The owner of the addresses. */
  readonly name: Name;
  /** Known A addresses of the name. */
  readonly ipv4: readonly string[];
  /** The servers of the view. They serve one network, so the known prefixes of every server apply. */
  readonly servers: readonly ResolverServer[];
}

/**
 * Returns the NAT64 prefixes with which a recursive resolver creates AAAA addresses (DNS64, RFC 6147). Empty for a server without
 * DNS64.
 */
export type Nat64Of = (
  server: ResolverServer,
  question: Nat64Question,
  signal: AbortSignal,
) => Promise<readonly Subnet[]>;

/**
 * Reads the prefixes of each server from its AAAA records of `ipv4only.arpa` (RFC 7050), with one query at a time, and remembers
 * them. Lookups wait for that query. If a server doesn't answer, its known prefixes remain, and AAAA addresses are also compared
 * with the name's A records. An AAAA address that contains an A address of the same name causes a new query for the prefixes.
 * Rejects only when the signal aborts.
 */
export function createNat64(deps: AttemptDeps): Nat64Of {
  const known = new Map<string, Knowledge>();
  const pending = new Map<string, Promise<Knowledge>>();
  const learn = async (server: ResolverServer, label: string, signal: AbortSignal): Promise<Knowledge> => {
    const got = await attempt(deps, server, { name: NAME, type: TYPE.AAAA, recursion: true }, signal);
    const learned = got.kind === "answered" ? knowledgeOf(got.message) : undefined;
    const { subnets, forMs, isAnswered } = learned ?? afterNothing(known.get(label));
    const at = deps.clock.now();
    const knowledge = { subnets, forMs, isAnswered, at, until: at + forMs };
    remember(known, label, knowledge);
    return knowledge;
  };
  const current = async (
    server: ResolverServer,
    isEnough: (knowledge: Knowledge, now: Millis) => boolean,
    signal: AbortSignal,
  ): Promise<Knowledge> => {
    const label = serverLabel(server);
    for (;;) {
      signal.throwIfAborted();
      const now = known.get(label);
      if (now !== undefined && isEnough(now, deps.clock.now())) {
        return now;
      }
      const other = pending.get(label);
      if (other === undefined) {
        const own = learn(server, label, signal).finally(() => pending.delete(label));
        pending.set(label, own);
        return own;
      }
      // Another lookup is querying the prefixes. If that lookup is aborted, this one sends its own query.
      await other.catch(() => undefined);
    }
  };
  return async (server, question, signal) => {
    const others = question.servers.flatMap((one) => known.get(serverLabel(one))?.subnets ?? []);
    const first = await current(server, (knowledge, now) => now < knowledge.until, signal);
    const rest = question.addresses.filter((address) => !isInNat64(address, [...first.subnets, ...others]));
    if (rest.length === 0) {
      return [...first.subnets, ...others];
    }
    if (first.isAnswered && prefixesBefore(rest, question.ipv4).length === 0) {
      return [...first.subnets, ...others];
    }
    const again = first.isAnswered
      ? await current(server, (knowledge, now) => now - knowledge.at < RELEARN_MS, signal)
      : first;
    const ipv4 = again.isAnswered ? [] : await ipv4Of(deps, server, question, signal);
    return [...again.subnets, ...others, ...prefixesBefore(rest, ipv4)];
  };
}

/** The A addresses of the name: the known ones, or those in a new answer of the server. */
async function ipv4Of(
  deps: AttemptDeps,
  server: ResolverServer,
  { name, ipv4 }: Nat64Question,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (ipv4.length > 0) {
    return ipv4;
  }
  const got = await attempt(deps, server, { name, type: TYPE.A, recursion: true }, signal);
  return got.kind === "answered" ? got.message.answers.flatMap((record) => addressOfRdata(record) ?? []) : [];
}

interface Learned {
  readonly subnets: readonly Subnet[];
  readonly forMs: Millis;
  /** False: the server did not answer, and the prefixes come from its previous answer. */
  readonly isAnswered: boolean;
}

interface Knowledge extends Learned {
  readonly at: Millis;
  readonly until: Millis;
}

/** RFC 7050 section 8.2. */
const NAME = parseName("ipv4only.arpa");
/** RFC 7050 section 3 requires a new query when the TTL expires. */
const MIN_MS: Millis = 60_000;
const MAX_MS: Millis = 3_600_000;
/**
 * The minimum age of known prefixes before an AAAA address that contains an A address of the same name causes a new query for them.
 * Such an address comes from DNS64, or from an operator who numbers hosts in this way.
 */
const RELEARN_MS: Millis = 10_000;
const MAX_SERVERS = 1_024;

/** Undefined if the answer has no information about the name (SERVFAIL, REFUSED). */
function knowledgeOf({ rcode, answers }: Message): Learned | undefined {
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
    return undefined;
  }
  const found = answers.filter(({ type }) => type === TYPE.AAAA);
  const subnets = nat64Prefixes(found.flatMap((record) => addressOfRdata(record) ?? []));
  const ttlMs = 1_000 * Math.min(...found.map(({ ttl }) => ttl));
  return { subnets, forMs: Math.max(MIN_MS, Math.min(MAX_MS, ttlMs)), isAnswered: true };
}

/** The time between queries doubles with each failure, because in a network without `ipv4only.arpa` every query fails. */
function afterNothing(before: Knowledge | undefined): Learned {
  const forMs = Math.min(MAX_MS, 2 * (before?.forMs ?? MIN_MS / 2));
  return { subnets: before?.subnets ?? [], forMs, isAnswered: false };
}

/**
 * Adds a server. If there are too many, it removes the server that was added first. The next use of that server takes one more
 * query.
 */
function remember(known: Map<string, Knowledge>, label: string, knowledge: Knowledge): void {
  known.set(label, knowledge);
  const [oldest] = known.keys();
  if (known.size > MAX_SERVERS && oldest !== undefined) {
    known.delete(oldest);
  }
}
