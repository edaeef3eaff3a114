import type { Clock, Millis } from "../../base/clock.ts";
import { addressSet } from "../../dns/address/address.ts";
import { keyText, type TargetKey } from "../../dns/lookup-result.ts";
import { createScopeCache, type ScopeCache } from "../../dns/address/subnet-cache.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import type { LiveResult } from "../../plan/hold/live.ts";
import type { Lookup } from "../../resolver/lookup.ts";

/** The answers of targets for one network (RFC 7871). They are looked up on request and kept for their TTL. */
export interface SubnetLookups {
  /**
   * Undefined: the known answer is fresh, or too many lookups are in progress. Otherwise returns one lookup, which all clients of
   * the network share. It never rejects.
   */
  lookUp(key: TargetKey, subnet: Subnet): Promise<void> | undefined;
  /**
   * Returns the general answer with the addresses for the network. Undefined: no usable answer for the network is known, and the general answer, to which
   * all rules apply, is used.
   */
  read(key: TargetKey, subnet: Subnet, shared: LiveResult): ScopedResult | undefined;
}

interface ScopedResult extends LiveResult {
  /** The number of bits of the network for which the answer is valid. */
  readonly scope: number;
}

export interface SubnetLookupsDeps {
  readonly lookup: Lookup;
  readonly clock: Clock;
  /** Called when a lookup starts. */
  readonly onQuestion: () => void;
}

interface CachedSubnetResult {
  /** Empty: the network got no usable answer. */
  readonly addresses: readonly string[];
  readonly readAt: Millis;
  /** The addresses are fresh until this time. */
  readonly until: Millis;
  /** The next lookup is not before this time. */
  readonly refreshAt: Millis;
}

const MAX_ENTRIES = 50_000;
const MAX_AT_ONCE = 256;
const LEAST_FRESH_MS: Millis = 1_000;
/** After an unusable answer, there is no further lookup for the network before this time. */
const AGAIN_MS: Millis = 10_000;
/** The time that the answer of a network remains while its lookups fail. After that, the general answer is used. */
const MAX_STALE_MS: Millis = 300_000;
/** The time limit of a lookup for a query. The client gets the general answer after 1.7 s. */
const LOOKUP_MS: Millis = 5_000;

export function createSubnetLookups(deps: SubnetLookupsDeps): SubnetLookups {
  const cache = createScopeCache<CachedSubnetResult>(MAX_ENTRIES);
  const running = new Map<string, Promise<void>>();
  return {
    lookUp(key, subnet) {
      const known = cache.find(keyText(key), subnet);
      if (known !== undefined && deps.clock.now() < known.value.refreshAt) {
        return undefined;
      }
      const id = `${subnet.address}/${subnet.prefix} ${keyText(key)}`;
      const looking = running.get(id);
      if (looking !== undefined || running.size >= MAX_AT_ONCE) {
        return looking;
      }
      const begun = lookUp(deps, cache, key, subnet).finally(() => running.delete(id));
      running.set(id, begun);
      return begun;
    },
    read(key, subnet, shared) {
      const known = cache.find(keyText(key), subnet);
      if (known === undefined || known.value.addresses.length === 0) {
        return undefined;
      }
      const { addresses, until, refreshAt, readAt } = known.value;
      if (deps.clock.now() >= until + MAX_STALE_MS) {
        return undefined;
      }
      const answer = {
        ...shared.answer,
        outcome: { kind: "positive" } as const,
        addresses,
        lastSuccessAt: readAt,
        emptySince: undefined,
        failingSince: undefined,
      };
      return { answer, freshUntil: until, nextLookupAt: refreshAt, prefetchAt: refreshAt, scope: known.scope };
    },
  };
}

async function lookUp(
  { lookup, clock, onQuestion }: SubnetLookupsDeps,
  cache: ScopeCache<CachedSubnetResult>,
  key: TargetKey,
  subnet: Subnet,
): Promise<void> {
  onQuestion();
  const result = await lookup.lookUp(key, { subnet }, AbortSignal.timeout(LOOKUP_MS)).catch(() => undefined);
  const now = clock.now();
  const text = keyText(key);
  if (result?.kind === "positive") {
    const until = now + Math.max(LEAST_FRESH_MS, result.ttl * 1000);
    const value = { addresses: addressSet(result.addresses), readAt: now, until, refreshAt: until };
    cache.put(text, subnet, { scope: result.scope ?? 0, value });
    return;
  }
  // The previous answer of the network remains as stale data.
  const last = cache.find(text, subnet);
  const before = last?.value ?? { addresses: [], readAt: now, until: now };
  cache.put(text, subnet, { scope: last?.scope ?? subnet.prefix, value: { ...before, refreshAt: now + AGAIN_MS } });
}
