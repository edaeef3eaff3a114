import { setTimeout as delay } from "node:timers/promises";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { codeOf, dnsClient, type Family } from "./dns-client.ts";

export interface Sample {
  /** performance.now() when the answer was there. */
  readonly at: number;
  readonly name: string;
  readonly family: Family;
  /** Sorted addresses, or the code of the failure. */
  readonly answer: readonly string[] | string;
}

/** A client that asks all the time, to see every moment at which a name was gone. */
export interface Sampler extends AsyncDisposable {
  readonly samples: readonly Sample[];
  /** Answers without an address, as text: empty when no look-up ever failed. */
  blanks(): readonly string[];
}

/** Asks for each name and family about every `everyMs`. */
export function startSampler(
  at: DnsEndpoint,
  questions: readonly { readonly name: string; readonly family: Family }[],
  everyMs = 100,
): Sampler {
  const client = dnsClient(at);
  const samples: Sample[] = [];
  const ending = new AbortController();
  const startedAt = performance.now();
  const ask = async ({ name, family }: { readonly name: string; readonly family: Family }): Promise<void> => {
    const answer = await client.addresses(name, family).catch(codeOf);
    samples.push({ at: performance.now(), name, family, answer });
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await Promise.all(questions.map(ask));
      await delay(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    samples,
    blanks: () =>
      samples
        .filter(({ answer }) => typeof answer === "string" || answer.length === 0)
        .map(({ at, name, family, answer }) => {
          const what = typeof answer === "string" ? answer : "NODATA";
          return `${name} ${family}: ${what} after ${Math.round(at - startedAt)} ms`;
        }),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await running;
    },
  };
}
