import type { Clock, Millis } from "../../base/clock.ts";
import { type RRset, rrsetKey } from "../../dns/record.ts";
import type { BackendApplyResult } from "../backend.ts";
import { recordsRejectedBy } from "../http-error.ts";
import { targetOf } from "../rrset-changes.ts";
import { type AdjustedChange, bodiesOf } from "./changes.ts";
import type { WebhookClient } from "./client.ts";
import type { Shown } from "./convert.ts";
import type { RecordsRead } from "./read-records.ts";
import { type Outcome, outcomeOf } from "./read-back.ts";
import type { RejectedChange } from "./filter-changes.ts";
import type { RequestedTtls } from "./requested-ttls.ts";

export interface WriteContext {
  readonly client: WebhookClient;
  readonly readRecords: (signal: AbortSignal) => Promise<RecordsRead>;
  readonly requestedTtls: RequestedTtls;
  readonly clock: Clock;
}

export interface PendingWrites {
  readonly open: readonly AdjustedChange[];
  readonly shown: Shown;
}

/** Sends changes and reads back, until the provider shows them or does not apply them. */
export async function write(
  context: WriteContext,
  work: PendingWrites,
  signal: AbortSignal,
): Promise<BackendApplyResult> {
  const left: RejectedChange[] = [];
  let { open, shown } = work;
  for (let round = 0; round < MAX_ROUNDS && open.length > 0; round += 1) {
    for (const body of bodiesOf(open, shown)) {
      const sent = await context.client.apply(body, signal);
      if (sent.kind !== "ok") {
        return inPart(recordsRejectedBy(sent));
      }
    }
    const back = await readBack(context, open, shown, signal);
    if (back.kind !== "ok") {
      return back;
    }
    const { done, untouched, partial, foreign } = back.outcome;
    if (foreign[0] !== undefined) {
      return { kind: "conflict", message: `${nameOf(foreign[0])} was changed by another writer during the write` };
    }
    done.forEach(({ change }) => learn(context.requestedTtls, change.after, back.shown));
    left.push(...untouched.map(notKept));
    open = partial;
    shown = back.shown;
  }
  return resultOf(open, left, work.open.length > 0);
}

/**
 * The maximum number of rounds for a provider that applies the records of an RRset one by one. The next reconciliation makes the
 * other changes.
 */
const MAX_ROUNDS = 4;
/** Some services list a change only after some time. */
const LOOK_AGAIN_MS: readonly Millis[] = [500, 2_000];

type Back =
  | { readonly kind: "ok"; readonly outcome: Outcome; readonly shown: Shown }
  | Exclude<RecordsRead, { readonly kind: "ok" }>;

async function readBack(
  { readRecords, clock }: WriteContext,
  open: readonly AdjustedChange[],
  before: Shown,
  signal: AbortSignal,
): Promise<Back> {
  for (let attempt = 0; ; attempt += 1) {
    const now = await readRecords(signal);
    if (now.kind !== "ok") {
      return now;
    }
    const outcome = outcomeOf(open, before, now.shown);
    const waitMs = LOOK_AGAIN_MS[attempt];
    if (outcome.untouched.length === 0 || waitMs === undefined) {
      return { kind: "ok", outcome, shown: now.shown };
    }
    await clock.sleep(waitMs, signal);
  }
}

function learn(requestedTtls: RequestedTtls, requested: RRset | undefined, shown: Shown): void {
  const now = requested === undefined ? undefined : shown.get(rrsetKey(requested))?.set;
  if (requested !== undefined && now !== undefined) {
    requestedTtls.learn(requested, now);
  }
}

/** A provider can apply some records of a body before it refuses another one. */
function inPart(problem: ReturnType<typeof recordsRejectedBy>): BackendApplyResult {
  return problem.kind === "rejected" ? { ...problem, partial: true } : problem;
}

function notKept(change: AdjustedChange): RejectedChange {
  const { name, type } = targetOf(change.change);
  const message = `the provider accepted ${nameOf(change)} but does not list it. Widen its domain filter, permit it to list the zone (rfc2136 requires --rfc2136-axfr), or read its log`;
  return { name, type, reason: "NotKept", message };
}

function resultOf(
  open: readonly AdjustedChange[],
  records: readonly RejectedChange[],
  wrote: boolean,
): BackendApplyResult {
  if (records[0] !== undefined) {
    return { kind: "rejected", message: records[0].message, records, partial: true };
  }
  return open[0] === undefined
    ? { kind: "applied", revision: "", wrote }
    : {
        kind: "failed",
        message: `after ${MAX_ROUNDS} tries the provider has applied only a part of ${nameOf(open[0])}`,
      };
}

function nameOf({ change }: AdjustedChange): string {
  const { name, type } = targetOf(change);
  return `${name} ${type}`;
}
