import type { TestEvent } from "node:test/reporters";

/** A reporter for node:test with a line of JSON for each test that ran: its name, and whether it passed. Suites and skipped tests have none. */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter's default export
export default async function* rowResults(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if ((event.type === "test:pass" || event.type === "test:fail") && isTest(event.data)) {
      yield `${JSON.stringify({ name: event.data.name, passed: event.type === "test:pass" })}\n`;
    }
  }
}

function isTest(data: Extract<TestEvent, { type: "test:pass" | "test:fail" }>["data"]): boolean {
  return data.details.type !== "suite" && data.skip === undefined && data.todo === undefined;
}
