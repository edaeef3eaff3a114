import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActualRRset, Write } from "../../../src/plan/change.ts";
import type { ActualZone, ApplyResult, ReadResult } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

interface Play extends AsyncDisposable {
  readonly world: ControllerWorld;
  /** What the next calls get; then the backend works. */
  readonly reads: ReadResult[];
  readonly applies: ApplyResult[];
  /** What a read has beside the record sets. */
  more: Partial<ActualZone>;
  /** "read 12", "write 12": each call with the second in which it came, since the last call of this. */
  calls(): readonly string[];
  /** "Warning WriteFailed: no answer", on the zone. */
  events(): readonly string[];
  programmed(): string;
  readonly hurried: () => number;
  /** Of the next deliveries. */
  deliveryProblem: string | undefined;
}

/** A backend in memory that does what a test says. */
function play(): Play {
  const reads: ReadResult[] = [];
  const applies: ApplyResult[] = [];
  const calls: string[] = [];
  const sets = new Map<string, ActualRRset>();
  let revision = 0;
  let hurried = 0;
  const carryOut = (write: Write): void => {
    const { name, type } = write.kind === "delete" ? write.before : write.after;
    if (write.kind === "delete") {
      sets.delete(`${name} ${type}`);
    } else {
      sets.set(`${name} ${type}`, { name, type, ttl: write.after.ttl, data: write.after.data, owner: "me" });
    }
  };
  const world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["198.51.100.1"] },
    providerOf: () => ({
      id: "memory",
      read: async () => {
        calls.push(`read ${second()}`);
        return reads.shift() ?? { kind: "ok", zone: { revision: `${revision}`, sets: [...sets.values()], ...at.more } };
      },
      apply: async ({ writes }) => {
        calls.push(`write ${second()}`);
        const result = applies.shift();
        if (result === undefined) {
          writes.forEach(carryOut);
          revision += 1;
        }
        return result ?? { kind: "applied", revision: `${revision}`, wrote: writes.length > 0 };
      },
      expediteDelivery: async () => {
        hurried += 1;
        return at.deliveryProblem;
      },
    }),
  });
  const startedAt = world.clock.now();
  const second = (): number => Math.round((world.clock.now() - startedAt) / 1_000);
  const at: Play = {
    world,
    reads,
    applies,
    more: {},
    calls: () => calls.splice(0),
    events: () =>
      world.events
        .splice(0)
        .filter(({ key }) => key === "dns/com")
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
    programmed: () =>
      world.zone("dns/com")?.status?.conditions.find(({ type }) => type === "Programmed")?.message ?? "",
    hurried: () => hurried,
    deliveryProblem: undefined,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
  return at;
}

test("a backend that says when to come back isn't called before, whatever changes meanwhile", async () => {
  await using at = play();
  at.reads.push({ kind: "failed", message: "quota", retryAfterMs: 90_000 });
  await at.world.clock.advance(20_000);
  at.world.targets.set("cdn.test", ["198.51.100.2"]);
  await at.world.clock.advance(69_000);
  assert.deepEqual(at.calls(), ["read 0"]);
  assert.deepEqual(at.events(), ["Warning WriteFailed: quota"]);
  assert.equal(at.world.condition("dns/com", "Programmed"), "False WriteFailed");
  await at.world.clock.advance(5_000);
  assert.deepEqual(at.calls(), ["read 90", "write 90"]);
});

test("a backend in trouble is tried again and again after growing waits, and told of once", async () => {
  await using at = play();
  const failed: ReadResult = { kind: "failed", message: "no answer" };
  at.reads.push(...Array.from({ length: 5 }, () => failed));
  await at.world.clock.advance(120_000);
  const seconds = at.calls().map((call) => Number(call.split(" ")[1]));
  const waits = seconds.slice(1, 6).map((second, index) => second - (seconds[index] ?? 0));
  assert.ok(
    waits.every((wait, index) => wait >= (waits[index - 1] ?? 0)),
    `${waits.join(" ")} s`,
  );
  assert.deepEqual(at.events(), ["Warning WriteFailed: no answer"]);
  assert.equal(at.world.condition("web/shop", "Ready"), "True Ready");
});

test("a write that failed may have taken effect: the backend is read before it is written again", async () => {
  await using at = play();
  at.applies.push({ kind: "failed", message: "reset" });
  await at.world.clock.advance(30_000);
  assert.deepEqual(
    at.calls().map((call) => call.split(" ")[0]),
    ["read", "write", "read", "write"],
  );
  assert.equal(at.world.condition("web/shop", "Ready"), "True Ready");
});

