import { byCodeUnit } from "../../base/order.ts";
import { targetNames } from "../../api/target-names.ts";
import type { AliasStatus, AliasTarget, DnsAlias, HostnameStatus, TargetStatus } from "../../api/dns-alias.ts";
import { referenceText } from "../../api/resource-ref.ts";
import { type Finding, summarize } from "../../api/condition/summarize.ts";
import { addressSet, parseAddress } from "../../dns/address/address.ts";
import { displayName } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { outcomeOf, type TargetVerdict } from "../../plan/target-outcome.ts";
import type { AliasFacts, NameInZone } from "./alias-facts.ts";
import {
  acceptedCondition,
  invalidCondition,
  outcomeText,
  resolvedCondition,
  targetVerdicts,
} from "./alias-conditions.ts";
import { formerStatuses } from "./former-places.ts";
import { referenceStatuses } from "./field/reference-status.ts";
import { healthyCondition } from "./field/healthy-condition.ts";
import { nextHistory } from "./history.ts";
import { selectionStatus, withHealth } from "./field/selection-fields.ts";
import { time } from "./field/time.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import { boundText } from "./field/bound.ts";
import { stalenessBoundMs } from "./staleness-bound.ts";
import { programmedCondition } from "./programmed-condition.ts";
import {
  addressesPerEntry,
  cutList,
  MAX_ADDRESSES,
  MAX_HOSTNAMES,
  MAX_TARGETS,
  summaryText,
} from "./field/status-limits.ts";
import { refusedEntries, stayingEntries } from "./staying-names.ts";

/**
 * Returns the desired status of an alias. Equal facts lead to equal values, including times, so a status is written only after a
 * change. A refresh doesn't change the status. With an invalid edit, the facts are from the previous version, which is still
 * served.
 */
export function aliasStatus(facts: AliasFacts, invalidEdit: InvalidObject | undefined): AliasStatus {
  const { alias, now } = facts;
  const previous = alias.status;
  const generation = invalidEdit?.generation ?? alias.meta.generation;
  const conditions = summarize({
    accepted: invalidEdit === undefined ? acceptedCondition(facts) : invalidCondition(invalidEdit),
    resolved: resolvedCondition(facts),
    programmed: programmedCondition(facts),
    healthy: healthyFinding(facts),
    paused: alias.spec.paused,
    generation,
    previous: previous?.conditions ?? [],
    now,
  });
  const hostnames = hostnameStatuses(facts);
  const targets = withHealth(alias, targetStatuses(facts), facts.steering, firstPublished(facts)).slice(0, MAX_TARGETS);
  const history = nextHistory(facts);
  const bound = boundText(stalenessBoundMs(facts), previous?.stalenessBound, 1000);
  return {
    observedGeneration: generation,
    conditions,
    hostnames,
    targets,
    ...selectionStatus(alias, facts.inZones, facts.steering),
    ...(bound === undefined ? {} : { stalenessBound: bound }),
    ...(history === undefined ? {} : { history }),
    summary: summaryOf(
      facts,
      hostnames.filter((entry) => facts.unlisted?.includes(entry) !== true),
    ),
  };
}

/** The Healthy condition. A paused alias keeps its condition, because its health isn't checked. */
function healthyFinding({ alias, steering }: AliasFacts): Finding | undefined {
  const previous = alias.status?.conditions.find(({ type }) => type === "Healthy");
  return steering === undefined
    ? alias.spec.paused
      ? previous
      : undefined
    : healthyCondition(alias, steering.decision);
}

/**
 * The addresses of the first published hostname. All hostnames of an alias have the same addresses, except hostnames that are
 * shared with other aliases.
 */
function firstPublished({ inZones }: AliasFacts): readonly string[] {
  return inZones.find(({ published }) => published.length > 0)?.published.flatMap(({ data }) => data) ?? [];
}

