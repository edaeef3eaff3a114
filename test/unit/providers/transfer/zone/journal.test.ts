import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../../../../support/property.ts";
import { incrementalForm, wholeForm } from "../../../../../src/providers/transfer/server/xfr-records.ts";
import { changesetsSince, JOURNAL_LIMITS } from "../../../../../src/providers/transfer/zone/journal.ts";
import { history, soaText, texts, version } from "../zones.ts";

/** So much that the differences are smaller. */
const BALLAST = Array.from({ length: 20 }, (_, index) => `b${index} TXT "ballast"`);

test("a transfer of the whole zone stands between its SOA and its SOA", () => {
  const got = texts(wholeForm(version(7, ["www A 192.0.2.9"])).records);
  assert.deepEqual(got, [
    soaText(7),
    "example.com. 60 NS ns1.example.com.",
    "ns1.example.com. 60 A 192.0.2.1",
    "www.example.com. 60 A 192.0.2.9",
    soaText(7),
  ]);
});

test("an incremental transfer has each version's removals behind its old SOA and its additions behind the new one (RFC 1995 4)", () => {
  const kept = history([
    version(1, [...BALLAST, "www A 192.0.2.1", "www A 192.0.2.2"]),
    version(2, [...BALLAST, "www A 192.0.2.2", "www A 192.0.2.3"]),
    version(5, [...BALLAST, "www A 192.0.2.2", "www A 192.0.2.3", "new AAAA 2001:db8::1"]),
  ]);
  const form = incrementalForm(kept, 1);
  assert.equal(form.kind, "incremental");
  assert.deepEqual(texts(form.records), [
    soaText(5),
    soaText(1),
    "www.example.com. 60 A 192.0.2.1",
    soaText(2),
    "www.example.com. 60 A 192.0.2.3",
    soaText(2),
    soaText(5),
    "new.example.com. 60 AAAA 2001:db8::1",
    soaText(5),
  ]);
  assert.deepEqual(texts(incrementalForm(kept, 2).records).slice(1), [
    soaText(2),
    soaText(5),
    "new.example.com. 60 AAAA 2001:db8::1",
    soaText(5),
  ]);
});

test("another TTL is another record", () => {
  const kept = history([
    version(1, [...BALLAST, "www 60 A 192.0.2.1"]),
    version(2, [...BALLAST, "www 61 A 192.0.2.1"]),
  ]);
  assert.deepEqual(texts(incrementalForm(kept, 1).records).slice(1, -1), [
    soaText(1),
    "www.example.com. 60 A 192.0.2.1",
    soaText(2),
    "www.example.com. 61 A 192.0.2.1",
  ]);
});

const forms = [
  { name: "as new as we are", serial: 5, want: "current" },
  { name: "newer than we are", serial: 6, want: "current" },
  { name: "newer round the circle of serials", serial: 2 ** 31 + 4, want: "current" },
  { name: "a version before the last", serial: 2, want: "incremental" },
  { name: "a version that never was", serial: 3, want: "whole" },
  { name: "a version from before we began", serial: 4_294_967_295, want: "whole" },
] as const;

for (const { name, serial, want } of forms) {
  test(`for a secondary that has ${name}: ${want}`, () => {
    const kept = history([version(2, BALLAST), version(5, [...BALLAST, "www A 192.0.2.1"])]);
    const form = incrementalForm(kept, serial);
    assert.equal(form.kind, want);
    assert.equal(texts(form.records)[0], soaText(5));
  });
}

test("differences that are not smaller than the zone are sent as the zone", () => {
  const kept = history([
    version(1, ["a A 192.0.2.1", "c A 192.0.2.1"]),
    version(2, ["b A 192.0.2.1", "d A 192.0.2.1"]),
  ]);
  assert.equal(incrementalForm(kept, 1).kind, "whole");
});

test("the journal keeps the last versions, and forgets the oldest first", () => {
  const versions = Array.from({ length: 8 }, (_, index) => version(index + 1, [...BALLAST, `w${index} A 192.0.2.1`]));
  const kept = history(versions, { ...JOURNAL_LIMITS, versions: 3 });
  assert.equal(changesetsSince(kept, 5)?.length, 3);
  assert.equal(changesetsSince(kept, 4), undefined);
  const one = kept.journal[0]?.bytes ?? 0;
  assert.equal(history(versions, { versions: 100, bytes: 2 * one }).journal.length, 2);
  assert.equal(history(versions, { versions: 100, bytes: one - 1 }).journal.length, 0);
});

test("whoever takes the differences from any version on has the newest, whatever changed", () => {
  const lines = fc.array(fc.record({ host: fc.constantFrom("a", "b", "c"), last: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.array(lines, { minLength: 2, maxLength: 5 }), (contents) => {
      const versions = contents.map((content, index) =>
        version(index + 1, [...BALLAST, ...content.map(({ host, last }) => `${host} A 192.0.2.${last}`)]),
      );
      const kept = history(versions, { versions: 100, bytes: 1e9 });
      for (const start of versions) {
        const form = incrementalForm(kept, start.serial);
        if (form.kind === "incremental") {
          assert.deepEqual(applied(texts(wholeForm(start).records), texts(form.records)), content(kept.current));
        }
      }
    }),
    { numRuns: 100 },
  );
});

function content(of: Parameters<typeof wholeForm>[0]): readonly string[] {
  return texts(wholeForm(of).records).slice(1, -1).toSorted();
}

/** What a secondary does with differences: each SOA begins the other half. */
function applied(zone: readonly string[], differences: readonly string[]): readonly string[] {
  const records = new Set(zone.slice(1, -1));
  let soas = 0;
  for (const text of differences.slice(1, -1)) {
    if (text.includes(" SOA ")) {
      soas += 1;
    } else if (soas % 2 === 1) {
      assert.ok(records.delete(text), `removes what is not there: ${text}`);
    } else {
      assert.ok(!records.has(text), `adds what is there: ${text}`);
      records.add(text);
    }
  }
  return [...records].toSorted();
}
