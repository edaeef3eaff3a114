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

  it("forgets the oldest when there are very many", () => {
    const ledger = createEventCorrelator();
    for (let index = 0; index < 5_000; index += 1) {
      assert.equal(ledger.decide(event("a", `u${index}`), 0).kind, "create");
    }
    assert.equal(ledger.decide(event("a", "u4999"), 0).kind, "count");
    assert.equal(ledger.decide(event("a", "u0"), 0).kind, "create");
  });
});
