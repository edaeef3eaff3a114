import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeFailover, type FailoverEvidence } from "../../lab/failover-report.ts";
import { MAIN, STANDBY } from "../../lab/failover-scene.ts";
import type { Look, Visit } from "../../lab/failover-watch.ts";

const SECOND = 1_000;
const KILLED_AT = 5 * SECOND;
const REVIVED_AT = 40 * SECOND;

/** The times of a product, in seconds: from the kill to the switch, and from the start of the target to the return. */
interface Product {
  readonly switchS: number;
  readonly returnS: number;
  readonly boundS: number;
}

const WELL: Product = { switchS: 12, returnS: 20, boundS: 20 };

const TIMES = Array.from({ length: 900 }, (_, index) => index * 100);

function addressAt({ switchS, returnS }: Product, at: number): string {
  const isSwitched = at >= KILLED_AT + switchS * SECOND && at < REVIVED_AT + returnS * SECOND;
  return isSwitched ? STANDBY : MAIN;
}

function evidence(product: Product): FailoverEvidence {
  const looks: Look[] = TIMES.map((at) => ({ at, addresses: [addressAt(product, at)] }));
  const isDown = (at: number): boolean => at >= KILLED_AT && at < REVIVED_AT && addressAt(product, at) === MAIN;
  const visits: Visit[] = TIMES.map((at) => ({ at, ok: !isDown(at) }));
  return {
    played: { boundMs: product.boundS * SECOND, killedAt: KILLED_AT, revivedAt: REVIVED_AT },
    seen: { server: looks, visitor: looks, visits, beside: { queries: 10, wrong: [] } },
    startedInMs: SECOND,
    writes: 4,
  };
}

function broken(of: FailoverEvidence): readonly string[] {
  return judgeFailover(of).flatMap(({ promise, held }) => (held ? [] : [promise]));
}

const SWITCHES = "the name switches within the bound";
const REQUESTS = "requests to the name succeed again within the bound";
const RETURNS = "the name returns once, and not before failback.after";

for (const [what, product, wanted] of [
  ["a product that keeps its bounds", WELL, []],
  ["a switch 1 s after the bound", { ...WELL, switchS: 21.2 }, [SWITCHES, REQUESTS]],
  ["a stated bound that is longer than the documented one", { ...WELL, boundS: 21 }, [SWITCHES]],
  ["a name that never leaves the dead target", { ...WELL, switchS: 99 }, [SWITCHES, REQUESTS, RETURNS]],
  ["a return after 9 s", { ...WELL, returnS: 9 }, [RETURNS]],
  ["a return after 29 s", { ...WELL, returnS: 29 }, [RETURNS]],
  ["no return", { ...WELL, returnS: 99 }, [RETURNS]],
] as const) {
  test(`the demo of a failover judges ${what}`, () => assert.deepEqual(broken(evidence(product)), wanted));
}

test("one blank answer, one answer with both targets, a wrong MX, or one write too many breaks a promise", () => {
  const well = evidence(WELL);
  const seenWith = (addresses: readonly string[]): FailoverEvidence => ({
    ...well,
    seen: { ...well.seen, visitor: [...well.seen.visitor, { at: 90 * SECOND, addresses }] },
  });
  const always = "the name always has the addresses of one target";
  assert.deepEqual(broken(seenWith([])), [RETURNS, always]);
  assert.deepEqual(broken(seenWith([MAIN, STANDBY])), [RETURNS, always]);
  const beside = { queries: 10, wrong: ["timeout"] };
  assert.deepEqual(broken({ ...well, seen: { ...well.seen, beside } }), ["MX, TXT do not change"]);
  assert.deepEqual(broken({ ...well, writes: 5 }), ["writes only after a change"]);
});

test("a standby that is published before the kill, or a request that fails before it, breaks a promise", () => {
  const well = evidence(WELL);
  const promise = "the main target is published while it is healthy";
  const server = [{ at: 100, addresses: [STANDBY] }, ...well.seen.server];
  assert.deepEqual(broken({ ...well, seen: { ...well.seen, server } }), [promise]);
  const visits = [{ at: 100, ok: false }, ...well.seen.visits];
  assert.deepEqual(broken({ ...well, seen: { ...well.seen, visits } }), [promise]);
});
