import assert from "node:assert/strict";
import { test } from "node:test";
import {
  keeperClaim,
  MOVE_WAIT_MS,
  nextMove,
  type Move,
} from "../../../../../src/controller/inventory/move/name-move.ts";
import { objectKey } from "../../../../../src/api/meta.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import { alias } from "../../../../support/objects.ts";

const NAME = parseName("app.sub.example.com");
const NOW = 1_000_000_000;

function move(phase: Move["phase"], since: number, to: readonly string[] = ["dns/sub"]): Move {
  return { name: NAME, to, since, phase };
}

const MOVES: readonly {
  readonly name: string;
  readonly before: Move | undefined;
  readonly isServed: boolean;
  readonly isFrozen?: boolean;
  readonly isUnwritten?: boolean;
  readonly to?: readonly string[];
  readonly after: Move;
}[] = [
  { name: "a name begins to wait", before: undefined, isServed: false, after: move("waiting", NOW) },
  { name: "a name that is served already doesn't", before: undefined, isServed: true, after: move("moved", NOW) },
  {
    name: "it waits from when it was seen first",
    before: move("waiting", NOW - MOVE_WAIT_MS + 1),
    isServed: false,
    after: move("waiting", NOW - MOVE_WAIT_MS + 1),
  },
  {
    name: "after the wait it is overdue",
    before: move("waiting", NOW - MOVE_WAIT_MS),
    isServed: false,
    after: move("overdue", NOW - MOVE_WAIT_MS),
  },
  {
    name: "an overdue name can arrive",
    before: move("overdue", NOW - 2 * MOVE_WAIT_MS),
    isServed: true,
    after: move("moved", NOW - 2 * MOVE_WAIT_MS),
  },
  {
    name: "a name that its new zone serves no more, or with a change that is on its way, waits anew",
    before: move("moved", NOW - 2 * MOVE_WAIT_MS),
    isServed: false,
    after: move("waiting", NOW),
  },
  {
    name: "a name at which nothing may change waits without an end",
    before: move("waiting", NOW - 2 * MOVE_WAIT_MS),
    isServed: false,
    isFrozen: true,
    after: { ...move("waiting", NOW - 2 * MOVE_WAIT_MS), stays: "frozen" },
  },
  {
    name: "when it may change again, it waits anew",
    before: { ...move("waiting", NOW - 2 * MOVE_WAIT_MS), stays: "frozen" },
    isServed: false,
    after: move("waiting", NOW),
  },
  {
    name: "a name at which nothing may change, and which the new zone serves, goes",
    before: { ...move("waiting", NOW - MOVE_WAIT_MS), stays: "frozen" },
    isServed: true,
    isFrozen: true,
    after: move("moved", NOW - MOVE_WAIT_MS),
  },
  {
    name: "a name that was withdrawn stays withdrawn when nothing may change at it",
    before: move("overdue", NOW - MOVE_WAIT_MS),
    isServed: false,
    isFrozen: true,
    after: move("overdue", NOW - MOVE_WAIT_MS),
  },
  {
    name: "a name that a new zone hasn't written waits without an end",
    before: { ...move("waiting", NOW - 2 * MOVE_WAIT_MS), stays: "unwritten" },
    isServed: false,
    isUnwritten: true,
    after: { ...move("waiting", NOW - 2 * MOVE_WAIT_MS), stays: "unwritten" },
  },
  {
    name: "once it is written, the wait for the servers begins",
    before: { ...move("waiting", NOW - 2 * MOVE_WAIT_MS), stays: "unwritten" },
    isServed: false,
    after: move("waiting", NOW),
  },
  {
    name: "a paused name that isn't written is a paused one",
    before: { ...move("waiting", NOW - 1), stays: "unwritten" },
    isServed: false,
    isFrozen: true,
    isUnwritten: true,
    after: { ...move("waiting", NOW), stays: "frozen" },
  },
  {
    name: "a name that was withdrawn stays withdrawn when its new zone loses it",
    before: move("overdue", NOW - MOVE_WAIT_MS),
    isServed: false,
    isUnwritten: true,
    after: { ...move("overdue", NOW - MOVE_WAIT_MS) },
  },
  {
    name: "a name that moves on waits anew",
    before: move("waiting", NOW - MOVE_WAIT_MS),
    isServed: false,
    to: ["dns/app"],
    after: move("waiting", NOW, ["dns/app"]),
  },
];

for (const { name, before, isServed, isFrozen = false, isUnwritten = false, to = ["dns/sub"], after } of MOVES) {
  test(`moves: ${name}`, () =>
    assert.deepEqual(nextMove(before, { name: NAME, to, isServed, isFrozen, isUnwritten, now: NOW }), after));
}

const WEB = [alias("web/a"), alias("web/b")];
const KEEPERS: readonly {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly admitted: readonly string[];
  readonly want: readonly string[];
}[] = [
  { name: "those of the namespace that had the name", namespace: "web", admitted: [], want: ["web/a", "web/b"] },
  { name: "nobody else, whatever the zone admits", namespace: "api", admitted: ["web"], want: [] },
  {
    name: "if nothing is known, those that the zone admits",
    namespace: undefined,
    admitted: ["web"],
    want: ["web/a", "web/b"],
  },
  { name: "if nothing is known and the zone is closed, nobody", namespace: undefined, admitted: ["api"], want: [] },
];

for (const { name, namespace, admitted, want } of KEEPERS) {
  test(`records in the old zone follow ${name}`, () => {
    const claim = keeperClaim({ winners: WEB, namespace, admits: (of) => admitted.includes(of) });
    assert.deepEqual(
      claim.winners.map(({ meta }) => objectKey(meta)),
      want,
    );
  });
}
