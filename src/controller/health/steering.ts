import type { Clock, Millis, Random } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { TargetKey } from "../../dns/lookup-result.ts";
import type { Name } from "../../dns/name/name.ts";
import { type EarliestSwitch, followedSwitch } from "../../plan/health/earliest-switch.ts";
import { type AppliedSelection, selectionFromStatus, selects } from "../../plan/select/applied-selection.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { createWorkQueue, type Requeue } from "../../schedule/work-queue.ts";
import type { HealthCheckPort } from "../ports/checks.ts";
import type { Observer } from "../ports/observer.ts";
import type { ReportedEvent } from "../ports/reporter.ts";
import type { VotePort } from "../ports/votes.ts";
import type { Checker } from "./check/checker.ts";
import { checkedSwitch } from "./checked-switch.ts";
import { observedTargets } from "./observed-targets.ts";
import { permittedChecks } from "./check/permitted-checks.ts";
import { steer, type Steered } from "./steer.ts";
import { steeringEvents } from "./steering-events.ts";
import { type Decision, isDisputed, isOnStandby, restoredState, type SteeringState } from "./steering-state.ts";
import { recordServed, type ServedRecords, type UnservedSwitches } from "./switch-times.ts";
import { hasOutsideControl, lastSuccessOf, wantedChecks, withStates } from "./target-checks.ts";
import { createVotedChecker, type VotedChecker } from "./voted-checker.ts";

/** Selects among the targets of aliases and checks their addresses, while this replica leads. Other replicas follow the statuses. */
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
  /** Restarts from the statuses, because a term begins or ends. */
  reset(): void;
  run(signal: AbortSignal): Promise<void>;
  /** The number of remembered aliases and checks. */
  size(): number;
  heartbeats(): ReadonlyMap<string, Millis>;
}

export interface SteeringDeps {
  readonly port: HealthCheckPort | undefined;
  /** Undefined: there are no other replicas. */
  readonly votes: VotePort | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly observer: Observer;
  readonly isLeading: () => boolean;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
  readonly streamsOf: (key: ObjectKey) => Iterable<TargetKey>;
  readonly answer: (key: TargetKey, namespace: string) => TargetAnswer | undefined;
  /** A hostname of the alias that another alias has too. Undefined: there is none. */
  readonly sharedHostname: (alias: DnsAlias) => Name | undefined;
  readonly onEvent: (alias: DnsAlias, event: ReportedEvent) => void;
  /** Called when the published addresses change. `lastSuccessAt`: for a switch, when a check last reached the former targets. */
  readonly onChanged: (alias: DnsAlias, lastSuccessAt: Millis | undefined) => void;
  /** Called when the status may change. */
  readonly onDecided: (alias: DnsAlias) => void;
}

const ALIASES_AT_ONCE = 8;

interface Context {
  readonly deps: SteeringDeps;
  readonly states: Map<ObjectKey, SteeringState>;
  readonly checker: Checker | undefined;
  readonly secondOpinion: VotedChecker["secondOpinion"];
  readonly unserved: UnservedSwitches;
  /** The selections, as text, that this replica follows while another one leads. */
  readonly followed: Map<ObjectKey, string>;
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
  const checks = { port, votes, clock, log, observer, mayCheck: isLeading, onChange: touch, aliasOf, stateOf };
  const { checker, secondOpinion } =
    port === undefined ? { checker: undefined, secondOpinion: undefined } : createVotedChecker({ ...checks, port });
  const context: Context = { deps, states, checker, secondOpinion, unserved: new Map(), followed: new Map() };
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
    reset() {
      context.states.clear();
      context.unserved.clear();
      context.followed.clear();
      checker?.reset();
      secondOpinion?.reset();
    },
    run: async (signal) => {
      await Promise.all([queue.run(signal), checker?.run(signal), secondOpinion?.run(signal)]);
    },
    size: () => context.states.size + (checker?.size() ?? 0),
    heartbeats: () =>
      new Map([
        ["steering", queue.heartbeatAt()],
        ...(checker === undefined ? [] : [["checks", checker.heartbeatAt()] as const]),
      ]),
  };
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
function follow({ deps, followed }: Context, key: ObjectKey, alias: DnsAlias | undefined): void {
  if (alias === undefined || deps.isLeading() || !selects(alias)) {
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

function selectionOf({ deps, states }: Context, original: DnsAlias): AppliedSelection | undefined {
  const { alias } = permittedChecks(original, deps.port);
  if (!selects(alias)) {
    return undefined;
  }
  const decision = deps.isLeading() ? states.get(objectKey(alias.meta))?.decision : undefined;
  return decision?.applied ?? selectionFromStatus(alias);
}

function switchOf(
  { deps, states, checker, secondOpinion }: Context,
  original: DnsAlias,
  targets: ReadonlySet<string>,
): EarliestSwitch | undefined {
  const { alias } = permittedChecks(original, deps.port);
  const now = deps.clock.now();
  const decision = deps.isLeading() ? states.get(objectKey(alias.meta))?.decision : undefined;
  return decision === undefined || checker === undefined
    ? followedSwitch(alias, targets, { now, isAsked: secondOpinion?.isAsked(objectKey(alias.meta)) === true })
    : checkedSwitch(decision, targets, checker, now);
}

function decide(context: Context, key: ObjectKey): Requeue {
  const { deps, states, checker } = context;
  const original = deps.aliasOf(key);
  const alias = original && permittedChecks(original, deps.port).alias;
  if (alias === undefined || alias.meta.deletedAt !== undefined || !selects(alias) || !deps.isLeading()) {
    const isMergedAgain = states.delete(key) && alias !== undefined && deps.isLeading();
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
  const { events, state } = steeringEvents({ alias, before, sharedHostname: deps.sharedHostname(alias), now }, steered);
  states.set(key, state);
  events.forEach((event) => deps.onEvent(alias, event));
  report(context, alias, steered);
  return steered.nextAt === undefined
    ? { requeue: "done" }
    : { requeue: { afterMs: Math.max(0, steered.nextAt - deps.clock.now()) } };
}

function report(
  { deps, checker, unserved }: Context,
  alias: DnsAlias,
  { decision, switched, isChanged }: Steered,
): void {
  const key = objectKey(alias.meta);
  if (switched !== undefined) {
    const { from, to } = switched;
    deps.observer.switched(to.reason);
    deps.log.info({ alias: key, from: from.targets, to: to.targets, reason: to.reason }, "other targets selected");
  }
  deps.observer.steered(key, {
    targets: new Map(decision.targets.map(({ target, health }) => [target.name, health])),
    isDisputed: decision.targets.some(isDisputed),
    isOnStandby: isOnStandby(alias, decision),
    isAllUnhealthy: decision.selection.isAllUnhealthy,
    drains: decision.manual.drained.size,
  });
  const lastSuccessAt = switched && checker && lastSuccessOf(checker, decision, switched);
  if (switched?.to.reason === "FailedOver" && lastSuccessAt !== undefined) {
    unserved.set(key, { at: deps.clock.now(), lastSuccessAt });
  }
  if (isChanged) {
    deps.onChanged(alias, lastSuccessAt);
  }
  deps.onDecided(alias);
}
