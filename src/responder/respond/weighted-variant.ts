import type { AnyAddress } from "../../transport/address-words.ts";
import type { DnsClient } from "../client/dns-client.ts";
import { choiceOf } from "../live/client-answer.ts";
import type { LiveCacheEntry } from "../live/live-cache.ts";
import type { CachedResponse, WeightedVariant } from "./cached-response.ts";

/**
 * Returns the cached response for a client. If the addresses depend on weights, this is the response for the client's network.
 * Undefined: that response isn't cached.
 */
export function variantFor(
  known: CachedResponse | undefined,
  { address }: DnsClient,
  turnOf: (address: AnyAddress) => number,
): CachedResponse | undefined {
  const byWeight = known?.byWeight;
  if (byWeight === undefined) {
    return known;
  }
  const choice = choiceOf(byWeight.table, turnOf(address));
  return choice === byWeight.choice ? known : byWeight.all.get(choice);
}

/**
 * How the responses of one query differ by the network of the client. `none`: they don't. `mixed`: their live answers have different tables, so a response is for one client only. `known` returns
 * a response that is cached and valid.
 */
export function variantOf(
  entries: readonly LiveCacheEntry[],
  { turn, known }: { readonly turn: () => number; readonly known: () => CachedResponse | undefined },
): WeightedVariant | "none" | "mixed" {
  const tables = entries.flatMap(({ answer }) => (answer?.kind === "weighted" ? [answer.table] : []));
  const [table, ...others] = tables;
  if (table === undefined) {
    return "none";
  }
  if (others.some((other) => Buffer.compare(other, table) !== 0)) {
    return "mixed";
  }
  return { table, choice: choiceOf(table, turn()), all: known()?.byWeight?.all ?? new Map() };
}
