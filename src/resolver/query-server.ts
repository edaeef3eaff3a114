import type { Clock } from "../base/clock.ts";
import type { Subnet } from "../dns/address/subnet.ts";
import type { Message } from "../dns/message/message.ts";
import type { FailureReason } from "../dns/lookup-result.ts";
import { rcodeName, TYPE, typeName } from "../dns/registry.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import { attempt, type AttemptDeps, TRY_MS } from "./query/attempt.ts";
import { type ChainQuestion, type ChainResult, endOfChain, followChain } from "./chain/chain.ts";
import type { Note } from "./lookup-failure.ts";
import { addressOfRdata } from "./chain/read-rdata.ts";
import { scopeOf } from "./query/match-response.ts";
import type { LookupOptions } from "./lookup.ts";
import type { Nat64Of } from "./nat64.ts";
import { serverLabel } from "./server/server-label.ts";
import type { ServerRecords } from "./server/server-memory.ts";
import { afterAnswer, afterFailure, afterSilence, beforeTry } from "./server/server-health.ts";

export interface QueryOneDeps extends AttemptDeps {
  readonly memory: ServerRecords;
  readonly clock: Clock;
  readonly nat64Of: Nat64Of;
  /** Reports a fault of a server whose answer is still usable. */
  readonly warn: (server: string, warning: string) => void;
}

export interface ServerQuestion extends Omit<ChainQuestion, "nat64"> {
  readonly options: LookupOptions;
  /** All servers of the view. */
  readonly servers: readonly ResolverServer[];
}

export interface ServerResult {
  readonly result: Exclude<ChainResult, { readonly kind: "failed" }>;
  readonly server: string;
  /** The AD bit of this answer. */
  readonly authenticated: boolean;
  readonly rcode: number;
  /** The number of first bits of the queried subnet for which the answer is valid. */
  readonly scope: number;
}

export type QueryResult =
  | { readonly kind: "found"; readonly found: ServerResult }
  /** `silent`: a packet may have been lost, so that another query can succeed. */
  | { readonly kind: "nothing"; readonly note: Note; readonly silent: boolean };

/** Queries one recursive resolver for the end of a chain, and records its health. Rejects only if the signal aborts. */
export async function queryServer(
  deps: QueryOneDeps,
  server: ResolverServer,
  question: ServerQuestion,
  signal: AbortSignal,
): Promise<QueryResult> {
  const { memory, clock } = deps;
  const started = clock.now();
  const { subnet } = question.options;
  const queried = {
    name: endOfChain(question.chain),
    type: question.type,
    recursion: true,
    ...(subnet !== undefined && { subnet }),
  };
  memory.setHealth(server, beforeTry(memory.healthOf(server), started, TRY_MS));
  const got = await attempt(deps, server, queried, signal).catch((error: unknown) => {
    memory.setHealth(server, afterSilence(memory.healthOf(server), clock.now() - started));
    throw error;
  });
  const now = clock.now();
  const stop = (error: unknown): never => {
    memory.setHealth(server, afterAnswer(memory.healthOf(server), now - started));
    throw error;
  };
  const label = serverLabel(server);
  const result =
    got.kind === "failed"
      ? nothing(label, question, got)
      : read(
          label,
          { ...question, nat64: await nat64For(deps, server, question, got.message, signal).catch(stop) },
          got.message,
        );
  const health = memory.healthOf(server);
  memory.setHealth(server, isServersFault(result) ? afterFailure(health, now) : afterAnswer(health, now - started));
  const warning = got.kind === "answered" ? got.warning : undefined;
  if (warning !== undefined) {
    deps.warn(label, warning);
  }
  question.options.observe?.({
    kind: "queried",
    server: label,
    name: queried.name,
    type: typeName(queried.type),
    tookMs: now - started,
    result: warning === undefined ? resultOf(result) : `${resultOf(result)}; warning: ${warning}`,
  });
  return result;
}

/** Only answers with AAAA addresses can contain addresses that the server created by DNS64. */
async function nat64For(
  { nat64Of }: QueryOneDeps,
  server: ResolverServer,
  { options, servers }: ServerQuestion,
  { answers }: Message,
  signal: AbortSignal,
): Promise<ChainQuestion["nat64"] & {}> {
  const made = answers.filter(({ type }) => type === TYPE.AAAA);
  const [first] = made;
  return first === undefined
    ? []
    : nat64Of(
        server,
        {
          addresses: made.flatMap((record) => addressOfRdata(record) ?? []),
          name: first.name,
          ipv4: options.ipv4 ?? [],
          servers,
        },
        signal,
      );
}

function read(server: string, question: ChainQuestion, message: Message): QueryResult {
  const result = followChain(message, question);
  return result.kind === "failed"
    ? nothing(server, { chain: result.chain }, result)
    : { kind: "found", found: foundIn(message, server, result) };
}

function foundIn(message: Message, server: string, result: ServerResult["result"]): ServerResult {
  return { result, server, authenticated: message.authenticData, rcode: message.rcode, scope: scopeOf(message) };
}

interface Why {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly silent?: true;
  readonly nat64?: readonly Subnet[];
}

function nothing(server: string, { chain }: Pick<ChainQuestion, "chain">, why: Why): QueryResult {
  const { reason, detail, silent = false, nat64 } = why;
  return { kind: "nothing", silent, note: { server, reason, detail, path: chain.path, ...(nat64 && { nat64 }) } };
}

function resultOf(result: QueryResult): string {
  return result.kind === "nothing" ? result.note.detail : rcodeName(result.found.rcode);
}

function isServersFault(result: QueryResult): boolean {
  return result.kind === "nothing" && !NAMES_FAULTS.has(result.note.reason);
}

/** Faults of the name itself, which do not depend on the server. */
const NAMES_FAULTS: ReadonlySet<FailureReason> = new Set(["loop", "too-deep", "special-use", "bogus"]);
