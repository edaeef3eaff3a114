import type { Clock, Millis } from "../../../base/clock.ts";
import type { Logger } from "../../../base/log.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import { familyOf } from "../../../dns/address/address.ts";
import { FAMILIES } from "../../../dns/record.ts";
import {
  controlFor,
  type Controls,
  hasControl,
  NO_CONTROLS,
  recordSuccess,
  type Success,
} from "../../../plan/health/control.ts";
import { allowsAddress } from "../../../plan/health/permission.ts";
import { agreedProbe, type CheckOutcome, failuresUntilDown, stepProbe } from "../../../plan/health/probe.ts";
import { nextCheckAt } from "../../../plan/health/schedule.ts";
import { createDue, type Due } from "../../../schedule/due.ts";
import { createPump } from "../../../schedule/pump.ts";
import type { CheckFinding, HealthCheckPort } from "../../ports/checks.ts";
import type { HealthObserver } from "../../ports/observer.ts";
import type { Asked } from "./ballots.ts";
import {
  type AddressCheck,
  type CheckEntry,
  checkKey,
  type CheckRegistry,
  type CheckState,
  createCheckRegistry,
  type WantedCheck,
} from "./check-registry.ts";
import type { SecondOpinion } from "./second-opinion.ts";

/** Runs the checks of aliases within the budget, with one loop and one timer. */
export interface Checker {
  /** Replaces the checks of an alias. A new check runs at once, within the budget. */
  want(alias: ObjectKey, checks: readonly WantedCheck[]): void;
  state(check: AddressCheck): CheckState | undefined;
  /** The start of the next check. While the check runs, the start of the running check. Undefined: none is scheduled. */
  nextAt(check: AddressCheck): Millis | undefined;
  /** The period within the budget. */
  periodOf(check: AddressCheck): Millis;
  /** The factor by which the periods of the address are longer than configured. 1: they are not longer. */
  stretchOf(address: string): number;
  /** True if a check reached one of these addresses within the last `withinMs`. */
  wasReached(isOne: (address: string) => boolean, withinMs: Millis): boolean;
  /** Applies the verdict of the other replicas about a check. */
  judged(key: string): void;
  /** Forgets everything, because another replica made the checks until now, or makes them from now on. */
  reset(): void;
  run(signal: AbortSignal): Promise<void>;
  size(): number;
  heartbeatAt(): Millis;
}

export interface CheckerDeps {
  readonly port: HealthCheckPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: HealthObserver;
  /** Only the leader makes checks, or a replica that decides alone. */
  readonly mayCheck: () => boolean;
  /** Called when an address goes up or down, when its first check has ended, or when its last outcome has changed. */
  readonly onChange: (aliases: Iterable<ObjectKey>) => void;
  /** Consults the other replicas before an address counts as down. Undefined: there are none. */
  readonly votes?: CheckVotes | undefined;
}

interface CheckVotes {
  /** False: this replica decides without the others. */
  readonly mayAsk: () => boolean;
  readonly secondOpinion: Pick<SecondOpinion, "verdict" | "ask" | "forget">;
  /** The question about a check that these aliases share. Undefined: no target of these aliases has the check any more. */
  readonly questionOf: (aliases: Iterable<ObjectKey>, check: AddressCheck) => Asked | undefined;
}

interface Context {
  readonly deps: CheckerDeps;
  readonly registry: CheckRegistry;
  readonly due: Due<string>;
  readonly memory: {
    controls: Controls;
    /** The latest start among the first checks, which are spread by the budget. */
    lastFirstAt: Millis;
  };
}

export function createChecker(deps: CheckerDeps): Checker {
  const { clock, log, port } = deps;
  const due = createDue<string>();
  const registry = createCheckRegistry(clock, port.budget);
  const context: Context = { deps, registry, due, memory: { controls: NO_CONTROLS, lastFirstAt: 0 } };
  const { concurrency } = port;
  const pump = createPump<string>({ due, clock, log, concurrency, start: (key) => startCheck(context, key) });
  return {
    want(alias, checks) {
      const { begun, ended } = registry.want(alias, checks);
      ended.forEach((key) => {
        due.remove(key);
        deps.votes?.secondOpinion.forget(key);
      });
      if (ended.length > 0) {
        reportUnchecked(context);
      }
      begun.forEach(({ key, entry, isKnown }) => {
        due.add(key, firstAt(context, isKnown ? nextCheckAt(key, registry.periodOf(entry), clock.now()) : Infinity));
      });
      pump.wake();
    },
    state: (check) => registry.entry(checkKey(check))?.state,
    nextAt: (check) => due.at(checkKey(check)),
    periodOf: (check) => registry.periodOf(check),
    stretchOf: (address) => registry.stretchOf(address),
    wasReached: (isOne, withinMs) =>
      Object.values(context.memory.controls)
        .flat()
        .some(({ address, at }) => isOne(address) && clock.now() - at <= withinMs),
    judged: (key) => applyVerdict(context, key),
    reset() {
      registry.clear().forEach((key) => due.remove(key));
      context.memory.controls = NO_CONTROLS;
      reportUnchecked(context);
    },
    run: (signal) => pump.run(signal),
    size: () => registry.size(),
    heartbeatAt: () => pump.heartbeatAt(),
  };
}

