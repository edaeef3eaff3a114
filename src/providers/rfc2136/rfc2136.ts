import type { Rfc2136Spec } from "../../api/dns-zone.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { BackendApplyResult, BackendBatch, BackendChange, BackendRead, RecordBackend } from "../backend.ts";
import type { Applied } from "../provider.ts";
import { messagesOf, sendUpdate, type Sent } from "./apply-changes.ts";
import { createClient, type Client, type ClientDeps, type Session } from "./client.ts";
import { restOf } from "./convert.ts";
import { worstOf, type Problem } from "./server-error.ts";
import { readNames, readSerial } from "./read-names.ts";
import { readZone } from "./read-zone.ts";
import type { Millis, Clock } from "../../base/clock.ts";
import type { ResolverServer } from "../../transport/exchange.ts";

export interface Rfc2136Deps extends Omit<ClientDeps, "tsig"> {
  readonly spec: Rfc2136Spec;
  readonly domain: Name;
}

/** One zone at servers that accept RFC 2136 updates. Each update is a compare-and-swap of its RRsets. */
export function createRfc2136Backend(deps: Rfc2136Deps): RecordBackend {
  const { spec } = deps;
  const servers = spec.servers.map(({ address, port }) => ({ protocol: "tcp" as const, address, port }));
  const state: State = {
    deps,
    client: createClient({ ...deps, tsig: spec.tsig }),
    order: createServerOrder(servers, deps.clock),
    tooLargeUntil: 0,
  };
  return {
    id: "rfc2136",
    capabilities: { atomic: "batch", comparesAndSwaps: true, listsZone: spec.read === "AXFR" },
    read: (names, signal) => read(state, names, signal),
    apply: (batch, signal) => apply(state, batch, signal),
  };
}

interface State {
  readonly deps: Rfc2136Deps;
  readonly client: Client;
  readonly order: ServerOrder;
  /** Until this time the zone is read name by name, because it was too large for a transfer. */
  tooLargeUntil: Millis;
}

async function read(state: State, names: readonly Name[], signal: AbortSignal): Promise<BackendRead> {
  const opened = await state.client.open(signal);
  if (opened.kind !== "ok") {
    return opened;
  }
  return firstThatDoes(state, (server) => readAt(state, { session: opened.session, server, names }, signal));
}

interface ZoneReader {
  readonly session: Session;
  readonly server: ResolverServer;
  readonly names: readonly Name[];
}

async function readAt(state: State, { session, server, names }: ZoneReader, signal: AbortSignal): Promise<BackendRead> {
  const { client, deps } = state;
  const zone = deps.domain;
  if (deps.spec.read === "AXFR" && deps.clock.now() >= state.tooLargeUntil) {
    const whole = await readZone(session, { server, zone, id: client.newId() }, signal);
    if (whole.kind === "ok") {
      return { ...whole, complete: true };
    }
    if (whole.kind === "not-given") {
      state.tooLargeUntil = whole.tooLarge ? deps.clock.now() + TOO_LARGE_FOR_MS : state.tooLargeUntil;
    } else if (!(whole.kind === "refused" && whole.reason === "BadKey")) {
      return whole; // Knot answers BADKEY if its acl does not permit a transfer with the key. Queries show whether the key is valid.
    }
  }
  const some = await readNames(session, { server, zone, names, newId: client.newId }, signal);
  return some.kind === "ok" ? { ...some, complete: false } : some;
}

/** A zone seldom becomes much smaller, and repeated transfers of a large zone are a burden. */
const TOO_LARGE_FOR_MS: Millis = 3_600_000;

/** Returns the first successful result of a server, otherwise the worst problem. */
async function firstThatDoes<Result extends { readonly kind: string }>(
  { order }: State,
  attempt: (server: ResolverServer) => Promise<Result | Problem>,
): Promise<Result | Problem> {
  const problems: Problem[] = [];
  for (const server of order.current()) {
    const result = await attempt(server);
    if (isSilence(result)) {
      order.silent(server);
    } else {
      order.answered(server);
    }
    if (!isProblem(result)) {
      return result;
    }
    problems.push(result);
  }
  return worstOf(problems);
}

function isProblem(result: { readonly kind: string }): result is Problem {
  return result.kind === "refused" || result.kind === "failed";
}

function isSilence(result: { readonly kind: string; readonly silent?: true }): boolean {
  return result.silent === true;
}

async function apply(state: State, { changes }: BackendBatch, signal: AbortSignal): Promise<BackendApplyResult> {
  const opened = await state.client.open(signal);
  if (opened.kind !== "ok") {
    return opened;
  }
  const { session } = opened;
  const first = await write(state, session, changes, signal);
  if (first.kind !== "conflict") {
    return first;
  }
  // The changes may already be in effect, completely or partly. This process made them and lost the answer, or another process made
  // them with the same plan.
  const names = [...new Set(changes.flatMap(({ before, after }) => (before ?? after)?.name ?? []))];
  const now = await read(state, names, signal);
  if (now.kind !== "ok") {
    return first;
  }
  const rest = restOf(changes, now.sets);
  if (rest.kind === "foreign") {
    const { name, type } = rest.set;
    return {
      kind: "conflict",
      message: `${first.message}: ${displayName(name)} ${type} has changed since the last read`,
    };
  }
  return rest.changes.length === 0 || rest.changes.length === changes.length
    ? settled(rest.changes, first, now.serial)
    : write(state, session, rest.changes, signal);
}

/** Returns the result if all changes are already in effect, or if none is. In both cases, no update is sent again. */
function settled(
  rest: readonly BackendChange[],
  conflict: BackendApplyResult,
  serial: number | undefined,
): BackendApplyResult {
  return rest.length === 0 ? appliedAt(serial, false) : conflict;
}

async function write(
  state: State,
  session: Session,
  changes: readonly BackendChange[],
  signal: AbortSignal,
): Promise<BackendApplyResult> {
  const { client, deps } = state;
  const zone = deps.domain;
  const { newId } = client;
  const parts = messagesOf(changes, { zone, newId, reserved: session.reserved });
  if (parts.kind !== "ok") {
    return parts;
  }
  if (changes.length === 0) {
    return appliedAt(undefined, false);
  }
  let writer: ResolverServer | undefined;
  for (const [index, query] of parts.messages.entries()) {
    const sent = await firstThatDoes<Sent>(state, async (server) => {
      writer = server;
      return sendUpdate(session, { server, zone, newId, query }, signal);
    });
    if (sent.kind !== "done") {
      return index === 0 ? sent : inPart(sent, `${index} of ${parts.messages.length} updates were applied`);
    }
  }
  const serial = writer && (await readSerial(session, { server: writer, zone, newId }, signal));
  return appliedAt(serial?.kind === "ok" ? serial.serial : undefined, true);
}

function inPart(sent: Exclude<Sent, { readonly kind: "done" }>, done: string): BackendApplyResult {
  const message = `${sent.message} (${done})`;
  return sent.kind === "rejected" ? { ...sent, message, partial: true } : { ...sent, message };
}

function appliedAt(serial: number | undefined, wrote: boolean): Applied {
  return { kind: "applied", revision: String(serial ?? ""), wrote, ...(serial !== undefined && { serial }) };
}

/** The order of the servers for the next call: that of the spec, with servers that did not answer recently at the end. */
export interface ServerOrder {
  current(): readonly ResolverServer[];
  /** Records that a server did not answer. It comes last for a minute, so that later calls don't wait for it. */
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
