import { createTargetHistory } from "../../support/target-history.ts";
import type { ChaosEvent } from "./chaos-event.ts";
import { generationOf } from "./generation.ts";
import { takeAddresses, type Sample } from "./judge-addresses.ts";
import { note, type FaultKind, type JudgeState, type KeyState, type Spans } from "./judge-state.ts";

export interface Verdict {
  readonly counts: Readonly<Record<FaultKind, number>>;
  /** The first ones of each kind, as text. */
  readonly examples: readonly string[];
  readonly answers: number;
  /** Answers that the test itself prevented, or that were not there in time. */
  readonly silences: number;
  /** Answers of a restarted responder that can't reach a resolver, and so has only what the statuses say. */
  readonly withoutResolver: number;
  /** The longest time for which an address was served after its target no longer had it, without the times of disturbance. */
  readonly longestStaleMs: number;
}

export interface Judge {
  take(event: ChaosEvent): void;
  verdict(): Verdict;
  /** The names of which some server, not away, doesn't have the newest addresses or still has any, as text. */
  unsettled(): readonly string[];
}

/** Decides about each answer when it comes, so that a run of any length needs the same memory. */
export function createJudge(): Judge {
  const state: JudgeState = {
    bounds: new Map(),
    history: createTargetHistory(),
    newest: new Map(),
    names: new Map(),
    keys: new Map(),
    servers: new Map(),
    unresolved: new Map(),
    counts: { blank: 0, wrong: 0, back: 0, orphan: 0, foreign: 0, crash: 0 },
    examples: [],
    answers: 0,
    silences: 0,
    withoutResolver: 0,
    longestStaleMs: 0,
  };
  return {
    take: (event) => take(state, event),
    verdict: () => {
      const { counts, examples, answers, silences, withoutResolver, longestStaleMs } = state;
      return { counts, examples, answers, silences, withoutResolver, longestStaleMs };
    },
    unsettled: () => [...state.keys.values()].flatMap((key) => unsettledKey(state, key)),
  };
}

function take(state: JudgeState, event: ChaosEvent): void {
  switch (event.kind) {
    case "target":
      return takeTarget(state, event);
    case "bound":
      return void state.bounds.set(event.server, event.boundMs);
    case "wanted":
      return takeWanted(state, event);
    case "unwanted":
      return takeUnwanted(state, event.name);
    case "disturbed":
      return state.history.down(event.at);
    case "calm":
      return state.history.up(event.at);
    case "away":
    case "back":
      return takeServer(state, event);
    case "unresolved":
    case "resolved":
      return takeSpan(state.unresolved, event, event.kind === "unresolved");
    case "answer":
      return takeAnswer(state, event);
    case "foreign-answer":
      return takeForeign(state, event);
    case "crash":
      return note(state, "crash", event.at, event.text);
    case "did":
      return;
    case "end":
      return takeEnd(state, event);
    default:
      return event satisfies never;
  }
}

function takeTarget(
  state: JudgeState,
  { at, target, generation, isAlone }: Extract<ChaosEvent, { kind: "target" }>,
): void {
  const before = state.newest.get(target)?.alone ?? generation;
  state.newest.set(target, { alone: isAlone ? generation : before, seen: generation });
  const generations = isAlone ? [generation] : [before, generation];
  state.history.set(String(target), generations.map(String), at);
}

function takeWanted({ names, keys }: JudgeState, { name, targets }: Extract<ChaosEvent, { kind: "wanted" }>): void {
  names.set(name, { targets, isWanted: true });
  for (const key of keys.values()) {
    if (key.name === name && key.phase === "absent") {
      key.phase = "coming";
    }
  }
}

function takeUnwanted({ names, keys }: JudgeState, name: string): void {
  names.set(name, { targets: names.get(name)?.targets ?? [], isWanted: false });
  for (const key of keys.values()) {
    if (key.name === name && key.phase !== "absent") {
      key.phase = key.phase === "served" || key.phase === "leaving" ? "leaving" : "unsure";
    }
  }
}

function takeServer(state: JudgeState, event: Extract<ChaosEvent, { kind: "away" | "back" }>): void {
  takeSpan(state.servers, event, event.kind === "away");
  for (const key of state.keys.values()) {
    key.isRestarted ||= key.server === event.server;
  }
}

