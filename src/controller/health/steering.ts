import type { Millis, Random } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { TargetKey } from "../../dns/lookup-result.ts";
import { type EarliestSwitch, followedSwitch } from "../../plan/health/earliest-switch.ts";
import { type AppliedSelection, selectionFromStatus, selects } from "../../plan/select/applied-selection.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { createWorkQueue, type Requeue } from "../../schedule/work-queue.ts";
import type { HealthCheckPort } from "../ports/checks.ts";
import type { Observer } from "../ports/observer.ts";
import type { VotePort } from "../ports/votes.ts";
import { checkedSwitch } from "./checked-switch.ts";
import { observedTargets } from "./observed-targets.ts";
import { permittedChecks } from "./check/permitted-checks.ts";
import { isHandedBack, isOutdated } from "./hand-back.ts";
import { createRole, type Role, type RoleDeps } from "./role.ts";
import { steer } from "./steer.ts";
import { applyAlone, type ReportContext, type ReportDeps, reportAsLeader } from "./steering-report.ts";
import { type Decision, restoredState, type SteeringState } from "./steering-state.ts";
import { recordServed, type ServedRecords } from "./switch-times.ts";
import { hasOutsideControl, wantedChecks, withStates } from "./target-checks.ts";
import { createVotedChecker, type VotedChecker } from "./voted-checker.ts";

/** Selects among the targets of aliases and checks their addresses, while this replica leads or is alone. Other replicas follow the statuses. */
export interface Steering {
  /** The selection of the alias. Undefined: it merges all targets. */
  selectionOf(alias: DnsAlias): AppliedSelection | undefined;
  /** The last decision, for the status. Undefined: the alias selects nothing, or this replica doesn't lead. */
  decisionOf(alias: DnsAlias): Decision | undefined;
  /** True while the first selection of the alias waits for its first checks. */
  isPending(alias: DnsAlias): boolean;
  /** Why the alias has fewer health checks than its spec. Undefined: it has all of them. */
  refusalOf(alias: DnsAlias): string | undefined;
  /** The earliest time at which checks can remove an address of these targets from the answers. Undefined: the targets have no checks. */
  earliestSwitch(alias: DnsAlias, targets: ReadonlySet<string>): EarliestSwitch | undefined;
  /** The factor by which the check periods of the address are longer than configured. */
  stretchOf(address: string): number;
  /** True if other replicas are consulted before an address counts as down. */
  readonly isVoting: boolean;
  /** Measures the duration of the alias's last switch, once every server has served all records that were published after it. */
  recordServed(alias: DnsAlias, records: readonly ServedRecords[]): void;
  /** Decides again about an alias that is new, changed, or deleted, or whose targets have other addresses. */
  touch(key: ObjectKey): void;
  /** Begins a term: from the own decisions if this replica was alone, otherwise from the statuses. */
  termStarted(): void;
  /** Ends a term. The own decisions remain until the statuses have them. */
  termEnded(): void;
  run(signal: AbortSignal): Promise<void>;
  /** The number of remembered aliases and checks. */
  size(): number;
  heartbeats(): ReadonlyMap<string, Millis>;
}

export interface SteeringDeps extends ReportDeps {
  readonly port: HealthCheckPort | undefined;
  /** Undefined: there are no other replicas. */
  readonly votes: VotePort | undefined;
  readonly random: Random;
  readonly observer: Observer;
  readonly isLeading: () => boolean;
  /** How long no Lease has been seen. 0: a replica leads, or soon will. Absent: there is no Lease. */
  readonly awayMs?: RoleDeps["awayMs"];
  readonly aliasKeys: () => Iterable<ObjectKey>;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
  readonly streamsOf: (key: ObjectKey) => Iterable<TargetKey>;
  readonly answer: (key: TargetKey, namespace: string) => TargetAnswer | undefined;
}

const ALIASES_AT_ONCE = 8;

