import assert from "node:assert/strict";
import { test } from "node:test";
import { createBaseInForce } from "../../../src/providers/base-in-force.ts";
import { type BaseZone, readBaseZone } from "../../../src/providers/base-zone.ts";
import type { TextRead } from "../../../src/providers/text-store.ts";
import { parseName } from "../../../src/dns/name/name.ts";

const ORIGIN = parseName("example.com");
const HEAD = "$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\n";
const parse = (text: string) => readBaseZone(text, ORIGIN, "the base");

function good(text = HEAD): BaseZone {
  const read = parse(text);
  return read.kind === "ok" ? read.base : assert.fail(read.message);
}

function text(of: string | undefined): TextRead {
  return { kind: "ok", text: of, revision: "1", owner: undefined };
}

const FAILED: TextRead = { kind: "failed", message: "away" };

function scene() {
  const clock = { now: 0 };
  const decide = createBaseInForce({ location: "the base", parse, now: () => clock.now });
  return { clock, decide };
}

test("a valid base zone applies, and the last good one is not asked for", () => {
  const { decide } = scene();
  const found = decide(text(HEAD), () => assert.fail("not needed"));
  assert.equal(found.kind === "ok" && found.base.fingerprint, good().fingerprint);
});

const BROKEN: readonly (readonly [string, string | undefined, string, RegExp])[] = [
  ["a mistake", `${HEAD}@ MX ten mail\n`, "BaseZoneInvalid", /^the base: line 5, column \d+: MX/],
  ["an empty text", "", "BaseZoneInvalid", /no SOA/],
  ["no text", undefined, "BaseZoneMissing", /create the base/],
];

for (const [title, broken, reason, message] of BROKEN) {
  test(`${title}: the last known good base zone remains in effect, and without one the zone is refused`, () => {
    const { decide } = scene();
    const kept = decide(text(broken), () => good(`${HEAD}www A 192.0.2.2\n`));
    assert.ok(kept.kind === "ok" && kept.problem !== undefined);
    assert.equal(kept.base.fingerprint, good(`${HEAD}www A 192.0.2.2\n`).fingerprint);
    assert.equal(kept.problem.reason, reason);
    assert.match(kept.problem.message, message);
    assert.match(kept.problem.message, /\. The last known good base zone remains in effect$/);
    const refused = decide(text(broken), () => undefined);
    assert.equal(refused.kind === "refused" && refused.reason, reason);
    assert.ok(refused.kind === "refused" && message.test(refused.message) && !/stays in force/.test(refused.message));
  });
}

test("a read that is forbidden is no passing failure: the last known good base zone remains in effect at once, and without one the zone is refused", () => {
  const { decide } = scene();
  const forbidden: TextRead = { kind: "refused", reason: "Forbidden", message: "not allowed to get configmaps" };
  const why = "the base zone the base cannot be read: not allowed to get configmaps";
  const kept = decide(forbidden, good);
  assert.deepEqual(kept.kind === "ok" && kept.problem, {
    reason: "Forbidden",
    message: `${why}. The last known good base zone remains in effect`,
  });
  assert.deepEqual(
    decide(forbidden, () => undefined),
    { kind: "refused", reason: "Forbidden", message: why },
  );
});

test("a read that fails is tried again, and after a minute the last good base zone is used", () => {
  const { clock, decide } = scene();
  assert.deepEqual(decide(FAILED, good), FAILED);
  clock.now = 59_999;
  assert.deepEqual(decide(FAILED, good), FAILED);
  clock.now = 60_000;
  const kept = decide(FAILED, good);
  assert.ok(kept.kind === "ok");
  assert.deepEqual(kept.problem, {
    reason: "BaseZoneMissing",
    message: "the base zone the base cannot be read: away. The last known good base zone remains in effect",
  });
  assert.deepEqual(
    decide(FAILED, () => undefined),
    FAILED,
    "without one it is tried on",
  );
  decide(text(HEAD), good);
  assert.deepEqual(decide(FAILED, good), FAILED, "a read that succeeds ends the minute");
});