function takeSpan(
  spans: Map<string, Spans>,
  { server, at }: { readonly server: string; readonly at: number },
  begins: boolean,
): void {
  const { away, backAt } = spans.get(server) ?? { away: 0, backAt: Number.NEGATIVE_INFINITY };
  spans.set(server, begins ? { away: away + 1, backAt } : { away: away - 1, backAt: Math.max(backAt, at) });
}

function isAway({ servers }: JudgeState, server: string, askedAt: number): boolean {
  const known = servers.get(server);
  return known !== undefined && (known.away > 0 || askedAt < known.backAt);
}

/** A lookup that failed is tried again after a while. */
const RETRY_MS = 5_000;

function isUnresolved({ unresolved }: JudgeState, server: string, askedAt: number): boolean {
  const known = unresolved.get(server);
  return known !== undefined && (known.away > 0 || askedAt < known.backAt + RETRY_MS);
}

function takeAnswer(state: JudgeState, sample: Sample): void {
  const { server, name, family, answer, at, askedAt } = sample;
  const text = `${server} ${name} ${family}`;
  const isWanted = state.names.get(name)?.isWanted === true;
  const key = state.keys.get(text) ?? newKey(text, { server, name, isWanted });
  state.keys.set(text, key);
  state.answers += 1;
  if (answer === "silent" || (typeof answer === "string" && isAway(state, server, askedAt))) {
    state.silences += 1;
    key.silencesInRow += 1;
    return;
  }
  key.silencesInRow = 0;
  key.last = answer;
  if (key.isRestarted && isUnresolved(state, server, askedAt)) {
    state.withoutResolver += 1;
    // The status can be older than what the process before had looked up itself.
    key.seen.clear();
    if (answer === "SERVFAIL") {
      return;
    }
  }
  key.isRestarted &&= typeof answer === "string";
  if (typeof answer !== "string") {
    takeAddresses(state, key, sample, answer);
  } else if (key.phase === "served") {
    note(state, "blank", at, `${text}: ${answer}`);
  } else if (key.phase === "leaving" && (answer === "NODATA" || answer === "NXDOMAIN")) {
    key.phase = isWanted ? "coming" : "absent";
  }
}

interface NewKey {
  readonly server: string;
  readonly name: string;
  readonly isWanted: boolean;
}

function newKey(text: string, { server, name, isWanted }: NewKey): KeyState {
  const phase = isWanted ? "coming" : "absent";
  return { text, server, name, seen: new Map(), phase, silencesInRow: 0, isRestarted: false, last: "silent" };
}

function takeForeign(state: JudgeState, event: Extract<ChaosEvent, { kind: "foreign-answer" }>): void {
  const { server, question, wanted, answer, at, askedAt } = event;
  if (answer === "silent" || (typeof answer === "string" && isAway(state, server, askedAt))) {
    return;
  }
  const shown = typeof answer === "string" ? answer : [...answer].sort().join(" ");
  if (shown !== [...wanted].sort().join(" ")) {
    note(state, "foreign", at, `${server} ${question}: ${shown} instead of ${wanted.join(" ")}`);
  }
}

function takeEnd(state: JudgeState, { at, orphans, touched }: Extract<ChaosEvent, { kind: "end" }>): void {
  orphans.forEach((text) => note(state, "orphan", at, text));
  touched.forEach((text) => note(state, "foreign", at, text));
  for (const key of state.keys.values()) {
    const isOrphan = state.names.get(key.name)?.isWanted !== true;
    unsettledKey(state, key).forEach((text) => note(state, isOrphan ? "orphan" : "wrong", at, `at the end ${text}`));
  }
}

function unsettledKey(
  { names, newest }: JudgeState,
  { text, name, silencesInRow, last: lastAnswer }: KeyState,
): readonly string[] {
  const last = silencesInRow > SILENT_FROM ? "silent" : lastAnswer;
  const { targets, isWanted } = names.get(name) ?? { targets: [], isWanted: false };
  const found = typeof last === "string" ? [] : last.map(generationOf);
  const isSettled = isWanted
    ? targets.every((target) =>
        found.some((one) => one?.target === target && one.generation === newest.get(target)?.alone),
      )
    : last === "NODATA" || last === "NXDOMAIN";
  return isSettled ? [] : [`${text}: ${typeof last === "string" ? last : last.join(" ")}`];
}

/** A packet can be lost on a busy machine; a server that isn't there loses every one. */
const SILENT_FROM = 3;