/** Reports the address families without checks: they have no control and need none. */
function reportUnchecked({ deps: { observer }, registry }: Context): void {
  FAMILIES.filter((family) => !registry.hasFamily(family)).forEach((family) => {
    observer.healthControl(family, undefined);
  });
}

/**
 * The start of a first check. The first checks of many addresses also stay within the budget. `regularAt`: the check starts no later
 * than this, the time of a regular check. After a restart, failures don't count before another address is reached. With regular
 * checks only, that could delay a switch by one more period.
 */
function firstAt({ deps: { clock, port }, memory }: Context, regularAt: Millis): Millis {
  const at = Math.max(clock.now(), memory.lastFirstAt + 1000 / port.budget.rate);
  if (at >= regularAt) {
    return regularAt;
  }
  memory.lastFirstAt = at;
  return Math.ceil(at);
}

async function startCheck(context: Context, key: string): Promise<Millis | undefined> {
  const { deps, registry, due } = context;
  const { clock, observer, port } = deps;
  const entry = registry.entry(key);
  if (entry === undefined || entry.users.size === 0 || !deps.mayCheck()) {
    return undefined;
  }
  const startedAt = clock.now();
  observer.checkLate(startedAt - (due.at(key) ?? startedAt));
  // The own addresses of this machine, which checks must not reach, can have changed since the alias requested the check.
  if (allowsAddress(port.rules(), entry.address)) {
    const finding = await port.run(entry.address, entry.check);
    observer.checked(entry.check.kind, finding.kind, clock.now() - startedAt);
    if (registry.entry(key) === entry && deps.mayCheck()) {
      settle(context, key, entry, finding);
    }
  }
  return registry.entry(key) === entry ? nextCheckAt(key, registry.periodOf(entry), clock.now()) : undefined;
}

/** Applies the result of a check. A failure counts only with a control. */
function settle(context: Context, key: string, entry: CheckEntry, finding: CheckFinding): void {
  const { deps, registry, memory } = context;
  const now = deps.clock.now();
  const { address, check, state: before } = entry;
  const family = familyOf(address);
  const failed = finding.kind === "failure";
  const windowMs = registry.periodOf(entry) + check.timeoutMs;
  const control = failed ? controlFor(memory.controls, { family, address, now, windowMs }) : undefined;
  const outcome = outcomeOf(finding, control);
  if (outcome === "success") {
    memory.controls = recordSuccess(memory.controls, family, { address, at: now });
    deps.votes?.secondOpinion.forget(key);
  }
  deps.observer.healthControl(family, hasControl(memory.controls, { family, now, windowMs }));
  const mayFall = outcome !== "failure" || isAgreed(deps, key, entry);
  const probe = stepProbe(before.probe, outcome, check, { now, mayFall });
  entry.state = {
    probe,
    last: outcome,
    message: failed ? finding.message : before.message,
    control: failed ? control : before.control,
    isDisputed: before.isDisputed && outcome !== "success" && probe.health !== "Unhealthy",
  };
  if (probe.health !== before.probe.health || outcome !== before.last) {
    deps.onChange(entry.users);
  }
}

/**
 * True if the other replicas agree that the address is down, or if they need not be consulted. They are consulted one failure
 * before the address becomes Unhealthy, so that their answers usually arrive in time. While they disagree, each failure puts the
 * question again.
 */
function isAgreed({ votes }: CheckerDeps, key: string, entry: CheckEntry): boolean {
  const { probe } = entry.state;
  const isNear = probe.health !== "Unhealthy" && failuresUntilDown(probe, entry.check) <= ASK_BEFORE;
  if (votes === undefined || !isNear || !votes.mayAsk()) {
    return true;
  }
  const { secondOpinion, questionOf } = votes;
  const verdict = secondOpinion.verdict(key);
  if (verdict === "none" || verdict === "disputed") {
    const question = questionOf(entry.users, entry);
    if (question === undefined) {
      return true;
    }
    secondOpinion.ask(key, question, entry.check.timeoutMs);
  }
  return secondOpinion.verdict(key) === "down";
}

/**
 * The other replicas are consulted when at most this many failures, including the present one, are missing until the address is
 * down.
 */
const ASK_BEFORE = 2;

function applyVerdict({ deps, registry }: Context, key: string): void {
  const entry = registry.entry(key);
  const verdict = deps.votes?.secondOpinion.verdict(key);
  if (entry === undefined || (verdict !== "down" && verdict !== "disputed")) {
    return;
  }
  const { state: before, check, users } = entry;
  const isDisputed = verdict === "disputed";
  const probe = isDisputed ? before.probe : agreedProbe(before.probe, check, deps.clock.now());
  entry.state = { ...before, probe, isDisputed };
  if (probe.health !== before.probe.health || isDisputed !== before.isDisputed) {
    deps.onChange(users);
  }
}

function outcomeOf({ kind }: CheckFinding, control: Success | undefined): CheckOutcome {
  if (kind === "success") {
    return "success";
  }
  return kind === "failure" && control !== undefined ? "failure" : "inconclusive";
}
