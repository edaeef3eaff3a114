import { writeFileSync } from "node:fs";
import { join } from "node:path";
import report from "./reporter.ts";
import type { RunnerEvent } from "./result.ts";

/** For the unit tests, whose process may not sync a file, as the runner does with a destination. Writes the same lines at its end, and prints nothing. */
// oxlint-disable-next-line import/no-default-export -- Node.js takes a reporter from the default export
export default async function* reportUnits(events: AsyncIterable<RunnerEvent>): AsyncGenerator<string> {
  let text = "";
  for await (const lines of report(events)) {
    text += lines;
    yield "";
  }
  writeFileSync(join(import.meta.dirname, "unit.jsonl"), text);
}
