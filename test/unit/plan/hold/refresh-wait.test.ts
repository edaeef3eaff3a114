import assert from "node:assert/strict";
import { test } from "node:test";
import {
  array,
  assert as check,
  boolean,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  type Arbitrary,
} from "../../../support/property.ts";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import { LOOKUP_ALLOWANCE_MS } from "../../../../src/plan/hold/next-lookup.ts";
import { refreshWaitMs } from "../../../../src/plan/hold/refresh-wait.ts";
import { freshState } from "../../../../src/plan/hold/state.ts";
import { step } from "../../../../src/plan/hold/step.ts";
import { empty, found, KEY, playOut } from "../../../support/hold-play.ts";

const table: readonly {
  readonly name: string;
  readonly readings: readonly (readonly [number, LookupResult])[];
  readonly want: number;
}[] = [
  { name: "TTL 0: the least wait", readings: [[0, found("a", { ttl: 0 })]], want: 5 },
  {
    name: "TTL 10: a copy read at its end is asked again 5 s later",
    readings: [[0, found("a", { ttl: 10 })]],
    want: 15,
  },
  { name: "TTL 60: the TTL, a tenth, and 1 s", readings: [[0, found("a", { ttl: 60 })]], want: 67 },
  { name: "TTL 200: the TTL, a tenth, and 1 s", readings: [[0, found("a", { ttl: 200 })]], want: 221 },
  {
    name: "a CNAME that is kept for longer than the addresses counts, and what is late on top is theirs",
    readings: [[0, found("a", { ttl: 4, maxTtl: 90 })]],
    want: 95,
  },
  {
    name: "TTL 3600: the recursive server keeps its copy, and what is late on top is cut by the longest wait",
    readings: [[0, found("a", { ttl: 3600 })]],
    want: 3628.182,
  },
  {
    name: "an empty answer that stands in the way of held addresses counts with its negative TTL",
    readings: [
      [0, found("a", { ttl: 10 })],
      [11, empty("nodata", { negativeTtl: 100 })],
    ],
    want: 111,
  },
  {
    name: "a key that holds nothing has nothing stale",
    readings: [[0, empty("nodata", { negativeTtl: 3600 })]],
    want: 5,
  },
];

for (const { name, readings, want } of table) {
  test(name, () => assert.equal(refreshWaitMs(playOut(readings)) - LOOKUP_ALLOWANCE_MS, want * 1000));
}

test("while it rotates two more cycles come on top", () => {
  const readings = ["a", "b", "a", "b"].flatMap((set, cycle) => {
    const reading = [cycle * 61, found(set)] as const;
    return cycle === 0 ? [reading] : [reading, reading];
  });
  const state = playOut(readings);
  assert.equal(state.rotation?.rotating, true);
  assert.equal(refreshWaitMs(state) - LOOKUP_ALLOWANCE_MS, 67_000 + 2 * 67_000);
});

/** Recursive servers that keep a copy for exactly its TTL, each fetched at a time of its own. */
interface World {
  readonly ttl: number;
  readonly servers: number;
  readonly seed: number;
  /** What each change does to the set. */
  readonly changes: readonly ("replace" | "grow" | "shrink" | "swap one")[];
  /** Others use the servers too, so that copies are of any age. */
  readonly busy: boolean;
}

const worlds: Arbitrary<World> = record({
  ttl: oneof(integer({ min: 0, max: 40 }), integer({ min: 40, max: 260 }), integer({ min: 260, max: 1200 })),
  servers: integer({ min: 1, max: 3 }),
  seed: integer({ min: 1, max: 2 ** 30 }),
  changes: array(constantFrom("replace", "grow", "shrink", "swap one"), { minLength: 1, maxLength: 8 }),
  busy: boolean(),
});

test("with honest caches out of step, what is held equals the target within the stated wait of every change", () => {
  check(
    property(worlds, (world) => {
      assert.deepEqual(lateChanges(world), []);
    }),
    { numRuns: 400 },
  );
});

/** Simulates the world, and names each change that was not held in time. */
function lateChanges(world: World): readonly string[] {
  const random = mulberry(world.seed);
  const boundMs = refreshWaitMs(playOut([[0, found("x", { ttl: world.ttl })]]));
  const history = historyOf(world, boundMs, random);
  const caches = Array.from({ length: world.servers }, () => ({ set: "", endsAt: -1 }));
  const held: { readonly at: number; readonly set: string }[] = [];
  const endAt = (history.at(-1)?.at ?? 0) + boundMs;
  let state = freshState(KEY, 0);
  while (state.nextAt <= endAt) {
    // The server answers at the end of a look-up, with what its copy has to go by then.
    const now = Math.round(state.nextAt + random() * (LOOKUP_ALLOWANCE_MS / 2));
    const heard = pickServer(world.servers, state.avoid, random);
    for (const [index, cache] of caches.entries()) {
      const used = index === heard || (world.busy && random() < 0.5);
      // Others may have come at any time since the copy ran out.
      const queried =
        index === heard && !world.busy ? now : Math.max(cache.endsAt, now - Math.floor(random() * world.ttl * 1000));
      if (used && cache.endsAt <= now) {
        Object.assign(cache, { set: setAt(history, queried), endsAt: queried + world.ttl * 1000 });
      }
    }
    const cache = caches[heard];
    assert.ok(cache !== undefined);
    const ttl = Math.max(0, Math.floor((cache.endsAt - now) / 1000));
    const reading = found(cache.set, { ttl, server: `s${heard}` });
    state = step(state, reading, { now, random, serverCount: world.servers, sibling: undefined });
    held.push({ at: now, set: state.addresses.join(" ") });
  }
  return history.flatMap(({ at, set }) => {
    const atDeadline = held.findLast((entry) => entry.at <= at + boundMs)?.set;
    return atDeadline === set ? [] : [`${set} since ${at}, but ${atDeadline} at ${at + boundMs}`];
  });
}

/** Changes far enough apart that each can be seen; addresses never come back. */
function historyOf(
  { changes }: World,
  boundMs: number,
  random: () => number,
): readonly { readonly at: number; readonly set: string }[] {
  let count = 0;
  const fresh = (): string => `n${String((count += 1)).padStart(3, "0")}`;
  let set = [fresh(), fresh(), fresh()];
  let at = 0;
  return [{ at, set: set.join(" ") }].concat(
    changes.map((change) => {
      at += Math.ceil(boundMs * (1.01 + random()));
      set = changed(set, change, fresh);
      return { at, set: set.join(" ") };
    }),
  );
}

function changed(set: readonly string[], change: World["changes"][number], fresh: () => string): string[] {
  switch (change) {
    case "replace":
      return [fresh()];
    case "grow":
      return [...set, fresh()];
    case "shrink":
      return set.slice(-1);
    case "swap one":
      return [...set.slice(1), fresh()];
  }
}

function setAt(history: readonly { readonly at: number; readonly set: string }[], at: number): string {
  return history.findLast((entry) => entry.at <= at)?.set ?? history[0]?.set ?? "";
}

function pickServer(count: number, avoid: string | undefined, random: () => number): number {
  const servers = Array.from({ length: count }, (_, index) => index).filter(
    (index) => count === 1 || `s${index}` !== avoid,
  );
  return servers[Math.floor(random() * servers.length)] ?? 0;
}

/** A small seeded generator, so that a failing world can be played again. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
