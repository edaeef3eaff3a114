import { resultReader, type Result, type RunnerEvent } from "./result.ts";

/** A reporter for `node --test`: one JSON line for each result. The summary of the runner counts a skipped suite as nothing, so it can't show skips. */
// oxlint-disable-next-line import/no-default-export -- Node.js takes a reporter from the default export
export default async function* report(events: AsyncIterable<RunnerEvent>): AsyncGenerator<string> {
  const reader = resultReader(process.cwd());
  for await (const event of events) {
    yield lines(reader.read(event));
  }
  yield lines(reader.rest());
}

function lines(results: readonly Result[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join("");
}
