import type { Millis } from "../base/clock.ts";
import { objectKey } from "../api/meta.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import { displayName, type Name } from "../dns/name/name.ts";
import type { AliasType } from "../dns/record.ts";
import type { TargetAnswer } from "./target-answer.ts";
import type { ActualRRset, Change } from "./change.ts";
import { type Claim, refusalsOf, type ZoneMatch } from "./claims.ts";
import { changeKey } from "./diff.ts";
import { healthFacts, manualFacts, pinFacts, referenceFacts, selectionFacts } from "./explain-selection.ts";
import { type Fact, fact, good, invalid } from "./fact.ts";
import { asAllowed, ignoredMessage, ignoresPrivate, leftOutMessage } from "./domain/private-addresses.ts";
import type { ZonePlan } from "./zone-plan.ts";

export interface ExplainedZone {
  readonly zone: DnsZone;
  readonly claim: Claim | undefined;
  readonly plan: ZonePlan;
  readonly actual: readonly ActualRRset[];
  readonly changes: readonly Change[];
  readonly ownerId: string;
  readonly problem: { readonly reason: string; readonly message: string } | undefined;
}

export interface ExplainInput {
  readonly name: Name;
  /** Every alias that lists the name, and the zones that match it. */
  readonly candidates: readonly { readonly alias: DnsAlias; readonly match: ZoneMatch }[];
  readonly zones: readonly ExplainedZone[];
  readonly now: Millis;
}

/** Returns the alias, the answer, the decision, and the reasons, in the order in which dnsalias decides them. */
export function explainName({ name, candidates, zones, now }: ExplainInput): readonly Fact[] {
  const shown = displayName(name);
  if (candidates.length === 0) {
    return [invalid("claim", `no DnsAlias has the hostname ${shown}: check spec.hostnames and -n for a typing error`)];
  }
  const withoutZone = candidates.flatMap(({ alias, match }) =>
    refusalsOf(match).map(({ reason, message }) =>
      invalid("zone", `DnsAlias ${objectKey(alias.meta)}: ${reason}: ${message}`),
    ),
  );
  return [
    ...withoutZone,
    ...zones.flatMap((zone) => explainZone(name, zone, now)),
    ...candidates.flatMap(({ alias }) => [...statusFacts(alias), ...stayFacts(alias, shown)]),
  ];
}

function explainZone(name: Name, zone: ExplainedZone, now: Millis): readonly Fact[] {
  return [
    good("zone", `${displayName(name)} is in DnsZone ${objectKey(zone.zone.meta)}`),
    ...claimFacts(zone),
    ...targetFacts(zone, now),
    ...decisionFacts(name, zone),
    ...publishedFacts(name, zone),
  ];
}

function claimFacts({ claim }: ExplainedZone): readonly Fact[] {
  const winners = claim?.winners.map((alias) => objectKey(alias.meta)) ?? [];
  const losers = claim?.losers ?? [];
  return [
    ...winners.map((key) => good("claim", `DnsAlias ${key} has the name`)),
    ...losers.map(({ alias, winner }) =>
      invalid(
        "claim",
        `DnsAlias ${objectKey(alias.meta)} does not have the name: HostnameConflict with ${winner}, which is older and in another namespace`,
      ),
    ),
  ];
}

function targetFacts({ zone, claim, plan }: ExplainedZone, now: Millis): readonly Fact[] {
  return (claim?.winners ?? []).flatMap((alias) => {
    const contribution = plan.contributions.get(objectKey(alias.meta));
    const allowed = asAllowed(zone, alias);
    const fixed = allowed.spec.targets.flatMap((target) => (target.kind === "addresses" ? target.addresses : []));
    return [
      ...(contribution?.targets ?? []).flatMap(({ target, verdict, answers }) => [
        ...answers.map((answer) => answerFact(answer)),
        fact("target", `the state of ${displayName(target)} is ${verdict}`, verdict === "good"),
      ]),
      ...referenceFacts(allowed),
      ...healthFacts(alias),
      ...manualFacts(alias, now),
      ...privateFacts(zone, alias),
      ...(fixed.length === 0 ? [] : [good("target", `static addresses ${fixed.join(", ")}`)]),
      ...(contribution?.usesFallback === true
        ? [invalid("decision", "no target has addresses: spec.fallbackAddresses are used")]
        : []),
      ...selectionFacts(alias, now),
      ...pinFacts(allowed, contribution, now),
    ];
  });
}

function privateFacts(zone: DnsZone, alias: DnsAlias): readonly Fact[] {
  const zones = ignoresPrivate(zone, alias) ? [objectKey(zone.meta)] : [];
  return [leftOutMessage(zones, alias), ignoredMessage(zones, alias)].flatMap((message) =>
    message === undefined ? [] : [invalid("target", message)],
  );
}

/** One sentence about the answer for one family of a target. */
export function answerText(answer: TargetAnswer): string {
  return answerFact(answer).text;
}

