import type { Millis } from "../base/clock.ts";
import { nat64Prefixes } from "../dns/address/nat64-prefix.ts";
import type { Subnet } from "../dns/address/subnet.ts";
import type { Message } from "../dns/message/message.ts";
import { parseName } from "../dns/name/name.ts";
import { RCODE, TYPE } from "../dns/registry.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import { addressOfRdata } from "./chain/read-rdata.ts";
import { attempt, type AttemptDeps } from "./query/attempt.ts";
import { serverLabel } from "./server/server-label.ts";

/** The NAT64 prefixes of the network that a recursive server makes AAAA addresses for (DNS64, RFC 6147); empty for a server without DNS64. */
export type Nat64Of = (server: ResolverServer, signal: AbortSignal) => Promise<readonly Subnet[]>;

/**
 * Learns the prefixes of each server from its AAAA records of `ipv4only.arpa` (RFC 7050), with one query at a time, and remembers them. Lookups
 * wait for that query. A server that doesn't answer keeps the prefixes that are known of it. Rejects only when the signal aborts.
 */
export function createNat64(deps: AttemptDeps): Nat64Of {
  const known = new Map<string, Knowledge>();
  const pending = new Map<string, Promise<readonly Subnet[]>>();
  const learn = async (server: ResolverServer, label: string, signal: AbortSignal): Promise<readonly Subnet[]> => {
    const got = await attempt(deps, server, { name: NAME, type: TYPE.AAAA, recursion: true }, signal);
    const learned = got.kind === "answered" ? knowledgeOf(got.message) : undefined;
    const { subnets, forMs } = learned ?? afterNothing(known.get(label));
    remember(known, label, { subnets, forMs, until: deps.clock.now() + forMs });
    return subnets;
  };
  return async (server, signal) => {
    const label = serverLabel(server);
    for (;;) {
      signal.throwIfAborted();
      const now = known.get(label);
      if (now !== undefined && deps.clock.now() < now.until) {
        return now.subnets;
      }
      const other = pending.get(label);
      if (other === undefined) {
        const own = learn(server, label, signal).finally(() => pending.delete(label));
        pending.set(label, own);
        return own;
      }
      // Another lookup is learning it. Where that one is stopped, this one does.
      await other.catch(() => undefined);
    }
  };
}

interface Learned {
  readonly subnets: readonly Subnet[];
  readonly forMs: Millis;
}

interface Knowledge extends Learned {
  readonly until: Millis;
}

/** RFC 7050 section 8.2. */
const NAME = parseName("ipv4only.arpa");
/** RFC 7050 section 3 asks to learn again when the TTL ends. */
const MIN_MS: Millis = 60_000;
const MAX_MS: Millis = 3_600_000;
const MAX_SERVERS = 1_024;

/** Undefined where the answer says nothing about the name (SERVFAIL, REFUSED). */
function knowledgeOf({ rcode, answers }: Message): Learned | undefined {
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
    return undefined;
  }
  const found = answers.filter(({ type }) => type === TYPE.AAAA);
  const subnets = nat64Prefixes(found.flatMap((record) => addressOfRdata(record) ?? []));
  const ttlMs = 1_000 * Math.min(...found.map(({ ttl }) => ttl));
  return { subnets, forMs: Math.max(MIN_MS, Math.min(MAX_MS, ttlMs)) };
}

/** A network without the name in it answers nothing each time, so the waits grow. */
function afterNothing(before: Knowledge | undefined): Learned {
  return { subnets: before?.subnets ?? [], forMs: Math.min(MAX_MS, 2 * (before?.forMs ?? MIN_MS / 2)) };
}

/** The server that was learned of first is forgotten first, which costs one query. */
function remember(known: Map<string, Knowledge>, label: string, knowledge: Knowledge): void {
  known.set(label, knowledge);
  const [oldest] = known.keys();
  if (known.size > MAX_SERVERS && oldest !== undefined) {
    known.delete(oldest);
  }
}
