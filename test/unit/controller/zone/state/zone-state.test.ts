import assert from "node:assert/strict";
import { test } from "node:test";
import {
  newZoneState,
  replace,
  retryNotBefore,
  setNext,
  takeNext,
  type ZoneState,
} from "../../../../../src/controller/zone/state/zone-state.ts";
import { ownedNames, readDone } from "../../../../../src/controller/zone/state/observed.ts";
import { changeSeen, roundEnded } from "../../../../../src/controller/zone/state/planned.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { ZoneProvider } from "../../../../../src/providers/provider.ts";
import { zone } from "../../../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");
const EDITED = { ...ZONE, meta: { ...ZONE.meta, generation: 2 } };

function provider(id: string, more: Partial<ZoneProvider> = {}): ZoneProvider {
  const never = (): Promise<never> => Promise.reject(new Error("not called"));
  return { id, read: never, apply: never, ...more };
}

const OLD = provider("old");
const NEW = provider("new");

/** A zone that has read two names, has a change to write, and must wait. */
function used(): ZoneState {
  const state = newZoneState(ZONE, OLD);
  const names = ["a.example.com", "b.example.com"].map(parseName);
  const sets = names.map((name) => ({ name, type: "A" as const, ttl: 60, data: ["192.0.2.1"], owner: "me" }));
  const read = { actual: { revision: "1", sets }, ownerId: "me", since: 0, names: new Set(names), at: 1_000 };
  const planned = roundEnded(changeSeen(state.planned, { at: 500, lastSuccessBefore: undefined }), { kind: "ok" });
  replace(state, {
    observed: readDone(state.observed, read),
    planned,
    deliveryProblem: "no Pod could be reached",
  });
  retryNotBefore(state, 90_000);
  return state;
}

test("without another DnsZone, a round has that of the last one", () => {
  const state = used();
  const before = { ...state };
  assert.equal(takeNext(state), undefined);
  assert.deepEqual(state, before);
});

test("a DnsZone with the same provider keeps all that is known, and the wait that the backend asked for", () => {
  const state = used();
  const { observed, planned, deliveryProblem } = state;
  setNext(state, { zone: EDITED, provider: OLD, isElsewhere: false });
  assert.equal(takeNext(state), undefined);
  assert.deepEqual(state.handle, { zone: EDITED, provider: OLD, notBefore: 90_000 });
  assert.deepEqual([state.observed, state.planned, state.deliveryProblem], [observed, planned, deliveryProblem]);
  assert.equal(state.next, undefined);
});

test("another provider of the same place keeps the known records; the wait and the problem of the former one end", () => {
  const state = used();
  const { planned } = state;
  const other = provider("other", { lists: false });
  setNext(state, { zone: EDITED, provider: other, isElsewhere: false });
  assert.equal(takeNext(state), undefined);
  assert.equal(state.handle.provider, other);
  assert.ok(state.handle.notBefore <= 0, "it can be called at once");
  assert.deepEqual([...ownedNames(state.observed)], ["a.example.com.", "b.example.com."]);
  assert.deepEqual([state.observed.lists, state.planned, state.deliveryProblem], [false, planned, undefined]);
});

test("another place begins with nothing known but the change that waits, and says what remains at the former one", () => {
  const state = used();
  setNext(state, { zone: EDITED, provider: NEW, isElsewhere: true });
  assert.deepEqual(takeNext(state), { provider: "old", names: 2 });
  const { planned, ...rest } = newZoneState(EDITED, NEW);
  assert.deepEqual(state, {
    ...rest,
    planned: { ...planned, changePendingSince: { at: 500, lastSuccessBefore: undefined } },
  });
});

test("a read that began for the former place doesn't count for the new one", () => {
  const state = used();
  replace(state, { observed: { ...state.observed, inputVersion: 3 } });
  setNext(state, { zone: EDITED, provider: NEW, isElsewhere: true });
  takeNext(state);
  assert.equal(state.observed.inputVersion, 3);
});

test("two changes before a round are one: a place that was left is left, whatever the second one changes", () => {
  const state = used();
  setNext(state, { zone: EDITED, provider: NEW, isElsewhere: true });
  setNext(state, { zone: { ...ZONE, meta: { ...ZONE.meta, generation: 3 } }, provider: NEW, isElsewhere: false });
  assert.deepEqual(takeNext(state), { provider: "old", names: 2 });
  assert.equal(state.handle.zone.meta.generation, 3);
  assert.equal(ownedNames(state.observed).size, 0);
});
