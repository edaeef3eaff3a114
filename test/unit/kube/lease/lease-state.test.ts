import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  holdsLease,
  LEASE_START,
  LEASE_TIMES,
  leaseMove,
  leaseObserved,
  leaseWritten,
  stopAt,
  type LeaseRecord,
  type LeaseState,
} from "../../../../src/kube/lease/lease-state.ts";

function record(holder: string, resourceVersion = "1"): LeaseRecord {
  const times = { renewTime: "1999-01-01T00:00:00.000000Z", acquireTime: "1999-01-01T00:00:00.000000Z" };
  return { uid: "u", resourceVersion, holder, durationMs: 15_000, transitions: 0, ...times };
}

const seen = (holder: string, at: number, from: LeaseState = LEASE_START, version = "1") =>
  leaseObserved(from, record(holder, version), "me", at);

interface Case {
  readonly name: string;
  readonly state: LeaseState;
  readonly now: number;
  readonly move: string;
}

const cases: readonly Case[] = [
  {
    name: "makes a Lease that is not there",
    state: leaseObserved(LEASE_START, undefined, "me", 0),
    now: 0,
    move: "create",
  },
  { name: "takes a released one at once", state: seen("", 100), now: 100, move: "claim takeover" },
  {
    name: "waits for another's, counted from when it was first seen, whatever its renewTime says",
    state: seen("other", 100),
    now: 15_099,
    move: "wait",
  },
  {
    name: "takes another's that did not change for its duration",
    state: seen("other", 100),
    now: 15_100,
    move: "claim takeover",
  },
  {
    name: "goes on counting when the same version is seen again",
    state: seen("other", 9_000, seen("other", 100)),
    now: 15_100,
    move: "claim takeover",
  },
  {
    name: "counts anew when it was renewed",
    state: seen("other", 9_000, seen("other", 100), "2"),
    now: 23_999,
    move: "wait",
  },
  { name: "renews its own", state: leaseWritten(record("me"), 50, 60), now: 2_000, move: "claim" },
  {
    name: "renews its own even late, while nobody took it",
    state: leaseWritten(record("me"), 50, 60),
    now: 60_000,
    move: "claim",
  },
  {
    name: "takes over one of its own name that it does not hold",
    state: seen("me", 100),
    now: 101,
    move: "claim takeover",
  },
];

describe("the Lease machine", () => {
  for (const { name, state, now, move } of cases) {
    it(name, () => {
      const found = leaseMove(state, "me", now);
      assert.equal(found.kind === "claim" && found.isTakeover ? "claim takeover" : found.kind, move);
    });
  }

  it("counts the renewal from when it was sent, and stops before others may take it", () => {
    const state = leaseWritten(record("me"), 1_000, 4_000);
    assert.equal(stopAt(state, LEASE_TIMES), 11_000);
    assert.equal(holdsLease(state, LEASE_TIMES, 10_999), true);
    assert.equal(holdsLease(state, LEASE_TIMES, 11_000), false);
    assert.ok(LEASE_TIMES.renewDeadlineMs < LEASE_TIMES.durationMs);
  });

  it("has lost it the moment that another name is seen in it, or that it is gone", () => {
    const held = leaseWritten(record("me"), 1_000, 1_001);
    assert.equal(holdsLease(seen("other", 1_500, held, "2"), LEASE_TIMES, 1_500), false);
    assert.equal(holdsLease(leaseObserved(held, undefined, "me", 1_500), LEASE_TIMES, 1_500), false);
    assert.equal(holdsLease(seen("me", 1_500, held, "2"), LEASE_TIMES, 1_500), true);
  });
});
