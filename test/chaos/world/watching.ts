import { setTimeout as delay } from "node:timers/promises";
import { FAMILIES } from "../../e2e/dns-client.ts";
import type { ChaosAlias } from "../aliases.ts";
import type { ChaosEvent } from "../judge/chaos-event.ts";
import { startDigLoop } from "./dig-loop.ts";
import type { Place } from "../place/place.ts";

const EVERY_MS = 100;
const FOREIGN_EVERY_MS = 1_000;

/** Queries every server of the places for its aliases and for records of another owner, and reads DNSEndpoint objects. Disposal ends it. */
export async function startWatching(
  places: readonly Place[],
  aliasesOf: (place: Place) => readonly ChaosAlias[],
  onEvent: (event: ChaosEvent) => void,
): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  for (const place of places) {
    const names = aliasesOf(place).filter(({ served }) => served !== "never");
    for (const [name, server] of Object.entries(place.servers)) {
      starting.use(
        await startDigLoop({
          server,
          questions: names.flatMap((alias) => FAMILIES.map((type) => ({ name: alias.name, type }))),
          everyMs: EVERY_MS,
          onAnswer: (question, answer) =>
            onEvent({ kind: "answer", server: name, name: question.name, family: question.type, ...answer }),
        }),
      );
      starting.use(
        await startDigLoop({
          server,
          questions: place.foreign,
          everyMs: FOREIGN_EVERY_MS,
          onAnswer: ({ name: owner, type, wanted }, answer) =>
            onEvent({ kind: "foreign-answer", server: name, question: `${owner} ${type}`, wanted, ...answer }),
        }),
      );
    }
    if (Object.keys(place.servers).length === 0) {
      starting.use(startReading(place, names, onEvent));
    }
  }
  return starting.move();
}

/** A place without a name server: what its objects say counts as an answer. */
function startReading(
  place: Place,
  names: readonly ChaosAlias[],
  onEvent: (event: ChaosEvent) => void,
): AsyncDisposable {
  const ending = new AbortController();
  const read = async (): Promise<void> => {
    const askedAt = performance.now();
    // The API server may be away.
    const records = await place.records().catch(() => undefined);
    const at = performance.now();
    for (const { name } of names) {
      for (const family of FAMILIES) {
        const [, , ...addresses] = records?.find((record) => record.startsWith(`${name} ${family} `))?.split(" ") ?? [];
        const answer = records === undefined ? "silent" : addresses.length === 0 ? "NXDOMAIN" : addresses;
        onEvent({ kind: "answer", askedAt, at, server: place.id, name, family, answer });
      }
    }
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await read();
      await delay(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
    },
  };
}
