import type { ClientAnswer, LiveAnswer } from "../answer-source.ts";

/** The answer for a client. `turn` is the number of its network: equal networks get the same answer, at every replica and after every restart. */
export function answerFor(answer: LiveAnswer, turn: number): ClientAnswer {
  return answer.kind === "weighted" ? (answer.choices[choiceOf(answer.table, turn)] ?? NO_CHOICE) : answer;
}

/** The index of the choice for a network. */
export function choiceOf(table: Uint8Array, turn: number): number {
  return table[bucketOf(turn) & (table.length - 1)] ?? 0;
}

const NO_CHOICE: ClientAnswer = { kind: "failed", refreshAt: 0, detail: "no target has an address" };

/** Mixes the bits with the finalizer of MurmurHash3, because the turns of neighboring networks differ in few bits. */
function bucketOf(turn: number): number {
  const first = Math.imul(turn ^ (turn >>> 16), 0x85eb_ca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35);
  return (second ^ (second >>> 16)) >>> 0;
}
