import { listAt, numberAt, parseJson, textAt } from "../../base/json.ts";
import type { Millis } from "../../base/clock.ts";
import type { ObjectKey } from "../../api/meta.ts";

/**
 * A question to the other replicas: whether they reach an address of a target. The question names the object and never a request. A
 * replica therefore makes only checks that its own copy of the object defines.
 */
export interface Question {
  readonly id: string;
  readonly alias: ObjectKey;
  readonly uid: string;
  readonly generation: number;
  /** The name of the target. */
  readonly target: string;
  readonly address: string;
  /** Milliseconds since 1970, by the clock of the replica that has the question. */
  readonly askedAt: Millis;
}

/** `unknown`: the replica doesn't know the object in this version, or its own failures are not evidence. */
export type Vote = "up" | "down" | "unknown";

export interface Answer {
  /** The id of the question. */
  readonly id: string;
  readonly says: Vote;
}

/** The questions and answers of one replica. */
export interface VoteDocument {
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
}

/**
 * The maximum number of questions, and of answers, in a document. The oldest are left out, so the document has less than 100 KiB.
 */
const MAX_ENTRIES = 200;

/**
 * The wait for answers: the time for two successive checks of the address, and 2 s for the transport of the question and the
 * answer.
 */
export function voteMs(timeoutMs: Millis): Millis {
  return 2 * timeoutMs + 2_000;
}

/**
 * Whether an address is down. The replica that put the question votes down. Replicas that vote `unknown`, or don't vote, don't
 * count. A single replica therefore decides by itself.
 */
export function isAgreed(votes: Iterable<Vote>): boolean {
  const all = [...votes];
  const up = all.filter((vote) => vote === "up").length;
  const down = 1 + all.filter((vote) => vote === "down").length;
  return down > up;
}

export function printVotes({ questions, answers }: VoteDocument): string {
  return JSON.stringify({ questions: questions.slice(-MAX_ENTRIES), answers: answers.slice(-MAX_ENTRIES) });
}

/** Entries that can't be read are left out: another version of dnsalias can have written them. */
export function parseVotes(text: string): VoteDocument {
  const parsed = parseJson(text);
  return {
    questions: listAt(parsed, "questions").slice(-MAX_ENTRIES).flatMap(questionOf),
    answers: listAt(parsed, "answers").slice(-MAX_ENTRIES).flatMap(answerOf),
  };
}

function questionOf(entry: unknown): readonly Question[] {
  const [id, alias, uid, target, address] = [
    textAt(entry, "id"),
    textAt(entry, "alias"),
    textAt(entry, "uid"),
    textAt(entry, "target"),
    textAt(entry, "address"),
  ];
  const [namespace = "", name = "", ...rest] = alias.split("/");
  const [generation, askedAt] = [numberAt(entry, "generation"), numberAt(entry, "askedAt")];
  const isWhole = [id, uid, target, address, namespace, name].every((text) => text !== "") && rest.length === 0;
  return isWhole && generation !== undefined && askedAt !== undefined
    ? [{ id, alias: `${namespace}/${name}`, uid, generation, target, address, askedAt }]
    : [];
}

function answerOf(entry: unknown): readonly Answer[] {
  const id = textAt(entry, "id");
  const says = VOTES.find((vote) => vote === textAt(entry, "says"));
  return id !== "" && says !== undefined ? [{ id, says }] : [];
}

const VOTES: readonly Vote[] = ["up", "down", "unknown"];
