import type { Clock, Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { lookupNames } from "../../api/target-names.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { TargetKey, ViewId } from "../../dns/lookup-result.ts";
import { FAMILIES, type Family } from "../../dns/record.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import type { Claim } from "../../plan/claims.ts";
import type { AppliedSelection } from "../../plan/select/applied-selection.ts";
import { createBucketTables } from "../../plan/select/buckets.ts";
import { pinOf } from "../../plan/select/pin.ts";
import { loopOf } from "../../plan/loop.ts";
import type { AnswerSource, LiveAnswer, LiveQuestion } from "../../responder/answer-source.ts";
import type { Lookup } from "../../resolver/lookup.ts";
import type { LiveInput } from "./live-answer-rules.ts";
import { answerByWeight, type TableOf } from "./weighted-answer.ts";
import type { EarliestSwitch } from "../../plan/health/earliest-switch.ts";
import type { Refresher } from "../lookup/refresher.ts";
import type { Store } from "../inventory/store.ts";
import { createSubnetLookups, type SubnetLookups } from "./subnet-lookups.ts";

export interface LiveAnswersDeps {
  readonly store: Pick<Store, "claimsIn" | "zonesOfName" | "unreadHostnames">;
  readonly refresher: Pick<Refresher, "lookUpNow" | "live" | "answer">;
  /** For a name that moves to another zone: the aliases that the old zone's answers follow until the new zone is served. */
  readonly leavingClaim: (zone: DnsZone, name: Name) => Claim | undefined;
  /** The DnsZone that the responder serves for a domain. */
  readonly servedZone: (domain: Name) => DnsZone | undefined;
  readonly viewIdOf: (zone: DnsZone, alias: DnsAlias) => ViewId;
  /** The wildcards of aliases that answer for a name without an alias. */
  readonly wildcardsOf: (name: Name) => readonly Name[];
  /** The selection of an alias that selects among its targets. Undefined: it merges them all. */
  readonly selectionOf: (alias: DnsAlias) => AppliedSelection | undefined;
  /**
   * The earliest time at which health checks can remove an address of these targets from the answers. Undefined: the targets have
   * no checks.
   */
  readonly earliestSwitch: (alias: DnsAlias, targets: ReadonlySet<string>) => EarliestSwitch | undefined;
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** Called when a lookup starts for a query of one network. */
  readonly onQuestion: () => void;
}

/** A DNS client gets an answer within 1.8 s (RFC 8767 5). This time includes the path through a worker. */
const PATIENCE_MS: Millis = 1_700;

/** Returns answers at query time from the inventory and the lookup streams. */
export function createLiveAnswers(deps: LiveAnswersDeps): AnswerSource {
  const context: LiveContext = { deps, subnets: createSubnetLookups(deps), tableOf: createBucketTables() };
  return { live: (question) => live(context, question) };
}

interface LiveContext {
  readonly deps: LiveAnswersDeps;
  readonly subnets: SubnetLookups;
  readonly tableOf: TableOf;
}

interface LiveQuery {
  readonly question: LiveQuestion;
  readonly zone: DnsZone;
  readonly winners: readonly DnsAlias[];
}

async function live({ deps, subnets, tableOf }: LiveContext, question: LiveQuestion): Promise<LiveAnswer | undefined> {
  const zone = deps.servedZone(question.zone);
  const winners = zone === undefined ? [] : winnersOf(deps, zone, question.name);
  if (zone === undefined) {
    return undefined;
  }
  if (winners.length === 0) {
    return unreadAnswer(deps, zone, question);
  }
  const queries = { question, zone, winners };
  if (winners.every(({ spec }) => !spec.paused)) {
    await withinPatience(deps.clock, bringUp(deps, subnets, queries));
  }
  const { subnet } = question;
  let scope = 0;
  const input: LiveInput = {
    zone,
    winners,
    name: question.name,
    family: question.family,
    resultOf(alias, target, family) {
      const key = keyOf(deps, zone, alias, target, family);
      const shared = deps.refresher.live(key, alias.meta.namespace);
      const own = subnet === undefined || shared === undefined ? undefined : subnets.read(key, subnet, shared);
      if (subnet !== undefined && family === question.family) {
        // A general answer is also limited to this network, because other networks may get an answer of their own (RFC 7871 7.3.1).
        scope = Math.max(scope, own?.scope ?? subnet.prefix);
      }
      return own ?? shared;
    },
    selectionOf: deps.selectionOf,
    earliestSwitch: deps.earliestSwitch,
    loops: leadsBack(deps, zone, question.name),
    now: deps.clock.now(),
  };
  const answer = answerByWeight(input, tableOf);
  return subnet === undefined ? answer : withScope(answer, scope, subnet);
}

/** The maximum interval between two looks at an alias that can't be read. */
const UNREAD_MS: Millis = 5_000;

/** The published records of an alias that can't be read remain, and are unknown. Undefined: no such alias has the name. */
function unreadAnswer(
  { store, clock }: Pick<LiveAnswersDeps, "store" | "clock">,
  zone: DnsZone,
  { name, family }: LiveQuestion,
): LiveAnswer | undefined {
  const detail = `${displayName(name)} ${family}: the DnsAlias can't be read`;
  return store.unreadHostnames(objectKey(zone.meta)).includes(name)
    ? { kind: "failed", refreshAt: clock.now() + UNREAD_MS, detail }
    : undefined;
}

/** With weights, the answer depends on the client's network, even if the answer of the target doesn't. */
function withScope(answer: LiveAnswer, scope: number, { prefix }: Subnet): LiveAnswer {
  return answer.kind === "weighted"
    ? { ...answer, choices: answer.choices.map((choice) => ({ ...choice, scope: Math.max(scope, prefix) })) }
    : { ...answer, scope };
}

function winnersOf(
  { store, leavingClaim }: Pick<LiveAnswersDeps, "store" | "leavingClaim">,
  zone: DnsZone,
  name: Name,
): readonly DnsAlias[] {
  return (store.claimsIn(objectKey(zone.meta)).get(name) ?? leavingClaim(zone, name))?.winners ?? [];
}

/** Waits for the necessary lookups. Undefined: none is necessary. */
function bringUp(
  deps: LiveAnswersDeps,
  subnets: SubnetLookups,
  { question, zone, winners }: LiveQuery,
): Promise<unknown> | undefined {
  const { family, subnet } = question;
  const followed = winners.filter((alias) => pinOf(alias, deps.clock.now()).pin === undefined);
  const waits = followed.flatMap((alias) =>
    alias.spec.targets.flatMap(lookupNames).flatMap((hostname) => {
      const wait = alias.spec.families.includes(family)
        ? bringUpTarget(deps, subnets, { alias, family, subnet, key: keysOf(deps, zone, alias, hostname) })
        : undefined;
      return wait === undefined ? [] : [wait];
    }),
  );
  return waits.length === 0 ? undefined : Promise.all(waits);
}

/**
 * Makes the necessary lookups of one target. If the answer is empty and the other family has no result, that family is looked up
 * too. Its result shows whether the target exists.
 */
function bringUpTarget(
  { refresher }: LiveAnswersDeps,
  subnets: SubnetLookups,
  { alias, key, family, subnet }: LiveTarget,
): Promise<unknown> | undefined {
  const other = FAMILIES.find((one) => one !== family && alias.spec.families.includes(one));
  const lookUpForSubnet = (): Promise<void> | undefined => {
    const kind = refresher.answer(key(family))?.outcome.kind;
    if (other === undefined || (kind !== "nodata" && kind !== "nxdomain")) {
      return undefined;
    }
    const running = refresher.lookUpNow(key(other));
    return refresher.answer(key(other))?.outcome.kind === "unknown" ? running : undefined;
  };
  const lookUpShared = (): Promise<unknown> | undefined => {
    const first = refresher.lookUpNow(key(family));
    return first === undefined ? lookUpForSubnet() : first.then(lookUpForSubnet);
  };
  if (subnet === undefined) {
    return lookUpShared();
  }
  const hasOwn = (): boolean => {
    const shared = refresher.live(key(family));
    return shared !== undefined && subnets.read(key(family), subnet, shared) !== undefined;
  };
  const own = subnets.lookUp(key(family), subnet);
  const unlessOwn = (): Promise<unknown> | undefined => (hasOwn() ? undefined : lookUpShared());
  return own === undefined ? unlessOwn() : own.then(unlessOwn);
}

interface LiveTarget {
  readonly alias: DnsAlias;
  readonly family: Family;
  readonly subnet: Subnet | undefined;
  readonly key: (family: Family) => TargetKey;
}

async function withinPatience(clock: Clock, work: Promise<unknown> | undefined): Promise<void> {
  if (work === undefined) {
    return;
  }
  const done = new AbortController();
  const patience = clock.sleep(PATIENCE_MS, done.signal).catch(() => undefined);
  await Promise.race([work, patience]);
  done.abort();
}

function keyOf(deps: LiveAnswersDeps, zone: DnsZone, alias: DnsAlias, target: Name, family: Family): TargetKey {
  return { target, family, view: deps.viewIdOf(zone, alias) };
}

function keysOf(deps: LiveAnswersDeps, zone: DnsZone, alias: DnsAlias, target: Name): (family: Family) => TargetKey {
  return (family) => keyOf(deps, zone, alias, target, family);
}

/** True if the name leads back to itself, by the rule that also applies to published records. */
function leadsBack(deps: LiveAnswersDeps, zone: DnsZone, name: Name): boolean {
  const { store, refresher, wildcardsOf } = deps;
  const loop = loopOf(name, {
    claimantsOf: (of) => [...store.zonesOfName(of)].flatMap((key) => store.claimsIn(key).get(of)?.winners ?? []),
    wildcardsOf,
    chainOf: (alias, target, family) =>
      refresher.answer(keyOf(deps, zone, alias, target, family), alias.meta.namespace)?.chain ?? [],
  });
  return loop !== undefined;
}
