import type { Clock, Millis, Random } from "../base/clock.ts";
import type { LookupResult, TargetKey } from "../dns/lookup-result.ts";
import { TYPE } from "../dns/registry.ts";
import type { Exchange } from "../transport/exchange.ts";
import type { ServerResult } from "./query-server.ts";
import { tryServers, type TryServersDeps, type ServersQuestion } from "./try-servers.ts";
import { type Chain, endOfChain, startOfChain } from "./chain/chain.ts";
import { failureResult, type Note } from "./lookup-failure.ts";
import type { LookupOptions, Lookup, View, ViewOf } from "./lookup.ts";
import { createNat64 } from "./nat64.ts";
import type { AttemptDeps } from "./query/attempt.ts";
import { createServerRecords } from "./server/server-memory.ts";
import { onceAnHour } from "./server/warnings.ts";

export interface LookupDeps {
  readonly exchange: Exchange;
  readonly viewOf: ViewOf;
  readonly clock: Clock;
  readonly random: Random;
  /** Unpredictable random bytes for ids, letter case and cookies. */
  readonly randomBytes: (bytes: number) => Uint8Array;
  /** Reports a fault of a server whose answers are still usable, once an hour. */
  readonly warn?: (server: string, warning: string) => void;
}

/** The stub resolver of this program. Each call makes one lookup with the servers of the key's view, in at most 10 s. */
export function createLookup(deps: LookupDeps): Lookup {
  const memory = createServerRecords(deps.randomBytes);
  const attempts: AttemptDeps = { ...deps, traitsOf: memory.traitsOf, remember: memory.remember };
  const warn = deps.warn === undefined ? () => undefined : onceAnHour(deps.clock, deps.warn);
  const parts: TryServersDeps = { ...attempts, ...deps, memory, nat64Of: createNat64(attempts), warn };
  return {
    lookUp: async (key, options, signal) => {
      const view = deps.viewOf(key.view);
      return view === undefined ? noView(key) : lookUp(parts, { key, view, options }, signal);
    },
  };
}

const BUDGET_MS: Millis = 10_000;
/**
 * The abort reason of every lookup that uses up its time. The default reason is a DOMException, whose stack would be created for
 * each lookup.
 */
const SPENT = "over";

interface Task {
  readonly key: TargetKey;
  readonly view: View;
  readonly options: LookupOptions;
}

async function lookUp(deps: TryServersDeps, task: Task, signal: AbortSignal): Promise<LookupResult> {
  signal.throwIfAborted();
  const done = new AbortController();
  const spent = new AbortController();
  void deps.clock.sleep(BUDGET_MS, done.signal).then(
    () => spent.abort(SPENT),
    () => undefined,
  );
  const state: State = { chain: startOfChain(task.key.target), authenticated: true, scope: 0, notes: [] };
  try {
    return await follow(deps, task, state, AbortSignal.any([signal, spent.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (spent.signal.aborted) {
      return failure(state, `no answer within ${BUDGET_MS / 1000} s`);
    }
    throw error;
  } finally {
    done.abort(SPENT);
  }
}

/** The state of a lookup. */
interface State {
  chain: Chain;
  authenticated: boolean;
  /** The longest scope of the hops so far. */
  scope: number;
  preferred?: string;
  /** The failures of servers for the last name of the chain. */
  notes: readonly Note[];
}

/** This loop ends, because each pass adds a hop to the chain and a chain has at most 16 hops. */
async function follow(deps: TryServersDeps, task: Task, state: State, signal: AbortSignal): Promise<LookupResult> {
  for (;;) {
    state.notes = [];
    const found = (await query(deps, task, state, signal)) ?? (await stepOver(deps, task, state, signal));
    if (found === undefined) {
      return failure(state, "no answer");
    }
    advance(task, state, found);
    const { result, server } = found;
    if (result.kind === "addresses") {
      const { addresses, chain } = result;
      return {
        kind: "positive",
        chain: chain.path,
        addresses,
        ttl: chain.ttl,
        maxTtl: chain.maxTtl,
        server,
        authenticated: state.authenticated,
        ...(result.isSubset && { isSubset: true }),
        ...scoped(task, state),
      };
    }
    if (result.kind === "empty") {
      const { outcome, chain, negativeTtl } = result;
      return { kind: outcome, chain: chain.path, negativeTtl, server, ...scoped(task, state) };
    }
  }
}

function scoped({ options }: Task, { scope }: State): { readonly scope?: number } {
  return options.subnet === undefined ? {} : { scope };
}

function query(deps: TryServersDeps, task: Task, state: State, signal: AbortSignal): Promise<ServerResult | undefined> {
  return tryServers(deps, questionFor(task, state, TYPE[task.key.family]), signal);
}

/**
 * Recursive resolvers answer only SERVFAIL if a chain loops or has more hops than they follow (11 in Unbound). They answer a query
 * for the CNAME itself, so this function follows the chain by one hop. Undefined if the name has no CNAME, or the CNAME is not
 * available either.
 */
async function stepOver(
  deps: TryServersDeps,
  task: Task,
  state: State,
  signal: AbortSignal,
): Promise<ServerResult | undefined> {
  if (state.notes.length === 0 || !state.notes.every(({ reason }) => reason === "servfail")) {
    return undefined;
  }
  const servfails = state.notes;
  state.notes = [];
  const found = await tryServers(deps, questionFor(task, state, TYPE.CNAME), signal);
  const isAlias = found !== undefined && found.result.hops.length > 0;
  state.notes = [...servfails, ...state.notes.filter(({ reason }) => reason === "loop" || reason === "too-deep")];
  return isAlias
    ? { ...found, result: { kind: "unfinished", chain: found.result.chain, hops: found.result.hops } }
    : undefined;
}

function questionFor(task: Task, state: State, type: number): ServersQuestion {
  return {
    type,
    chain: state.chain,
    allowPrivate: task.view.allowPrivate,
    servers: task.view.servers,
    options: task.options,
    onNote: (note) => {
      state.notes = [...state.notes, note];
    },
    ...(state.preferred !== undefined && { preferred: state.preferred }),
  };
}

function advance({ options }: Task, state: State, { result, server, authenticated, scope }: ServerResult): void {
  state.chain = result.chain;
  state.scope = Math.max(state.scope, scope);
  state.authenticated &&= authenticated;
  state.preferred = server;
  for (const hop of result.hops) {
    options.observe?.({ kind: "hop", hop });
  }
  if (result.kind === "addresses") {
    const { addresses, chain } = result;
    options.observe?.({ kind: "addresses", name: endOfChain(chain), addresses, ttl: chain.ttl });
  }
}

function failure({ notes, chain }: State, otherwise: string): LookupResult {
  const [first, ...more] = notes;
  return first === undefined
    ? { kind: "failure", reason: "timeout", detail: otherwise, chain: chain.path }
    : failureResult([first, ...more]);
}

function noView({ target, view }: TargetKey): LookupResult {
  return {
    kind: "failure",
    reason: "unreachable",
    detail: `no servers are known for the view ${view}`,
    chain: [target],
  };
}
