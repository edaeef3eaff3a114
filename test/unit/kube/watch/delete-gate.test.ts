import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/base/json.ts";
import { createDeleteGate, type DeleteGate } from "../../../../src/kube/watch/delete-gate.ts";
import type { ResourceServing } from "../../../../src/kube/watch/resource-serving.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

interface Play {
  readonly gate: DeleteGate;
  readonly clock: FakeClock;
  /** "object a", "deleting a", "gone a", "gone unwatched a", "unserved a", "first list", in order. */
  readonly told: string[];
  serving: ResourceServing | "throws";
  checks: number;
}

/** A gate in front of what the test tells it, with its first list confirmed unless `listed` is false. */
async function play(act: (play: Play) => Promise<void>, { listed = true } = {}): Promise<readonly string[]> {
  const clock = fakeClock(1_000_000);
  const told: string[] = [];
  const stop = new AbortController();
  const gate = createDeleteGate(
    {
      clock,
      log: silentLogger,
      readServing: async () => {
        one.checks += 1;
        if (one.serving === "throws") {
          throw new Error("a fault");
        }
        return one.serving;
      },
    },
    {
      onObject: (object) => void told.push(`${isMarked(object) ? "deleting" : "object"} ${nameOf(object)}`),
      onGone: (key, isUnwatched) => void told.push(`gone ${isUnwatched ? "unwatched " : ""}${key.slice(4)}`),
      onUnserved: (object) => void told.push(`unserved ${nameOf(object)}`),
      onFirstList: () => void told.push("first list"),
    },
  );
  const one: Play = { gate, clock, told, serving: "served", checks: 0 };
  const running = gate.run(stop.signal);
  if (listed) {
    gate.onListed();
    await clock.advance(1_000);
    told.length = 0;
    one.checks = 0;
  }
  await act(one);
  stop.abort();
  await running;
  return told;
}

function object(name: string, deletionTimestamp?: string): JsonObject {
  return { metadata: { namespace: "web", name, ...(deletionTimestamp && { deletionTimestamp }) } };
}
const marked = (name: string): JsonObject => object(name, "2026-11-29T00:00:00Z");
const isMarked = ({ metadata }: JsonObject): boolean => JSON.stringify(metadata).includes("deletionTimestamp");
const nameOf = ({ metadata }: JsonObject): string => /"name":"(\w+)"/.exec(JSON.stringify(metadata))?.[1] ?? "";

test("a deletion counts three seconds later, if the resource is served then", async () => {
  const told = await play(async ({ gate, clock, told: now }) => {
    gate.onObject(object("a"));
    gate.onGone("web/a");
    gate.onObject(marked("b"));
    await clock.advance(2_999);
    assert.deepEqual(now, ["object a"]);
    await clock.advance(1);
  });
  assert.deepEqual(told, ["object a", "gone a", "deleting b"]);
});

test("once the deletion of an object counts, what else happens to it is told at once", async () => {
  const told = await play(async ({ gate, clock }) => {
    gate.onObject(marked("a"));
    await clock.advance(3_000);
    gate.onObject(marked("a"));
    gate.onGone("web/a");
    await clock.advance(0);
  });
  assert.deepEqual(told, ["deleting a", "deleting a", "gone a"]);
});

test("an object that is created again at once was never gone", async () => {
  const told = await play(async ({ gate, clock }) => {
    gate.onGone("web/a");
    gate.onObject(object("a"));
    await clock.advance(60_000);
  });
  assert.deepEqual(told, ["object a"]);
});

test("while the resource isn't served no deletion counts, and each object with a finalizer is told once", async () => {
  const told = await play(async (one) => {
    one.serving = "unserved";
    one.gate.onGone("web/a");
    one.gate.onObject(marked("b"));
    await one.clock.advance(60_000);
    one.gate.onGone("web/b");
    await one.clock.advance(3_600_000);
    assert.ok(one.checks <= 740, `${one.checks} requests in an hour`);
  });
  assert.deepEqual(told, ["unserved b"]);
});

test("when it is served again the next complete list counts: objects of that list stay, the others are gone unwatched", async () => {
  const told = await play(async (one) => {
    one.serving = "unserved";
    one.gate.onGone("web/a");
    one.gate.onGone("web/b");
    await one.clock.advance(60_000);
    one.serving = "served";
    await one.clock.advance(60_000);
    assert.deepEqual(one.told, [], "there was no list yet");
    one.gate.onObject(object("b"));
    one.gate.onListed();
    await one.clock.advance(10_000);
  });
  assert.deepEqual(told, ["object b", "gone unwatched a"]);
});

test("a definition that is deleted and created again within a moment is known by the list that follows", async () => {
  const told = await play(async ({ gate, clock }) => {
    gate.onGone("web/a");
    await clock.advance(1_000);
    gate.onListed();
    await clock.advance(10_000);
  });
  assert.deepEqual(told, ["gone unwatched a"]);
});

for (const serving of ["unknown", "throws"] as const) {
  test(`a deletion waits while the API server doesn't say (${serving}), and no list is needed then`, async () => {
    const told = await play(async (one) => {
      one.serving = serving;
      one.gate.onGone("web/a");
      await one.clock.advance(60_000);
      assert.deepEqual(one.told, []);
      one.serving = "served";
      await one.clock.advance(5_000);
    });
    assert.deepEqual(told, ["gone a"]);
  });
}

test("where the document can't be read at all, a deletion counts after three seconds", async () => {
  const told = await play(async (one) => {
    one.serving = "unreadable";
    one.gate.onGone("web/a");
    await one.clock.advance(3_000);
  });
  assert.deepEqual(told, ["gone a"]);
});

test("the first list counts only if the resource is served, and objects under deletion come with it", async () => {
  const told = await play(
    async (one) => {
      one.gate.onObject(object("a"));
      one.gate.onObject(marked("b"));
      one.gate.onListed();
      await one.clock.advance(0);
    },
    { listed: false },
  );
  assert.deepEqual(told, ["object a", "deleting b", "first list"]);
});

test("a list that was read while the definition was being deleted is no first list", async () => {
  const told = await play(
    async (one) => {
      one.serving = "unserved";
      one.gate.onObject(object("a"));
      one.gate.onListed();
      await one.clock.advance(60_000);
      one.serving = "served";
      await one.clock.advance(60_000);
      assert.deepEqual(one.told, ["object a"]);
      one.gate.onListed();
      await one.clock.advance(10_000);
    },
    { listed: false },
  );
  assert.deepEqual(told, ["object a", "first list"]);
});
