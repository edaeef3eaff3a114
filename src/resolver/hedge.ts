import type { Clock, Millis } from "../base/clock.ts";

export interface HedgeOptions<Candidate, Value> {
  /** In the order in which they are tried; one may stand there more than once. */
  readonly candidates: readonly Candidate[];
  /** Undefined: failed. */
  readonly run: (candidate: Candidate, signal: AbortSignal) => Promise<Value | undefined>;
  /** How long a candidate may be silent before the next one is tried beside it. */
  readonly hedgeAfterMs: (candidate: Candidate) => Millis;
  readonly clock: Pick<Clock, "sleep">;
}

/**
 * The first value that a candidate gives; undefined when all have failed. The next one starts at once when one fails, and beside a silent one after
 * its `hedgeAfterMs`; never more than two run. What still runs when a value has come is aborted. Rejects when the signal aborts.
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

/** A reason of one's own: the usual one is a DOMException with a stack, made for each look-up in vain. */
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

/** Waits for an end; also for silence, while one more may run. */
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
