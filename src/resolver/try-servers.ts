import type { Random } from "../base/clock.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import { type QueryOneDeps, queryServer, type ServerResult, type ServerQuestion } from "./query-server.ts";
import type { Note } from "./lookup-failure.ts";
import { hedged } from "./hedge.ts";
import { serverLabel } from "./server/server-label.ts";
import { hedgeAfterMs, rankServers } from "./server/server-health.ts";

export interface TryServersDeps extends QueryOneDeps {
  readonly random: Random;
}

export interface ServersQuestion extends ServerQuestion {
  /**
   * The server that answered for the first part of the chain. It is queried first, because its cache probably has the rest of the
   * chain.
   */
  readonly preferred?: string;
  /** Receives the failure of each server without a usable answer. */
  readonly onNote: (note: Note) => void;
}

/**
 * Queries servers for the end of a chain until one answers. Undefined if none does. A server that responded is not queried again.
 * A server that did not respond is queried up to three times.
 */
export async function tryServers(
  deps: TryServersDeps,
  question: ServersQuestion,
  signal: AbortSignal,
): Promise<ServerResult | undefined> {
  const settled = new Set<string>();
  const order = orderOf(deps, question);
  const run = async (server: ResolverServer, inner: AbortSignal): Promise<ServerResult | undefined> => {
    const label = serverLabel(server);
    if (settled.has(label)) {
      return undefined;
    }
    const result = await queryServer(deps, server, question, inner);
    if (result.kind === "found") {
      return result.found;
    }
    if (!result.silent) {
      settled.add(label);
    }
    question.onNote(result.note);
    return undefined;
  };
  const candidates = Array.from({ length: ROUNDS }, () => order).flat();
  const patience = (server: ResolverServer): number => hedgeAfterMs(deps.memory.healthOf(server));
  return hedged({ candidates, run, hedgeAfterMs: patience, clock: deps.clock }, signal);
}

const ROUNDS = 3;

function orderOf(deps: TryServersDeps, question: ServersQuestion): readonly ResolverServer[] {
  const ranked = rankServers({
    servers: question.servers,
    healthOf: deps.memory.healthOf,
    now: deps.clock.now(),
    random: deps.random,
    isAvoided: (server) => serverLabel(server) === question.options.avoid,
  });
  const isPreferred = (server: ResolverServer): boolean => serverLabel(server) === question.preferred;
  return [...ranked.filter(isPreferred), ...ranked.filter((server) => !isPreferred(server))];
}
