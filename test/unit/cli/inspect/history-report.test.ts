import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEntry } from "../../../../src/api/dns-alias.ts";
import { historyText } from "../../../../src/cli/inspect/history-report.ts";
import { createSink } from "../../../../src/cli/terminal/streams.ts";
import { alias } from "../../../support/objects.ts";

const ENTRY: HistoryEntry = {
  revision: "r1",
  publishedTime: "2026-12-01T04:00:00Z",
  a: ["11.0.0.1", "11.0.0.2"],
  targets: ["main"],
  reason: "Initial",
  generation: 1,
  uid: "web/shop",
};

function shown(...history: readonly HistoryEntry[]): string {
  const status = { observedGeneration: 1, conditions: [], hostnames: [], targets: [], history };
  return historyText(createSink({ write: () => true }, {}), { ...alias("web/shop"), status });
}

test("each entry has its difference from the one before it, and the first one has all addresses", () => {
  const pinned = { revision: "r2", a: ["11.0.0.2"], aaaa: ["2600::1"], targets: [], reason: "Pinned" } as const;
  assert.equal(
    shown({ ...ENTRY, ...pinned }, ENTRY),
    `r2  2026-12-01T04:00:00Z  Pinned
  - 11.0.0.1
    11.0.0.2
  + 2600::1
r1  2026-12-01T04:00:00Z  Initial (main)
  + 11.0.0.1
  + 11.0.0.2
`,
  );
});

test("an entry of a deleted DnsAlias is marked", () => {
  assert.match(shown({ ...ENTRY, uid: "another" }), /^r1 .* Initial \(main\), of a deleted DnsAlias\n/);
});

test("without entries there is a sentence", () => {
  assert.equal(shown(), "no history: no change of published addresses was seen\n");
});
