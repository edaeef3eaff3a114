import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createEventCorrelator } from "../../../../src/kube/status/event-correlator.ts";

const MINUTE = 60_000;
const event = (text: string, object = "u1") => ({ object, text });

describe("the ledger of Events", () => {
  it("makes an Event once, counts repeats, and writes the count once a minute", () => {
    const ledger = createEventCorrelator();
    const kinds = [0, 1, 30_000, MINUTE, MINUTE + 1, 3 * MINUTE].map((now) => ledger.decide(event("a"), now));
    assert.deepEqual(kinds, [
      { kind: "create" },
      { kind: "count" },
      { kind: "count" },
      { kind: "repeat", count: 4 },
      { kind: "count" },
      { kind: "repeat", count: 6 },
    ]);
  });

  it("gives each object ten new Events, then one a minute, and no object another's", () => {
    const ledger = createEventCorrelator();
    const first = Array.from({ length: 12 }, (_, index) => ledger.decide(event(`m${index}`), 0).kind);
    assert.deepEqual(first.slice(8), ["create", "create", "drop", "drop"]);
    assert.equal(ledger.decide(event("m0", "u2"), 0).kind, "create");
    assert.equal(ledger.decide(event("next"), MINUTE - 1).kind, "drop");
    assert.equal(ledger.decide(event("next"), MINUTE * 2).kind, "create");
  });

  it("makes an Event anew when the apiserver has forgotten it, by its age or by its word", () => {
    const ledger = createEventCorrelator();
    ledger.decide(event("a"), 0);
    assert.equal(ledger.decide(event("a"), 61 * MINUTE).kind, "create");
    ledger.forget(event("a"));
    assert.equal(ledger.decide(event("a"), 62 * MINUTE).kind, "create");
  });

  it("counts a repetition after exactly an hour, and a new Event after that", () => {
    const ledger = createEventCorrelator();
    ledger.decide(event("a"), 0);
    assert.deepEqual(ledger.decide(event("a"), 60 * MINUTE), { kind: "repeat", count: 2 });
    assert.equal(ledger.decide(event("a"), 120 * MINUTE + 1).kind, "create");
  });

  it("gives one new Event a minute after the first ten, at any time of the clock", () => {
    const ledger = createEventCorrelator();
    const start = Date.parse("2026-12-01T00:00:00Z");
    const kindAt = (text: string, afterMs: number): string => ledger.decide(event(text), start + afterMs).kind;
    for (let index = 0; index < 10; index += 1) {
      assert.equal(kindAt(`m${index}`, 0), "create");
    }
    assert.deepEqual(
      [
        kindAt("x", MINUTE - 1),
        kindAt("x", MINUTE),
        kindAt("y", MINUTE),
        kindAt("y", 2 * MINUTE),
        kindAt("z", 2 * MINUTE),
      ],
      ["drop", "create", "drop", "create", "drop"],
    );
  });

  it("remembers 4,096 Events, and forgets the one that was reported longest ago", () => {
    const ledger = createEventCorrelator();
    for (let index = 0; index < 4_096; index += 1) {
      ledger.decide(event("a", `u${index}`), 0);
    }
    assert.equal(ledger.decide(event("a", "u0"), 0).kind, "count", "all are remembered");
    ledger.decide(event("a", "one more"), 0);
    assert.equal(ledger.decide(event("a", "u0"), 0).kind, "count", "it was reported just now");
    assert.equal(ledger.decide(event("a", "u1"), 0).kind, "create");
  });

  it("forgets the oldest when there are very many", () => {
    const ledger = createEventCorrelator();
    for (let index = 0; index < 5_000; index += 1) {
      assert.equal(ledger.decide(event("a", `u${index}`), 0).kind, "create");
    }
    assert.equal(ledger.decide(event("a", "u4999"), 0).kind, "count");
    assert.equal(ledger.decide(event("a", "u0"), 0).kind, "create");
  });
});
