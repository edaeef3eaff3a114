import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { OwnedRRset } from "../../../../../src/providers/owned-rrset.ts";
import type { History } from "../../../../../src/providers/transfer/zone/journal.ts";
import { nextHistory, type WireRRsetCache } from "../../../../../src/providers/transfer/zone/next-version.ts";
import { wholeForm } from "../../../../../src/providers/transfer/server/xfr-records.ts";
import { baseZone, texts } from "../zones.ts";

function set(data: readonly string[], ttl = 60): OwnedRRset {
  return { name: parseName("www.example.com"), type: "A", ttl, data };
}

/** Each version has RRset objects of its own, as a plan has. */
function historyOf(versions: readonly (readonly OwnedRRset[])[]): History {
  const cache: WireRRsetCache = new WeakMap();
  let history: History | undefined;
  for (const [index, sets] of versions.entries()) {
    const made = nextHistory(history, { cache, base: baseZone(), sets, serial: index + 1 });
    assert.ok(made.kind === "made");
    history = made.history;
  }
  return history ?? assert.fail();
}

/** "60 A 192.0.2.1" */
function served({ current }: History): readonly string[] {
  const lines = texts(wholeForm(current).records);
  return lines.flatMap((line) => (line.startsWith("www.example.com. ") ? [line.slice(17)] : []));
}

const changes: readonly (readonly [string, OwnedRRset, readonly string[], readonly number[]])[] = [
  ["another address", set(["192.0.2.2"]), ["60 A 192.0.2.2"], [1, 1]],
  ["another TTL", set(["192.0.2.1"], 30), ["30 A 192.0.2.1"], [1, 1]],
  ["one more address", set(["192.0.2.1", "192.0.2.2"]), ["60 A 192.0.2.1", "60 A 192.0.2.2"], [0, 1]],
];

for (const [name, next, want, counts] of changes) {
  test(`a version with ${name} serves it, and its difference has only the records that changed`, () => {
    const history = historyOf([[set(["192.0.2.1"])], [next]]);
    assert.deepEqual(served(history), want);
    const [changeset = assert.fail()] = history.journal;
    assert.deepEqual(
      [texts(changeset.removed), texts(changeset.added)].map((lines) => lines.length),
      counts,
    );
  });
}
