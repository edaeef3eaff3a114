import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import {
  countedAs,
  recordPublished,
  recordRepaired,
  tally,
  type EventDeps,
} from "../../../../src/controller/zone/zone-events.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../../../src/plan/change.ts";
import { alias, zone } from "../../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");
const NAME = parseName("example.com");
const OLD: ActualRRset = { name: NAME, type: "A", ttl: 300, data: ["192.0.2.1", "192.0.2.2"], owner: "me" };
const NEW: DesiredRRset = { name: NAME, type: "A", ttl: 60, data: ["192.0.2.3"], resources: ["web/shop", "web/more"] };

function told(act: (deps: EventDeps) => void): readonly string[] {
  const lines: string[] = [];
  act({
    log: { ...silentLogger, warn: (_fields, message) => void lines.push(`log ${message}`) },
    reporter: {
      event: ({ kind, meta }, { type, reason, message }) =>
        void lines.push(`${kind} ${meta.namespace}/${meta.name}: ${type} ${reason}: ${message}`),
    },
    observer: { drift: (key) => void lines.push(`drift ${key}`) },
    aliasOf: (key) => (key === "web/gone" ? undefined : alias(key)),
  });
  return lines;
}

function published(...writes: readonly Write[]): readonly string[] {
  return told((deps) => recordPublished(deps, ZONE, writes));
}

test("a new record set is an Event on each alias that contributes", () => {
  const lines = published({ kind: "create", after: { ...NEW, resources: ["web/gone", "web/more", "web/shop"] } });
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /^DnsAlias web\/more: Normal Published: .*example\.com A.*192\.0\.2\.3/);
  assert.match(lines[1] ?? "", /^DnsAlias web\/shop: Normal Published: /);
});

test("a changed one says what it was and is", () => {
  const [line = "", ...more] = published({ kind: "update", before: OLD, after: { ...NEW, resources: ["web/shop"] } });
  assert.match(line, /Normal Published: Published example\.com A 192\.0\.2\.3 .*instead of 192\.0\.2\.1, 192\.0\.2\.2/);
  assert.deepEqual(more, []);
});

test("a change of the TTL shows both TTLs, and a change of the addresses only the new one", () => {
  const after = { ...NEW, resources: ["web/shop"] };
  const ttlOnly = published({ kind: "update", before: OLD, after: { ...after, data: OLD.data } });
  assert.match(
    ttlOnly.join(),
    /Published example\.com A 192\.0\.2\.1, 192\.0\.2\.2 \(TTL 60s\) instead of 192\.0\.2\.1, 192\.0\.2\.2 \(TTL 300s\)\.$/,
  );
  assert.match(
    published({ kind: "update", before: OLD, after }).join(),
    /192\.0\.2\.3 \(TTL 60s\) instead of .* \(TTL 300s\)\.$/,
  );
  assert.doesNotMatch(published({ kind: "update", before: OLD, after: { ...after, ttl: OLD.ttl } }).join(), /TTL.*TTL/);
});

test("one that nobody owned is adopted, and the Event keeps what was there, with its TTL", () => {
  const before = { ...OLD, owner: undefined };
  const [line = ""] = published({ kind: "update", before, after: { ...NEW, resources: ["web/shop"] } });
  assert.match(line, /Normal Adopted: .*192\.0\.2\.1, 192\.0\.2\.2.*300s.*192\.0\.2\.3/);
});

test("a withdrawal is an Event on the zone", () => {
  assert.match(
    published({ kind: "delete", before: OLD }).join(),
    /^DnsZone dns\/com: Normal Withdrawn: .*192\.0\.2\.1/,
  );
});

test("of many writes a hundred are Events", () => {
  const writes = Array.from({ length: 150 }, (): Write => ({ kind: "delete", before: OLD }));
  assert.equal(published(...writes).length, 100);
});

test("each foreign edit that was undone is counted, logged, and an Event; of many a hundred are Events", () => {
  const lines = told((deps) => recordRepaired(deps, ZONE, ["somebody changed example.com A"]));
  assert.equal(lines.length, 3);
  assert.equal(lines[0], "drift dns/com");
  assert.match(lines[1] ?? "", /^log /);
  assert.equal(lines[2], "DnsZone dns/com: Warning DriftRepaired: somebody changed example.com A");
  const many = told((deps) => recordRepaired(deps, ZONE, Array<string>(150).fill("x")));
  const count = (start: string): number => many.filter((line) => line.startsWith(start)).length;
  assert.deepEqual([count("drift"), count("log"), count("DnsZone")], [150, 150, 100]);
});

test("writes are counted by kind, and results by what they did", () => {
  const create: Write = { kind: "create", after: NEW };
  const update: Write = { kind: "update", before: OLD, after: NEW };
  const remove: Write = { kind: "delete", before: OLD };
  assert.deepEqual(tally([create, update, update, remove, remove, remove]), { created: 1, updated: 2, deleted: 3 });
  assert.equal(countedAs({ kind: "applied", revision: "1", wrote: true }), "written");
  assert.equal(countedAs({ kind: "applied", revision: "1", wrote: false }), "unchanged");
  assert.equal(countedAs({ kind: "conflict", message: "" }), "conflict");
  assert.equal(countedAs({ kind: "refused", reason: "", message: "" }), "refused");
  assert.equal(countedAs({ kind: "failed", message: "" }), "failed");
});