interface Context extends ReportContext {
  readonly deps: SteeringDeps;
  readonly role: Role;
  readonly secondOpinion: VotedChecker["secondOpinion"];
  /** The selections, as text, that this replica follows while another one leads. */
  readonly followed: Map<ObjectKey, string>;
  /** The aliases with a decision from before the term, which no status and no Event has yet. */
  readonly carried: Set<ObjectKey>;
}

export function createSteering(deps: SteeringDeps): Steering {
  const { port, votes, clock, random, log, observer, isLeading, aliasOf } = deps;
  const queue = createWorkQueue({
    clock,
    random,
    log,
    concurrency: ALIASES_AT_ONCE,
    handle: async (key) => decide(context, key),
    observe: observer.queue("steering"),
  });
  const touch = (keys: Iterable<ObjectKey>): void => [...keys].forEach((key) => queue.add(key));
  const states = new Map<ObjectKey, SteeringState>();
  const stateOf = (key: ObjectKey): SteeringState | undefined => states.get(key);
  const role = createRole({
    clock,
    log,
    isLeading,
    awayMs: deps.awayMs,
    decided: states,
    onAlone: () => touch(deps.aliasKeys()),
    isHandedBack: (key, backMs) => isKeyHandedBack(context, key, backMs),
    onHandedBack: (key) => handBack(context, key),
  });
  const mayCheck = (): boolean => role.checks();
  const checks = { port, votes, clock, log, observer, mayCheck, isLeading, onChange: touch, aliasOf, stateOf };
  const { checker, secondOpinion } =
    port === undefined ? { checker: undefined, secondOpinion: undefined } : createVotedChecker({ ...checks, port });
  const maps = { states, unserved: new Map(), followed: new Map(), carried: new Set<ObjectKey>() };
  const context: Context = { deps, role, checker, secondOpinion, ...maps };
  return {
    selectionOf: (alias) => selectionOf(context, alias),
    decisionOf: ({ meta }) => context.states.get(objectKey(meta))?.decision,
    isPending: (alias) => isPending(context, alias),
    refusalOf: (alias) => permittedChecks(alias, port).refusal,
    earliestSwitch: (alias, targets) => switchOf(context, alias, targets),
    stretchOf: (address) => checker?.stretchOf(address) ?? 1,
    isVoting: secondOpinion !== undefined,
    recordServed: (alias, records) => recordServed(deps, context.unserved, alias, records),
    touch(key) {
      const alias = deps.aliasOf(key);
      follow(context, key, alias);
      if (context.states.has(key) || (alias !== undefined && selects(alias))) {
        queue.add(key);
      }
    },
    termStarted: () => changeTerm(context, role.termStarted()),
    termEnded: () => changeTerm(context, role.termEnded()),
    run: async (signal) => {
      await Promise.all([queue.run(signal), checker?.run(signal), secondOpinion?.run(signal), role.run(signal)]);
    },
    size: () => context.states.size + (checker?.size() ?? 0),
    heartbeats: () =>
      new Map([
        ["steering", queue.heartbeatAt()],
        ...(checker === undefined ? [] : [["checks", checker.heartbeatAt()] as const]),
      ]),
  };
}

/** `isKept`: the decisions of this replica remain, because they can be newer than the statuses. */
function changeTerm(
  { deps, states, unserved, followed, carried, checker, secondOpinion }: Context,
  isKept: boolean,
): void {
  unserved.clear();
  followed.clear();
  carried.clear();
  secondOpinion?.reset();
  if (!isKept) {
    states.clear();
    checker?.reset();
  }
  for (const [key, state] of deps.isLeading() ? states : []) {
    const alias = deps.aliasOf(key);
    if (alias !== undefined && !isOutdated(alias, state)) {
      carried.add(key);
    } else {
      states.delete(key);
      checker?.want(key, []);
    }
  }
}

function isKeyHandedBack({ deps, states, checker }: Context, key: ObjectKey, backMs: Millis): boolean {
  const original = deps.aliasOf(key);
  const state = states.get(key);
  return (
    original === undefined ||
    state === undefined ||
    isHandedBack({ alias: permittedChecks(original, deps.port).alias, state, checker, backMs })
  );
}

