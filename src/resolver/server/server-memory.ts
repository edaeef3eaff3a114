import type { ResolverServer } from "../../transport/exchange.ts";
import { serverLabel } from "./server-label.ts";
import { type Health, NEW_SERVER } from "./server-health.ts";
import { newTraits, type Traits } from "./server-traits.ts";

/** The known features and the health of each server, by {@link serverLabel}. */
export interface ServerRecords {
  readonly healthOf: (server: ResolverServer) => Health;
  readonly setHealth: (server: ResolverServer, health: Health) => void;
  readonly traitsOf: (server: ResolverServer) => Traits;
  readonly remember: (server: ResolverServer, traits: Traits) => void;
}

/**
 * Keeps the health and the traits of at most 1,024 servers each. The oldest entry is removed first. The next use of that server may
 * then take one more query.
 */
export function createServerRecords(randomBytes: (bytes: number) => Uint8Array): ServerRecords {
  const healths = new Map<string, Health>();
  const traits = new Map<string, Traits>();
  return {
    healthOf: (server) => healths.get(serverLabel(server)) ?? NEW_SERVER,
    setHealth: (server, health) => put(healths, serverLabel(server), health),
    traitsOf: (server) => {
      const known = traits.get(serverLabel(server)) ?? newTraits(randomBytes);
      put(traits, serverLabel(server), known);
      return known;
    },
    remember: (server, learnt) => put(traits, serverLabel(server), learnt),
  };
}

const MAX_SERVERS = 1_024;

function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_SERVERS && oldest !== undefined) {
    map.delete(oldest);
  }
}
