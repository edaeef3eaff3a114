import type { ChaosEvent } from "./chaos-event.ts";
import { generationOf, type Generation } from "./generation.ts";
import { note, type JudgeState, type KeyState } from "./judge-state.ts";

export type Sample = Extract<ChaosEvent, { readonly kind: "answer" }>;

/** Judges an answer with addresses: whether they are the ones of the name's targets, and how new they are. */
export function takeAddresses(
  state: JudgeState,
  key: KeyState,
  { at, askedAt }: Sample,
  addresses: readonly string[],
): void {
  const name = state.names.get(key.name) ?? { targets: [], isWanted: false };
  const shown = `${key.text}: ${addresses.join(" ")}`;
  if (key.phase === "absent") {
    note(state, "wrong", at, `${shown}, served again after its alias was deleted`);
  } else if (key.phase === "coming" || key.phase === "unsure") {
    key.phase = key.phase === "coming" ? "served" : "leaving";
  }
  const found: Generation[] = [];
  for (const address of addresses) {
    const generation = generationOf(address);
    if (generation === undefined || !name.targets.includes(generation.target)) {
      note(state, "wrong", at, `${shown}, and ${address} is no address of its targets`);
    } else {
      found.push(generation);
      judgeGeneration(state, key, generation, { shown, at, askedAt });
    }
  }
  for (const target of name.targets) {
    const count = found.filter((one) => one.target === target).length;
    if (count !== 1) {
      note(state, "wrong", at, `${shown}, with ${count} addresses of target ${target} instead of 1`);
    }
  }
}

interface Judged {
  readonly shown: string;
  readonly at: number;
  readonly askedAt: number;
}

function judgeGeneration(
  state: JudgeState,
  key: KeyState,
  { target, generation }: Generation,
  { shown, at, askedAt }: Judged,
): void {
  const newest = state.newest.get(target);
  const before = key.seen.get(target) ?? 0;
  if (newest === undefined || generation > newest.seen) {
    note(state, "wrong", at, `${shown}, before target ${target} had it`);
    return;
  }
  if (generation < before) {
    note(state, "back", at, `${shown}, after generation ${before} of target ${target}`);
  }
  key.seen.set(target, Math.max(before, generation));
  if (generation < newest.alone) {
    const goneMs = state.history.goneForMs(String(target), String(generation), askedAt);
    state.longestStaleMs = Math.max(state.longestStaleMs, goneMs);
    if (goneMs > (state.bounds.get(key.server) ?? Number.POSITIVE_INFINITY)) {
      note(state, "wrong", at, `${shown}, gone from target ${target} for ${Math.round(goneMs)} ms`);
    }
  }
}
