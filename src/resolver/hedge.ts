import type { Clock, Millis } from "../base/clock.ts";

export interface HedgeOptions<Candidate, Value> {
  /** In the order in which they are tried. A candidate can occur more than once. */
  readonly candidates: readonly Candidate[];
  /** Returns the value of a candidate. Undefined: the candidate failed. */
  readonly run: (candidate: Candidate, signal: AbortSignal) => Promise<Value | undefined>;
  /** The time without an answer after which the next candidate is tried in parallel. */
  readonly hedgeAfterMs: (candidate: Candidate) => Millis;
  readonly clock: Pick<Clock, "sleep">;
}

/**
 * Returns the first value of a candidate; undefined if all fail. If one fails, the next one starts at once. If one does not answer, the next one starts in parallel after
 * its `hedgeAfterMs`; at most two run. After a value, the other candidate is aborted. Rejects if the signal aborts.
 */
export async function hedged<Candidate, Value>(
  options: HedgeOptions<Candidate, Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  const decided = new AbortController();
  const race: Race<Candidate, Value> = {
    ...options,
    waiting: [...options.candidates],
    running: new Map(),
    signal: AbortSignal.any([signal, decided.signal]),
  };
  try {
    return await firstValue(race);
  } finally {
    decided.abort(DECIDED);
  }
}

const MAX_RUNNING = 2;

/** The abort reason of every hedge. The default reason is a DOMException, whose stack would be created for each lookup. */
const DECIDED = "decided";

interface Race<Candidate, Value> extends HedgeOptions<Candidate, Value> {
  readonly waiting: Candidate[];
  readonly running: Map<symbol, Promise<Turn<Value>>>;
  readonly signal: AbortSignal;
}

type Turn<Value> =
  | { readonly kind: "ended"; readonly id: symbol; readonly value: Value | undefined }
  | { readonly kind: "silence" };

async function firstValue<Candidate, Value>(race: Race<Candidate, Value>): Promise<Value | undefined> {
  let latest = startNext(race);
  while (race.running.size > 0) {
    const turn = await nextTurn(race, latest);
    if (turn.kind === "ended") {
      race.running.delete(turn.id);
      if (turn.value !== undefined) {
        return turn.value;
      }
    }
    latest = startNext(race) ?? latest;
  }
  return undefined;
}

function startNext<Candidate, Value>(race: Race<Candidate, Value>): Candidate | undefined {
  const candidate = race.waiting.shift();
  if (candidate !== undefined) {
    const id = Symbol("try");
    race.running.set(
      id,
      race.run(candidate, race.signal).then((value) => ({ kind: "ended", id, value })),
    );
  }
  return candidate;
}

/** Waits until a run ends. If one more may start, the wait ends after the hedge time at the latest. */
async function nextTurn<Candidate, Value>(
  race: Race<Candidate, Value>,
  latest: Candidate | undefined,
): Promise<Turn<Value>> {
  const running = [...race.running.values()];
  if (latest === undefined || race.waiting.length === 0 || running.length >= MAX_RUNNING) {
    return Promise.race(running);
  }
  const heard = new AbortController();
  const silence = race.clock.sleep(race.hedgeAfterMs(latest), heard.signal).then(
    (): Turn<Value> => ({ kind: "silence" }),
    (): Turn<Value> => ({ kind: "silence" }),
  );
  try {
    return await Promise.race([...running, silence]);
  } finally {
    heard.abort(DECIDED);
  }
}
