import type { TestEvent } from "node:test/reporters";

/** A reporter for node:test that prints the first test that fails, and ends the process. */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter's default export
export default async function* failFast(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type === "test:fail" && event.data.todo === undefined && event.data.skip === undefined) {
      yield `first failed test: ${event.data.file ?? ""}: ${event.data.name}\n`;
      process.exit(1);
    }
  }
}
