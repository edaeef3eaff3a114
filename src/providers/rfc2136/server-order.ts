import type { Clock, Millis } from "../../base/clock.ts";
import type { ResolverServer } from "../../transport/exchange.ts";

/** Which server to ask first: in the order that the spec has, those that were silent of late last. */
export interface ServerOrder {
  current(): readonly ResolverServer[];
  /** Nothing came from it: it is asked last for a minute, so that each call does not wait for it anew. */
  silent(server: ResolverServer): void;
  answered(server: ResolverServer): void;
}

export function createServerOrder(servers: readonly ResolverServer[], clock: Pick<Clock, "now">): ServerOrder {
  const until = new Map<ResolverServer, Millis>();
  const isSilent = (server: ResolverServer): boolean => (until.get(server) ?? 0) > clock.now();
  return {
    current: () => [...servers.filter((server) => !isSilent(server)), ...servers.filter(isSilent)],
    silent: (server) => void until.set(server, clock.now() + LAST_FOR_MS),
    answered: (server) => void until.delete(server),
  };
}

const LAST_FOR_MS: Millis = 60_000;