test("somebody wrote in between: the backend is read again and written, and nobody is told", async () => {
  await using at = play();
  at.applies.push({ kind: "conflict", message: "another revision" });
  await at.world.clock.advance(30_000);
  assert.deepEqual(
    at.calls().map((call) => call.split(" ")[0]),
    ["read", "write", "read", "write"],
  );
  assert.deepEqual(at.events(), []);
});

test("a refusal is an Event once, is shown with its reason, and is tried again after a minute", async () => {
  await using at = play();
  const refused: ReadResult = { kind: "refused", reason: "Forbidden", message: "no right to read it" };
  at.reads.push(refused, refused);
  await at.world.clock.advance(59_000);
  assert.deepEqual(at.calls(), ["read 0"]);
  assert.deepEqual(at.events(), ["Warning Forbidden: no right to read it"]);
  assert.equal(at.world.condition("dns/com", "Programmed"), "False Forbidden");
  await at.world.clock.advance(3_000);
  assert.equal(at.calls()[0], "read 60");
  assert.deepEqual(at.events(), []);
  await at.world.clock.advance(70_000);
  assert.equal(at.world.condition("dns/com", "Programmed"), "True Programmed");
});

test("a refused write is read again before the next try", async () => {
  await using at = play();
  at.applies.push({ kind: "refused", reason: "TooLarge", message: "no room" });
  await at.world.clock.advance(90_000);
  assert.deepEqual(at.calls(), ["read 0", "write 0", "read 60", "write 60"]);
});

test("what is deferred for a short while is no trouble; a zone that has to wait long at its start says why", async () => {
  await using short = play();
  short.reads.push({ kind: "failed", message: "budget", retryAfterMs: 2_000, deferred: true });
  await short.world.clock.advance(10_000);
  assert.deepEqual(short.events(), []);
  assert.deepEqual(short.calls(), ["read 0", "read 2", "write 2"]);
  await using long = play();
  long.reads.push({ kind: "failed", message: "budget", retryAfterMs: 30_000, deferred: true });
  await long.world.clock.advance(10_000);
  assert.deepEqual(long.events(), ["Warning WriteFailed: budget"]);
});

test("a warning of the backend is in the zone's status before and after a write", async () => {
  await using at = play();
  at.more = { warning: "the Corefile doesn't import the file" };
  await at.world.clock.advance(10_000);
  assert.match(at.programmed(), /The Corefile doesn't import the file/);
  at.world.targets.set("cdn.test", ["198.51.100.9"]);
  await at.world.clock.advance(120_000);
  assert.ok(at.calls().filter((call) => call.startsWith("write")).length >= 2);
  assert.match(at.programmed(), /The Corefile doesn't import the file/);
});

test("what is held is read again every five minutes, though the zone changes in between", async () => {
  await using at = play();
  await at.world.clock.advance(10_000);
  at.calls();
  for (let change = 0; change < 6; change += 1) {
    at.world.targets.set("cdn.test", [`198.51.100.${change + 10}`]);
    await at.world.clock.advance(170_000);
  }
  const reads = at.calls().filter((call) => call.startsWith("read"));
  assert.deepEqual(reads, ["read 300", "read 600", "read 900"]);
});

test("while an input can't be used, it is read again every minute", async () => {
  await using at = play();
  at.more = { inputProblem: { reason: "BaseZoneInvalid", message: "line 3" } };
  await at.world.clock.advance(10_000);
  at.calls();
  await at.world.clock.advance(300_000);
  const reads = at.calls().filter((call) => call.startsWith("read"));
  assert.deepEqual(reads, ["read 60", "read 120", "read 180", "read 240", "read 300"]);
});

test("a delivery is hurried after each write, and not without one", async () => {
  await using at = play();
  await at.world.clock.advance(10_000);
  assert.equal(at.hurried(), 1);
  await at.world.clock.advance(600_000);
  assert.equal(at.hurried(), 1);
  at.world.targets.set("cdn.test", ["198.51.100.9"]);
  await at.world.clock.advance(120_000);
  assert.equal(at.hurried(), 2);
});

test("a delivery that could not be expedited is shown until a later write has no such problem", async () => {
  await using at = play();
  at.deliveryProblem = "no Pod was nudged";
  await at.world.clock.advance(10_000);
  assert.match(at.programmed(), /The records are written to memory\. No Pod was nudged\.$/);
  at.deliveryProblem = undefined;
  at.world.targets.set("cdn.test", ["198.51.100.2"]);
  await at.world.clock.advance(200_000);
  assert.equal(at.programmed(), "The records are written to memory.");
});
