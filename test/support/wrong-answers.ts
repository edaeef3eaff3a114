import type { TargetHistory } from "./target-history.ts";

/** One answer of a client that asks for one name and family. */
export interface TimedAnswer {
  /** Milliseconds of the history's clock. */
  readonly at: number;
  readonly name: string;
  readonly family: string;
  /** Addresses, or the code of the failure. */
  readonly answer: readonly string[] | string;
}

/**
 * The answers that are wrong, as text: a failure, an answer without an address, another number of addresses than `count`, or an address that the target has not had for longer than the
 * bound. The key of a target in the history is the name and the family, `www.example.com A`.
 */
export function wrongAnswers(
  answers: readonly TimedAnswer[],
  history: TargetHistory,
  { boundMs, count }: { readonly boundMs: number; readonly count: number },
): readonly string[] {
  return answers.flatMap(({ at, name, family, answer }) => {
    const key = `${name} ${family}`;
    if (typeof answer === "string" || answer.length !== count) {
      return [
        `${key}: ${typeof answer === "string" ? answer : `addresses "${answer.join(" ")}"`} at ${Math.round(at)} ms`,
      ];
    }
    return answer
      .map((address) => ({ address, goneMs: history.goneForMs(key, address, at) }))
      .filter(({ goneMs }) => goneMs > boundMs)
      .map(({ address, goneMs }) => `${key}: ${address} at ${Math.round(at)} ms, gone for ${Math.round(goneMs)} ms`);
  });
}
