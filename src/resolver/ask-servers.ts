import type { Clock, Random } from "../base/clock.ts";
import type { FailureReason } from "../dns/reading.ts";
import { rcodeName, typeName } from "../dns/types.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import { attempt, type AttemptDeps, TRY_MS } from "./attempt.ts";
import { type ChainQuestion, type ChainResult, endOfChain, followChain } from "./chain.ts";
import type { Note } from "./failure.ts";
import { hedged } from "./hedge.ts";
import type { LookOptions } from "./ports.ts";
import { serverLabel } from "./server-label.ts";
import type { ServerMemory } from "./server-memory.ts";
import { afterAnswer, afterFailure, afterSilence, beforeTry, hedgeAfterMs, rankServers } from "./servers.ts";

export interface AskServersDeps extends AttemptDeps {
  readonly memory: ServerMemory;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ServersQuestion extends ChainQuestion {
  readonly servers: readonly ResolverServer[];
  /** The one that answered for the first part of the chain comes first: its cache has the rest. */
  readonly preferred?: string;
  readonly options: LookOptions;
  /** Told what each server did that gave no answer. */
  readonly onNote: (note: Note) => void;
}

export interface Found {
  readonly result: Exclude<ChainResult, { readonly kind: "failed" }>;
  readonly server: string;
  readonly authenticated: boolean;
}

/**
 * Asks servers for the end of a chain until one gives an answer; undefined when none does. A server that said something is not asked again; one that was silent is
 * asked up to three times.
 */
export async function askServers(
  deps: AskServersDeps,
  question: ServersQuestion,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const settled = new Set<string>();
  const order = orderOf(deps, question);
  const run = async (server: ResolverServer, inner: AbortSignal): Promise<Found | undefined> => {
    const label = serverLabel(server);
    if (settled.has(label)) {
      return undefined;
    }
    const told = await askOne(deps, server, question, inner);
    if (told.kind === "found") {
      return told.found;
    }
    if (told.note.reason !== "timeout") {
      settled.add(label);
    }
    question.onNote(told.note);
    return undefined;
  };
  const candidates = Array.from({ length: ROUNDS }, () => order).flat();
  const patience = (server: ResolverServer): number => hedgeAfterMs(deps.memory.healthOf(server));
  return hedged({ candidates, run, hedgeAfterMs: patience, clock: deps.clock }, signal);
}

const ROUNDS = 3;

function orderOf(deps: AskServersDeps, question: ServersQuestion): readonly ResolverServer[] {
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

type Told = { readonly kind: "found"; readonly found: Found } | { readonly kind: "nothing"; readonly note: Note };

async function askOne(
  deps: AskServersDeps,
  server: ResolverServer,
  question: ServersQuestion,
  signal: AbortSignal,
): Promise<Told> {
  const started = deps.clock.now();
  const { memory } = deps;
  const label = serverLabel(server);
  const asked = { name: endOfChain(question.chain), type: question.type, recursion: true };
  memory.setHealth(server, beforeTry(memory.healthOf(server), started, TRY_MS));
  const tell = (result: string): void =>
    question.options.observe?.({
      kind: "asked",
      server: label,
      name: asked.name,
      type: typeName(asked.type),
      tookMs: deps.clock.now() - started,
      result,
    });
  const got = await attempt(deps, server, asked, signal).catch((error: unknown) => {
    memory.setHealth(server, afterSilence(memory.healthOf(server), deps.clock.now() - started));
    throw error;
  });
  if (got.kind === "failed") {
    memory.setHealth(server, afterFailure(memory.healthOf(server), deps.clock.now()));
    tell(got.detail);
    return { kind: "nothing", note: { server: label, ...got, path: question.chain.path } };
  }
  const result = followChain(got.message, question);
  const isServersFault = result.kind === "failed" && SERVERS_FAULTS.has(result.reason);
  const health = memory.healthOf(server);
  memory.setHealth(server, isServersFault ? afterFailure(health, deps.clock.now()) : afterAnswer(health, got.tookMs));
  tell(result.kind === "failed" ? result.detail : rcodeName(got.message.rcode));
  return result.kind === "failed"
    ? { kind: "nothing", note: { server: label, ...result, path: result.chain.path } }
    : { kind: "found", found: { result, server: label, authenticated: got.message.authenticData } };
}

/** The others say that something is wrong with the name. */
const SERVERS_FAULTS: ReadonlySet<FailureReason> = new Set(["servfail", "refused", "rcode", "malformed"]);