function answerFact(answer: TargetAnswer): Fact {
  const { key, outcome, addresses, ttl, chain } = answer;
  const path = chain.length > 1 ? ` by ${chain.map(displayName).join(" → ")}` : "";
  const head = `${displayName(key.target)} ${key.family}${path}`;
  switch (outcome.kind) {
    case "positive":
      return good(
        "target",
        `${head}: ${addresses.join(", ")}, TTL ${ttl} s${answer.rotating ? ", changing parts of a pool: the published addresses are kept steady" : ""}`,
      );
    case "nodata":
    case "nxdomain":
      return fact(
        "target",
        `${head}: ${outcome.kind === "nodata" ? "no such record" : "no such name"}${currentState(addresses)}`,
        addresses.length === 0,
      );
    case "failure":
      return invalid("target", `${head}: ${outcome.reason}: ${outcome.detail}${currentState(addresses)}`);
    case "unknown":
      return invalid("target", `${head}: not looked up yet`);
  }
}

function currentState(addresses: readonly string[]): string {
  return addresses.length === 0 ? "" : `; the last known good addresses ${addresses.join(", ")} remain published`;
}

function decisionFacts(name: Name, { plan, problem, actual, ownerId }: ExplainedZone): readonly Fact[] {
  const stands = (family: AliasType): boolean =>
    actual.some((set) => set.name === name && set.type === family && set.owner === ownerId);
  const loop = plan.loops.get(name);
  const named = plan.names.find((entry) => entry.name === name);
  return [
    ...(problem === undefined ? [] : [invalid("decision", `${problem.reason}: ${problem.message}`)]),
    ...(loop === undefined
      ? []
      : [invalid("decision", `LoopDetected: ${loop.map(displayName).join(" → ")}; no records are modified`)]),
    ...(named?.frozen === true && loop === undefined ? [invalid("decision", "Paused: no records are modified")] : []),
    ...(named?.keepPublished ?? [])
      .filter(stands)
      .map((family) =>
        invalid(
          "decision",
          `${family === "HTTPS" ? "the target has not been read" : `the ${family} addresses of a target have not been read`} yet, so the published ${family} records remain`,
        ),
      ),
    ...(named?.sets ?? []).map((set) =>
      good("decision", `desired: ${set.type} ${set.data.join(", ")}, TTL ${set.ttl} s`),
    ),
  ];
}

function publishedFacts(name: Name, { plan, actual, changes, ownerId }: ExplainedZone): readonly Fact[] {
  const hasHttps = plan.names.some((entry) => entry.name === name && entry.sets.some(({ type }) => type === "HTTPS"));
  // An HTTPS record of another writer is irrelevant while no alias has an HTTPS record at the name.
  const here = actual.filter(
    ({ name: at, type, data, owner }) =>
      at === name && data.length > 0 && (type !== "HTTPS" || owner === ownerId || hasHttps),
  );
  const mine = changes.filter((change) => changeKey(change).startsWith(`${name} `));
  return [
    ...here.map((set) =>
      fact(
        "published",
        `${set.type} ${set.data.join(", ")}, TTL ${set.ttl} s, ${set.owner === ownerId ? "owned by this installation" : "not owned by this installation"}`,
        set.owner === ownerId,
      ),
    ),
    ...(here.length === 0 ? [invalid("published", "nothing")] : []),
    ...mine.map((change) =>
      change.kind === "refuse"
        ? invalid("change", `${change.reason}: ${change.message}`)
        : good("change", `to ${change.kind} ${changeKey(change)}`),
    ),
    ...(mine.length === 0 ? [good("change", "none: the published records are the desired ones")] : []),
  ];
}

/** The conditions in the status, because the running controller knows more than the single lookup of this command shows. */
function statusFacts(alias: DnsAlias): readonly Fact[] {
  const conditions = (alias.status?.conditions ?? []).filter(
    ({ type }) => type !== "Reconciling" && type !== "Stalled",
  );
  const bound = alias.status?.stalenessBound;
  return [
    ...conditions.map(({ type, status, reason, message }) =>
      fact("status", `${objectKey(alias.meta)} ${type}=${status} ${reason}: ${message}`, status === "True"),
    ),
    ...(bound === undefined ? [] : [good("status", `${objectKey(alias.meta)} staleness bound ${bound}`)]),
    ...(conditions.length === 0
      ? [invalid("status", `${objectKey(alias.meta)} has no status, because no controller has read it`)]
      : []),
  ];
}

/** The entries of the status for zones where records of the name remain although another zone has the name, or no zone has it. */
function stayFacts({ meta, status }: DnsAlias, hostname: string): readonly Fact[] {
  return (status?.hostnames ?? []).flatMap(({ hostname: name, zone, addresses, reason }) => {
    const text = addresses.length === 0 ? "" : `: ${addresses.join(", ")}`;
    return name === hostname && zone !== undefined && reason !== undefined
      ? [invalid("status", `${objectKey(meta)} in DnsZone ${zone}: ${reason}${text}`)]
      : [];
  });
}
