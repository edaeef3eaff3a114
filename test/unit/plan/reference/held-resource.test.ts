import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeldResource, ResourceFinding } from "../../../../src/api/resource-ref.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { elapsed, nextResource } from "../../../../src/plan/reference/held-resource.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LB = parseName("lb.test");

function found(addresses: readonly string[], hostnames: readonly (typeof LB)[] = []): ResourceFinding {
  return { kind: "found", addresses, hostnames, isAnsweredInside: false };
}

const FULL = found(["192.0.2.1", "8.8.8.8"]);
const EMPTY = found([]);
const MISSING: ResourceFinding = { kind: "missing" };
const NOT_PERMITTED: ResourceFinding = { kind: "notPermitted" };
const UNSUPPORTED: ResourceFinding = { kind: "unsupported", message: "x" };
const FORBIDDEN: ResourceFinding = { kind: "forbidden", message: "x" };

/** The state after these findings at these times. */
function after(...findings: readonly (readonly [ResourceFinding, number])[]): HeldResource {
  let last: HeldResource | undefined;
  for (const [finding, at] of findings) {
    last = nextResource(last, finding, at);
  }
  assert.ok(last !== undefined);
  return last;
}

describe("an absence", () => {
  const cases: readonly (readonly [string, readonly (readonly [ResourceFinding, number])[], number | undefined])[] = [
    [
      "of entries counts after 5 min",
      [
        [FULL, 0],
        [EMPTY, MINUTE],
      ],
      6 * MINUTE,
    ],
    [
      "of the object counts after 60 s",
      [
        [FULL, 0],
        [MISSING, MINUTE],
      ],
      2 * MINUTE,
    ],
    [
      "of consent counts after 60 s",
      [
        [FULL, 0],
        [NOT_PERMITTED, MINUTE],
      ],
      2 * MINUTE,
    ],
    [
      "of a load balancer counts after 5 min",
      [
        [FULL, 0],
        [UNSUPPORTED, MINUTE],
      ],
      6 * MINUTE,
    ],
    ["from the start counts after the same time", [[EMPTY, 0]], 5 * MINUTE],
    [
      "is not restarted by the same finding",
      [
        [FULL, 0],
        [EMPTY, 0],
        [EMPTY, MINUTE],
      ],
      5 * MINUTE,
    ],
    [
      "of an object that is created again waits for its entries",
      [
        [FULL, 0],
        [MISSING, 0],
        [EMPTY, 10 * SECOND],
      ],
      5 * MINUTE,
    ],
    [
      "of an object that is deleted after its entries is short",
      [
        [FULL, 0],
        [EMPTY, 0],
        [MISSING, 2 * MINUTE],
      ],
      3 * MINUTE,
    ],
    [
      "never lasts longer than 5 min",
      [
        [FULL, 0],
        [EMPTY, 0],
        [MISSING, 4 * MINUTE + 30 * SECOND],
      ],
      5 * MINUTE,
    ],
    [
      "ends with entries",
      [
        [FULL, 0],
        [EMPTY, 0],
        [FULL, MINUTE],
      ],
      undefined,
    ],
    [
      "doesn't count while the object can't be read",
      [
        [FULL, 0],
        [EMPTY, 0],
        [FORBIDDEN, MINUTE],
      ],
      undefined,
    ],
  ];
  for (const [name, findings, goneAt] of cases) {
    test(name, () => {
      const held = after(...findings);
      assert.equal(held.goneAt, goneAt);
      assert.equal(held.isGone, false);
      if (goneAt !== undefined) {
        assert.equal(elapsed(held, goneAt - 1).isGone, false);
        assert.equal(elapsed(held, goneAt).isGone, true);
        assert.equal(elapsed(held, goneAt).goneAt, undefined);
      }
    });
  }

  test("keeps the last entries, and stays confirmed until there are entries", () => {
    const gone = elapsed(after([found(["8.8.8.8"], [LB]), 0], [EMPTY, 0]), 5 * MINUTE);
    assert.deepEqual([gone.addresses, gone.hostnames, gone.absentSince], [["8.8.8.8"], [LB], 0]);
    for (const finding of [MISSING, EMPTY, FORBIDDEN]) {
      const next = nextResource(gone, finding, 6 * MINUTE);
      assert.deepEqual([next.isGone, next.goneAt, next.absentSince], [true, undefined, 0], finding.kind);
    }
    const back = nextResource(gone, FULL, 7 * MINUTE);
    assert.deepEqual([back.isGone, back.absentSince, back.hostnames], [false, undefined, []]);
  });
});

describe("an object", () => {
  test("that can't be read fails since the first time", () => {
    assert.equal(after([FULL, 0], [FORBIDDEN, 5], [FORBIDDEN, 9]).failingSince, 5);
    assert.equal(after([FULL, 0], [FORBIDDEN, 5], [FULL, 9]).failingSince, undefined);
  });

  test("that has only special-use addresses keeps the last public ones", () => {
    const held = after([found(["8.8.8.8"]), 0], [found(["10.0.0.1"]), 3], [found(["10.0.0.2"]), 6]);
    assert.deepEqual([held.addresses, held.publicAddresses, held.specialSince], [["10.0.0.2"], ["8.8.8.8"], 3]);
    const back = nextResource(held, found(["10.0.0.1", "8.8.4.4"]), 9);
    assert.deepEqual([back.publicAddresses, back.specialSince], [["10.0.0.1", "8.8.4.4"], undefined]);
  });

  test("has the time since which its finding is of the same kind", () => {
    assert.equal(after([FULL, 1], [found(["8.8.4.4"]), 5]).since, 1);
    assert.equal(after([FULL, 1], [EMPTY, 5]).since, 5);
  });
});
