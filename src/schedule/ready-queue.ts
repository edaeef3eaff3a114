/** The turn and the share to which a running key counts. */
export interface Claim {
  readonly turn: string;
  readonly share: string;
}

/**
 * A queue of due keys with limited concurrency. The turns are served in rotation, one key at a time. The keys of one turn and share
 * are served in the order in which they were added. A turn uses at most three quarters of the places, and a share at most seven
 * eighths. Under load, the limits are lower. A turn then runs at most three times as many keys as there are free places, and a
 * share at most seven times as many. A free place therefore remains for the next turn.
 */
export interface ReadyQueue<K> {
  /** Adds the key, or changes the claim of a waiting key. It has no effect on a running key. */
  add(key: K, claim: Claim): void;
  /** Returns the next key, which runs from now on. Undefined: no key may run. */
  begin(): K | undefined;
  /** Ends the run of the key. */
  end(key: K): void;
  /** Removes a waiting key. False: the key does not wait. */
  remove(key: K): boolean;
  isWaiting(key: K): boolean;
  waiting(): Iterable<K>;
  /** Keys that wait. */
  size(): number;
  /** True if no place is free. */
  isFull(): boolean;
}

/** Creates a queue with `most` places for the keys of one turn, and a third of that number for other turns. */
export function createReadyQueue<K>(most: number): ReadyQueue<K> {
  const state: State<K> = {
    places: Math.max(1, Math.floor((most * (TURN_FACTOR + 1)) / TURN_FACTOR)),
    waiting: new Map(),
    running: new Map(),
    turns: new Map(),
    waitingByShare: new Map(),
    runningByShare: new Map(),
    runningByTurn: new Map(),
  };
  const { waiting, running, places } = state;
  return {
    add: (key, claim) => add(state, key, claim),
    begin: () => begin(state),
    end: (key) => end(state, key),
    remove: (key) => remove(state, key),
    isWaiting: (key) => waiting.has(key),
    waiting: () => waiting.keys(),
    size: () => waiting.size,
    isFull: () => running.size >= places,
  };
}

interface State<K> {
  readonly places: number;
  readonly waiting: Map<K, Ticket<K>>;
  readonly running: Map<K, Claim>;
  readonly turns: Map<string, Lines<K>>;
  readonly waitingByShare: Map<string, number>;
  readonly runningByShare: Map<string, number>;
  readonly runningByTurn: Map<string, number>;
}

function add<K>(state: State<K>, key: K, claim: Claim): void {
  const { waiting, running, turns, waitingByShare } = state;
  const before = waiting.get(key);
  if (running.has(key) || (before?.claim.turn === claim.turn && before.claim.share === claim.share)) {
    return;
  }
  remove(state, key);
  const ticket = { key, claim, isGone: false };
  waiting.set(key, ticket);
  count(waitingByShare, claim.share, 1);
  lineOf(turns, claim).tickets.push(ticket);
}

function begin<K>(state: State<K>): K | undefined {
  const { places, running, turns, waitingByShare, runningByShare, runningByTurn } = state;
  const free = places - running.size;
  const mayRun = (counts: ReadonlyMap<string, number>, name: string, factor: number): boolean =>
    (counts.get(name) ?? 0) < factor * free;
  const open = new Set([...waitingByShare.keys()].filter((share) => mayRun(runningByShare, share, SHARE_FACTOR)));
  if (open.size === 0) {
    return undefined;
  }
  const ticket = nextTicket(turns, (turn) => mayRun(runningByTurn, turn, TURN_FACTOR), open);
  if (ticket === undefined) {
    return undefined;
  }
  remove(state, ticket.key);
  running.set(ticket.key, ticket.claim);
  count(runningByShare, ticket.claim.share, 1);
  count(runningByTurn, ticket.claim.turn, 1);
  return ticket.key;
}

function end<K>({ running, runningByShare, runningByTurn }: State<K>, key: K): void {
  const claim = running.get(key);
  if (claim !== undefined) {
    running.delete(key);
    count(runningByShare, claim.share, -1);
    count(runningByTurn, claim.turn, -1);
  }
}

function remove<K>({ waiting, waitingByShare }: State<K>, key: K): boolean {
  const ticket = waiting.get(key);
  if (ticket === undefined) {
    return false;
  }
  ticket.isGone = true;
  waiting.delete(key);
  count(waitingByShare, ticket.claim.share, -1);
  return true;
}

const TURN_FACTOR = 3;
const SHARE_FACTOR = 7;

interface Ticket<K> {
  readonly key: K;
  readonly claim: Claim;
  isGone: boolean;
}

/** Waiting tickets, first in, first out. */
interface Line<K> {
  tickets: Ticket<K>[];
  head: number;
}

/** The waiting tickets of one turn, by share. */
type Lines<K> = Map<string, Line<K>>;

function lineOf<K>(turns: Map<string, Lines<K>>, { turn, share }: Claim): Line<K> {
  const lines = turns.get(turn) ?? new Map<string, Line<K>>();
  turns.set(turn, lines);
  const line = lines.get(share) ?? { tickets: [], head: 0 };
  lines.set(share, line);
  return line;
}

/** Moves the turn of the returned ticket to the end, and its line to the end of the turn. */
function nextTicket<K>(
  turns: Map<string, Lines<K>>,
  isTurnOpen: (turn: string) => boolean,
  openShares: ReadonlySet<string>,
): Ticket<K> | undefined {
  for (const [turn, lines] of turns) {
    const ticket = isTurnOpen(turn) ? nextOfTurn(lines, openShares) : undefined;
    if (lines.size === 0) {
      turns.delete(turn);
    }
    if (ticket !== undefined) {
      moveToEnd(turns, turn);
      return ticket;
    }
  }
  return undefined;
}

function nextOfTurn<K>(lines: Lines<K>, openShares: ReadonlySet<string>): Ticket<K> | undefined {
  for (const [share, line] of lines) {
    const ticket = openShares.has(share) ? shift(line) : undefined;
    if (line.head >= line.tickets.length) {
      lines.delete(share);
    }
    if (ticket !== undefined) {
      moveToEnd(lines, share);
      return ticket;
    }
  }
  return undefined;
}

function shift<K>(line: Line<K>): Ticket<K> | undefined {
  for (; line.head < line.tickets.length; line.head += 1) {
    const ticket = line.tickets[line.head];
    if (ticket?.isGone === false) {
      line.head += 1;
      compact(line);
      return ticket;
    }
  }
  return undefined;
}

/** Frees the space of removed tickets. It copies at most as many tickets as were removed since the last copy. */
function compact<K>(line: Line<K>): void {
  if (line.head > MIN_COMPACT && line.head * 2 > line.tickets.length) {
    line.tickets = line.tickets.slice(line.head);
    line.head = 0;
  }
}

const MIN_COMPACT = 64;

function moveToEnd<V>(map: Map<string, V>, name: string): void {
  const value = map.get(name);
  if (value !== undefined) {
    map.delete(name);
    map.set(name, value);
  }
}

function count(counts: Map<string, number>, name: string, by: number): void {
  const next = (counts.get(name) ?? 0) + by;
  if (next === 0) {
    counts.delete(name);
  } else {
    counts.set(name, next);
  }
}
