import { setTimeout as delay } from "node:timers/promises";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { codeOf, dnsClient } from "./dns-client.ts";

/** A question that a responder gets for the first time. */
export interface ColdQuestion {
  readonly name: string;
  /** The address that the responder has known from before. */
  readonly lastKnownGood: string;
  /** When to ask, of performance.now(); in the past: at once. */
  readonly askAt: number;
}

export interface ColdAnswers {
  /** Milliseconds from the question to the answer, sorted; Infinity for another answer and for none within 2 s. */
  readonly times: readonly number[];
  /** The mean of the two in the middle of an even number. */
  readonly medianMs: number;
  /** What was wrong, as text. */
  readonly wrong: readonly string[];
}

/** Asks one question after the other. */
export async function askCold(at: DnsEndpoint, questions: readonly ColdQuestion[]): Promise<ColdAnswers> {
  const client = dnsClient(at);
  const times: number[] = [];
  const wrong: string[] = [];
  for (const { name, lastKnownGood, askAt } of questions) {
    await delay(Math.max(0, askAt - performance.now()));
    const startedAt = performance.now();
    const answer = await client.addresses(name, "A").catch(codeOf);
    const isRight = String(answer) === lastKnownGood;
    times.push(isRight ? performance.now() - startedAt : Infinity);
    wrong.push(...(isRight ? [] : [`${name}: ${String(answer)}`]));
  }
  const sorted = times.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const medianMs = ((sorted[Math.ceil(middle) - 1] ?? Infinity) + (sorted[Math.floor(middle)] ?? Infinity)) / 2;
  return { times: sorted, medianMs, wrong };
}
