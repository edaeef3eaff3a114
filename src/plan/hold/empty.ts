import type { Millis, Random } from "../../base/clock.ts";
import { origTtl } from "./cycles.ts";
import { clampWait, firstWaitMs, nextWaitMs, SLACK_MS } from "./next-lookup.ts";
import type { EmptyResult, EmptyRow, HoldContext, HoldState } from "./state.ts";

const READINGS_NEEDED = 3;
const SERVERS_NEEDED = 2;
const SPAN_MIN_MS: Millis = 60_000;
/**
 * RFC 2308 5 recommends a limit of one to three hours for negative TTLs. A longer negative TTL must not defer the confirmation for
 * days.
 */
const SPAN_MAX_MS: Millis = 3 * 3_600_000;

/**
 * Counts an empty answer toward the confirmation of emptiness. The last known good addresses remain, and `emptySince` is set
 * after the confirmation.
 */
export function onEmpty(state: HoldState, result: EmptyResult, context: HoldContext): HoldState {
  const { now, random, serverCount } = context;
  const row = extended(state.empty, result, now);
  const heardEnough = row.otherServerHeard || Math.min(SERVERS_NEEDED, serverCount) < SERVERS_NEEDED;
  const confirmed =
    state.emptySince !== undefined ||
    (heardEnough && row.results >= READINGS_NEEDED && now - row.firstAt >= spanMs(row));
  const wait = confirmed ? confirmedWaitMs(state, result, random) : confirmingWaitMs(state, row, context);
  const outcome = state.outcome.kind === result.kind ? state.outcome : { kind: result.kind };
  return {
    ...state,
    outcome,
    since: outcome === state.outcome ? state.since : now,
    chain: state.addresses.length === 0 && outcome !== state.outcome ? result.chain : state.chain,
    failures: 0,
    failingSince: undefined,
    empty: row,
    emptySince: confirmed ? (state.emptySince ?? row.firstAt) : undefined,
    doubt: confirmed ? undefined : state.doubt,
    rotation: confirmed ? undefined : state.rotation,
    nextAt: now + wait,
    avoid: confirmed || heardEnough ? undefined : row.server,
  };
}

/**
 * The state with NXDOMAIN replaced by NODATA, because a lookup of the other family found addresses. A state with another outcome
 * is unchanged.
 */
export function withoutNxdomain(state: HoldState): HoldState {
  return state.outcome.kind === "nxdomain" ? { ...state, outcome: { kind: "nodata" } } : state;
}

/** The state with its emptiness unconfirmed: a new series of answers has to confirm it. */
export function unconfirmed(state: HoldState): HoldState {
  return {
    ...state,
    emptySince: undefined,
    firstEmptySince: state.firstEmptySince ?? state.emptySince,
    empty: undefined,
  };
}

function extended(row: EmptyRow | undefined, { server, negativeTtl }: EmptyResult, now: Millis): EmptyRow {
  if (row === undefined) {
    return { firstAt: now, results: 1, server, otherServerHeard: false, negativeTtl };
  }
  return {
    firstAt: row.firstAt,
    results: row.results + 1,
    server: row.server,
    otherServerHeard: row.otherServerHeard || server !== row.server,
    negativeTtl: Math.max(row.negativeTtl, negativeTtl),
  };
}

function spanMs({ negativeTtl }: EmptyRow): Millis {
  return Math.min(SPAN_MAX_MS, Math.max(SPAN_MIN_MS, negativeTtl * 1000));
}

function confirmedWaitMs(state: HoldState, { negativeTtl }: EmptyResult, random: Random): Millis {
  return state.emptySince === undefined ? firstWaitMs(negativeTtl, random) : nextWaitMs(negativeTtl, random);
}

/**
 * Lookups happen in the middle and at the end of the span, and whenever the TTL of the target expires. A false empty answer of one
 * server therefore doesn't delay the answers of other servers.
 */
function confirmingWaitMs(state: HoldState, row: EmptyRow, { now, random }: HoldContext): Millis {
  const span = spanMs(row);
  const left = row.firstAt + span - now;
  const untilEnd = left > 0 ? left + SLACK_MS : nextWaitMs(span / 1000, random);
  const spread = left > span / 2 ? span / 2 : untilEnd;
  const usual = state.addresses.length > 0 ? nextWaitMs(origTtl(state.cycles), random) : spread;
  return clampWait(Math.min(spread, usual));
}