function hostnameStatuses(facts: AliasFacts): readonly HostnameStatus[] {
  const maxAddresses = addressesPerEntry(facts.inZones.length);
  const placed = facts.inZones.slice(0, MAX_HOSTNAMES).map((inZone) => hostnameStatus(facts, inZone, maxAddresses));
  const withoutZone = facts.withoutZone.flatMap((name) => stayingEntries(facts.alias, name));
  const refused = refusedEntries(facts.refused ?? [], (hostname, zone) =>
    facts.inZones.some((one) => one.hostname === hostname && one.zone === zone),
  );
  const current = [...placed, ...withoutZone, ...refused, ...formerStatuses(facts)].slice(0, MAX_HOSTNAMES);
  const isListed = ({ hostname, zone }: HostnameStatus): boolean =>
    current.some((entry) => entry.hostname === hostname && entry.zone === zone);
  const unlisted = (facts.unlisted ?? []).filter((entry) => !isListed(entry)).slice(0, MAX_HOSTNAMES - current.length);
  return [...current, ...unlisted].sort((a, b) => byCodeUnit(a.hostname, b.hostname));
}

function hostnameStatus({ alias }: AliasFacts, inZone: NameInZone, maxAddresses: number): HostnameStatus {
  const hostname = displayName(inZone.hostname);
  const previous = alias.status?.hostnames.find((entry) => entry.hostname === hostname && entry.zone === inZone.zone);
  // Until this process has read the zone, the entry keeps the records that an earlier process published.
  const unread = inZone.isUnread === true ? previous : undefined;
  const addresses = unread?.addresses ?? cutList(addressSet(inZone.published.flatMap((set) => set.data)), maxAddresses);
  const ttl = unread === undefined ? lowestTtl(inZone.published) : unread.ttl;
  const same = previous !== undefined && previous.ttl === ttl && previous.addresses.join() === addresses.join();
  const publishedTime =
    same && previous.publishedTime !== undefined ? previous.publishedTime : timeOrNone(inZone.publishedAt);
  const reason = inZone.lostTo === undefined ? inZone.refusal?.reason : "HostnameConflict";
  return {
    hostname,
    zone: inZone.zone,
    addresses,
    ...(ttl === undefined ? {} : { ttl }),
    ...(publishedTime === undefined || addresses.length === 0 ? {} : { publishedTime }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function lowestTtl(published: readonly ActualRRset[]): Seconds | undefined {
  return published.length === 0 ? undefined : Math.min(...published.map((set) => set.ttl));
}

function targetStatuses(facts: AliasFacts): readonly TargetStatus[] {
  const previous = facts.alias.status?.targets ?? [];
  const names = namesByHostname(facts.alias);
  const known = targetVerdicts(facts).map((verdict) => targetStatus(verdict, previous));
  const lookups = [...known, ...withoutLookups(facts, previous, known)]
    .map((target) => ({ ...target, name: names.get(target.hostname) ?? target.hostname }))
    .sort((a, b) => byCodeUnit(a.hostname, b.hostname));
  const references = referenceStatuses(facts.alias, lookups, facts.now);
  const taken = new Set(references.map(({ name }) => name));
  return [...references, ...lookups.filter(({ name }) => !taken.has(name))];
}

/**
 * The name of the target for each hostname. If two targets have one hostname, they share a lookup, and the first target's name is
 * used.
 */
function namesByHostname({ spec: { targets } }: DnsAlias): ReadonlyMap<string, string> {
  const names = targetNames(targets);
  const named = targets.flatMap((target, index) =>
    target.kind === "hostname" ? [[displayName(target.hostname), names[index] ?? ""] as const] : [],
  );
  return new Map(named.reverse());
}

interface LookupStatus extends Omit<TargetStatus, "name"> {
  readonly hostname: string;
}

/**
 * The statuses of targets that no hostname of the alias looks up. If records remain in an unreadable zone, the last known good
 * addresses are kept until the zone is readable again. Present answers for the target replace them.
 */
function withoutLookups(
  facts: AliasFacts,
  previous: readonly TargetStatus[],
  known: readonly LookupStatus[],
): readonly LookupStatus[] {
  const { alias, withoutZone } = facts;
  const targets = new Set(
    alias.spec.targets.flatMap((one) => (one.kind === "hostname" ? displayName(one.hostname) : [])),
  );
  const hosts = new Set(known.map(({ hostname }) => hostname));
  return withoutZone.some(({ stays }) => stays !== undefined)
    ? previous.flatMap((target) => {
        const { hostname } = target;
        return hostname !== undefined && targets.has(hostname) && !hosts.has(hostname)
          ? [followedStatus(facts, hostname, previous) ?? { ...target, hostname }]
          : [];
      })
    : [];
}

/** The status of a target by its present answers. Undefined: it has none. */
function followedStatus(
  { alias, answers = [], now }: AliasFacts,
  hostname: string,
  previous: readonly TargetStatus[],
): LookupStatus | undefined {
  const own = answers.filter(({ key }) => displayName(key.target) === hostname);
  const target = own[0]?.key.target;
  if (target === undefined) {
    return undefined;
  }
  const outcome = outcomeOf(alias, target, (_target, family) => own.find(({ key }) => key.family === family), now);
  return outcome.verdict === "resolving" ? undefined : targetStatus({ target, ...outcome }, previous);
}

function targetStatus({ target, verdict, answers }: TargetVerdict, previous: readonly TargetStatus[]): LookupStatus {
  // Withdrawn addresses must not return from the status after a restart.
  const withData = answers.filter((answer) => counts(answer, verdict));
  const outcome = outcomesText(answers);
  const before = previous.find(({ hostname }) => hostname === displayName(target));
  const chain = (withData[0] ?? answers[0])?.chain ?? [];
  return {
    hostname: displayName(target),
    chain: chain.map(displayName),
    addresses: cutList(addressSet(withData.flatMap((answer) => answer.addresses)), MAX_ADDRESSES),
    ...(withData.length === 0 ? {} : { ttl: Math.min(...withData.map((answer) => answer.ttl)) }),
    outcome,
    lastTransitionTime:
      before?.outcome === outcome
        ? before.lastTransitionTime
        : time(Math.max(0, ...answers.map((answer) => answer.since))),
    ...(answers.some((answer) => answer.rotating) ? { rotating: true } : {}),
  };
}

function counts(answer: TargetAnswer, verdict: TargetVerdict["verdict"]): boolean {
  if (verdict === "withdrawn-empty" || verdict === "stale-withdrawn") {
    return false;
  }
  return answer.addresses.length > 0 && (answer.emptySince === undefined || verdict === "held-empty");
}

/** One outcome if the families agree, or if one has addresses and the other one has none. Otherwise one outcome for each family. */
function outcomesText(answers: readonly TargetAnswer[]): string {
  const texts = [...new Set(answers.map((answer) => outcomeText(answer.outcome)))];
  const unlikely = texts.filter((text) => text !== "NoData");
  if (texts.length === 1 || (unlikely.length === 1 && unlikely[0] === "Positive")) {
    return unlikely[0] ?? texts[0] ?? "Unknown";
  }
  return answers.map((answer) => `${answer.key.family} ${outcomeText(answer.outcome)}`).join(", ") || "Unknown";
}

function summaryOf(facts: AliasFacts, hostnames: readonly HostnameStatus[]): NonNullable<AliasStatus["summary"]> {
  const { alias } = facts;
  const ttls = hostnames.flatMap(({ ttl }) => ttl ?? []);
  const targets = alias.spec.targets.flatMap(targetTexts);
  return {
    targets: summaryText(targets),
    addresses: summaryText(publishedAddresses(facts, hostnames)),
    ...(ttls.length === 0 ? {} : { ttl: Math.min(...ttls) }),
  };
}

function targetTexts(target: AliasTarget): readonly string[] {
  switch (target.kind) {
    case "hostname":
      return [displayName(target.hostname)];
    case "addresses":
      return target.addresses;
    case "resourceRef":
      return [referenceText(target.ref)];
  }
}

/** The entries of a status can be cut. The complete addresses come from the alias's zones. */
function publishedAddresses({ inZones }: AliasFacts, hostnames: readonly HostnameStatus[]): readonly string[] {
  const listed = hostnames.flatMap(({ addresses }) => addresses).filter((text) => parseAddress(text) !== undefined);
  return addressSet([...listed, ...inZones.flatMap(({ published }) => published.flatMap(({ data }) => data))]);
}

function timeOrNone(at: number | undefined): string | undefined {
  return at === undefined ? undefined : time(at);
}