/** Follows the status of the alias again. */
function handBack(context: Context, key: ObjectKey): void {
  context.states.delete(key);
  context.checker?.want(key, []);
  follow(context, key, context.deps.aliasOf(key));
}

function isPending({ deps, states }: Context, original: DnsAlias): boolean {
  const { alias } = permittedChecks(original, deps.port);
  const decision = states.get(objectKey(alias.meta))?.decision;
  return (
    selects(alias) &&
    (decision === undefined ||
      (decision.applied.kind === "pending" && decision.targets.some(({ target }) => target.isEligible)))
  );
}

/** Follows the selection in the status, for the responder of a replica that doesn't lead. */
function follow({ deps, role, followed }: Context, key: ObjectKey, alias: DnsAlias | undefined): void {
  if (alias === undefined || role.decides(key) || !selects(alias)) {
    followed.delete(key);
    return;
  }
  const { selected, conditions = [], targets = [] } = alias.status ?? {};
  const healthy = conditions.find(({ type }) => type === "Healthy")?.reason;
  const text = JSON.stringify([selected, healthy, targets.map(({ unhealthyAddresses }) => unhealthyAddresses)]);
  if (followed.get(key) !== text) {
    followed.set(key, text);
    deps.onChanged(alias, undefined);
  }
}

function selectionOf(context: Context, original: DnsAlias): AppliedSelection | undefined {
  const { alias } = permittedChecks(original, context.deps.port);
  return selects(alias) ? (ownDecision(context, alias)?.applied ?? selectionFromStatus(alias)) : undefined;
}

/** The decision of this replica. Undefined: the status decides. */
function ownDecision({ role, states }: Context, { meta }: DnsAlias): Decision | undefined {
  const key = objectKey(meta);
  return role.decides(key) ? states.get(key)?.decision : undefined;
}

function switchOf(context: Context, original: DnsAlias, targets: ReadonlySet<string>): EarliestSwitch | undefined {
  const { deps, checker, secondOpinion } = context;
  const { alias } = permittedChecks(original, deps.port);
  const now = deps.clock.now();
  const decision = ownDecision(context, alias);
  return decision === undefined || checker === undefined
    ? followedSwitch(alias, targets, { now, isAsked: secondOpinion?.isAsked(objectKey(alias.meta)) === true })
    : checkedSwitch(decision, targets, checker, now);
}

function decide(context: Context, key: ObjectKey): Requeue {
  const { deps, role, states, checker } = context;
  const original = deps.aliasOf(key);
  const isOwn = role.decides(key);
  const alias = original && permittedChecks(original, deps.port).alias;
  if (alias === undefined || alias.meta.deletedAt !== undefined || !selects(alias) || !isOwn) {
    const isMergedAgain = states.delete(key) && alias !== undefined && isOwn;
    context.unserved.delete(key);
    checker?.want(key, []);
    deps.observer.steeringGone(key);
    if (isMergedAgain) {
      deps.onChanged(alias, undefined);
      deps.onDecided(alias);
    }
    return { requeue: "done" };
  }
  if (alias.spec.paused) {
    checker?.want(key, []);
    return { requeue: "done" };
  }
  const now = deps.clock.now();
  const before = states.get(key) ?? restoredState(alias, now);
  const parts = { port: deps.port, checker };
  const observed = observedTargets(alias, { answer: deps.answer, streams: deps.streamsOf(key), now });
  checker?.want(key, wantedChecks(parts, alias, before, observed));
  const steered = steer({
    alias,
    state: before,
    targets: observed.map((target) => withStates(parts, target)),
    hasOutsideControl: hasOutsideControl(checker, observed),
    now,
  });
  const decided = { alias, before, steered };
  if (deps.isLeading()) {
    reportAsLeader(context, decided, context.carried.delete(key));
  } else {
    applyAlone(context, decided);
  }
  return steered.nextAt === undefined
    ? { requeue: "done" }
    : { requeue: { afterMs: Math.max(0, steered.nextAt - deps.clock.now()) } };
}
