import type { Millis } from "../base/clock.ts";
import type { AliasTarget, DnsAlias, ResourceTarget, SelectedStatus } from "../api/dns-alias.ts";
import { connects } from "../api/health-check.ts";
import { referenceText } from "../api/resource-ref.ts";
import { durationText } from "../api/schema/duration.ts";
import { targetNames } from "../api/target-names.ts";
import { refusedAddress } from "../dns/address/publishable.ts";
import { displayName } from "../dns/name/name.ts";
import type { Contribution } from "./contribution.ts";
import { type Fact, fact, good, invalid } from "./fact.ts";
import { selects } from "./select/applied-selection.ts";
import { rfc3339 } from "./select/annotation-time.ts";
import { pinOf } from "./select/pin.ts";
import { manualStates } from "./select/manual.ts";

/**
 * The health of each target from the status, because only the leader makes checks. Empty if the alias merges all targets without
 * a check.
 */
export function healthFacts(alias: DnsAlias): readonly Fact[] {
  const names = targetNames(alias.spec.targets);
  return selects(alias) ? alias.spec.targets.map((target, index) => healthFact(alias, target, names[index] ?? "")) : [];
}

function healthFact({ spec, status }: DnsAlias, target: AliasTarget, name: string): Fact {
  const rank = [
    ...(spec.selection === "Failover" ? [`priority ${target.priority}`] : []),
    ...(target.weight === undefined ? [] : [`weight ${target.weight}`]),
  ];
  const ranked = rank.length === 0 ? "" : ` (${rank.join(", ")})`;
  const source = sourceText(target);
  const head = `${name}${ranked}${source === name ? "" : ` ${source}`}`;
  const { health, healthTransitionTime, message } = status?.targets.find((entry) => entry.name === name) ?? {};
  const since = healthTransitionTime === undefined ? "" : ` since ${healthTransitionTime}`;
  if (!connects(target.healthCheck)) {
    const why = target.healthCheck === undefined ? "only lookups decide" : "it always counts as healthy";
    return good("target", `${head}: no health check, so ${why}`);
  }
  switch (health) {
    case undefined:
      return invalid("target", `${head}: not checked yet`);
    case "Healthy":
      return good("target", `${head}: healthy${since}`);
    case "Unhealthy":
      return invalid("target", `${head}: unhealthy${since}${message === undefined ? "" : `: ${message}`}`);
    case "Unknown":
      return invalid("target", `${head}: health unknown${since}, which counts as healthy`);
  }
}

function sourceText(target: AliasTarget): string {
  switch (target.kind) {
    case "hostname":
      return displayName(target.hostname);
    case "addresses":
      return target.addresses.join(", ");
    case "resourceRef":
      return referenceText(target.ref);
  }
}

/** The states of the objects that targets refer to. */
export function referenceFacts({ spec }: DnsAlias): readonly Fact[] {
  return spec.targets.flatMap((target) => (target.kind === "resourceRef" ? [referenceFact(spec, target)] : []));
}

function referenceFact(spec: DnsAlias["spec"], { ref, held }: ResourceTarget): Fact {
  const text = referenceText(ref);
  const finding = held?.finding;
  switch (finding?.kind) {
    case undefined:
      return invalid("target", `${text}: not read yet`);
    case "found": {
      const entries = [...finding.addresses, ...finding.hostnames.map(displayName)];
      const refused = refusedAddress(finding.addresses, spec);
      return entries.length === 0
        ? invalid("target", `${text}: the load balancer has no address`)
        : fact("target", `${text}: ${refused ?? entries.join(", ")}`, refused === undefined);
    }
    case "missing":
      return invalid("target", `${text} does not exist`);
    case "notPermitted":
      return invalid("target", `${text}: no ReferenceGrant of its namespace allows the reference`);
    case "unsupported":
    case "forbidden":
      return invalid("target", finding.message);
  }
}

/** The drained and forced targets, and the annotations with a mistake. */
export function manualFacts(alias: DnsAlias, now: Millis): readonly Fact[] {
  const { drained, forced, failbackAt, problems } = manualStates(alias, now);
  return [
    ...[...drained].map(([name, until]) =>
      invalid("target", `${name} is drained until ${rfc3339(until)}, by annotation: it counts as unhealthy`),
    ),
    ...[...forced].map(([name, until]) =>
      invalid("target", `${name} is forced until ${rfc3339(until)}, by annotation: it counts as healthy`),
    ),
    ...(failbackAt !== undefined && failbackAt > now
      ? [good("decision", `a better target is selected again at ${rfc3339(failbackAt)}, by annotation`)]
      : []),
    ...problems.map(({ message }) => invalid("target", message)),
  ];
}

/** The pin in effect with its addresses and with the addresses of the targets, or the mistake of a pin without effect. */
export function pinFacts(
  alias: DnsAlias,
  contribution: Pick<Contribution, "pin"> | undefined,
  now: Millis,
): readonly Fact[] {
  const { pin, problem } = pinOf(alias, now);
  const instead = Object.values(contribution?.pin?.instead ?? {}).flatMap(({ addresses }) => addresses);
  return [
    ...(problem === undefined ? [] : [invalid("decision", problem.message)]),
    ...(pin === undefined
      ? []
      : [
          invalid(
            "decision",
            `pinned to ${pin.label} until ${rfc3339(pin.until)}, by annotation: ${pin.addresses.join(", ")}`,
          ),
          good("decision", `without the pin: ${instead.length === 0 ? "no addresses" : instead.join(", ")}`),
        ]),
  ];
}

/** The selected targets, the time of the next selection, and the bound of a switch. */
export function selectionFacts(alias: DnsAlias, now: Millis): readonly Fact[] {
  if (!selects(alias)) {
    return [];
  }
  const { selected, switchBound } = alias.status ?? {};
  return selected === undefined
    ? [invalid("decision", "no target is selected: lookups or first health checks are running, or no controller works")]
    : [
        selectedFact(alias, selected, now),
        ...shareFacts(alias),
        ...(switchBound === undefined
          ? [fact("decision", "no switch bound: no checked target has a healthy standby", !isAnyChecked(alias))]
          : [good("decision", boundText(alias, selected, switchBound))]),
      ];
}

/** The shares of the published addresses, if the targets have weights. */
function shareFacts({ status }: DnsAlias): readonly Fact[] {
  const shares = (status?.targets ?? []).flatMap(({ name, share }) =>
    share === undefined ? [] : [{ name, ...share }],
  );
  const texts = shares.map(
    ({ name, wanted, published }) => `${name} ${published}%${wanted === published ? "" : ` instead of ${wanted}%`}`,
  );
  const isNear = shares.every(({ wanted, published }) => Math.abs(wanted - published) < NOTICED_POINTS);
  const text = `shares of the published addresses: ${texts.join(", ")}`;
  return shares.length === 0 ? [] : [isNear ? good("decision", text) : invalid("decision", text)];
}

/** The difference in percentage points from which a share is a problem. The Event SharesApproximate has the same threshold. */
const NOTICED_POINTS = 10;

function selectedFact(alias: DnsAlias, { targets, lastTransitionTime, reason }: SelectedStatus, now: Millis): Fact {
  const { spec } = alias;
  const names = targetNames(spec.targets);
  const priorityOf = (name: string): number => spec.targets[names.indexOf(name)]?.priority ?? 0;
  const current = Math.min(...targets.map(priorityOf));
  const missing =
    spec.selection === "Failover"
      ? names.filter((name) => priorityOf(name) < current)
      : names.filter((name, index) => !targets.includes(name) && spec.targets[index]?.weight !== 0);
  const { drained } = manualStates(alias, now);
  const waiting = missing.filter((name) => drained.has(name));
  const unwell = missing.filter((name) => !drained.has(name));
  const text = [
    `${targets.join(", ")} ${targets.length === 1 ? "is" : "are"} selected since ${lastTransitionTime} (${reason})`,
    ...(unwell.length === 0 ? [] : [returnText(spec, unwell)]),
    ...waiting.map((name) => `${name} can't return before the end of its drain`),
  ].join("; ");
  return missing.length === 0 ? good("decision", text) : invalid("decision", text);
}

function returnText({ selection, failback }: DnsAlias["spec"], names: readonly string[]): string {
  const [isOne, list] = [names.length === 1, names.join(", ")];
  if (selection !== "Failover") {
    return `${list} ${isOne ? "returns as soon as it is" : "return as soon as they are"} healthy`;
  }
  return failback.mode === "Manual"
    ? `${list} ${isOne ? "returns" : "return"} only if the selected targets become unhealthy, because spec.failback.mode is Manual`
    : `${list} ${isOne ? "returns after it has" : "return after they have"} been healthy for ${durationText(failback.afterMs)}, or longer after several switches`;
}

/** The switch bound, and the parts of it that the spec and the status show. */
function boundText({ spec, status }: DnsAlias, { targets }: SelectedStatus, bound: string): string {
  const names = targetNames(spec.targets);
  const checksMs = spec.targets.flatMap(({ healthCheck }, index) =>
    targets.includes(names[index] ?? "") && connects(healthCheck)
      ? [healthCheck.failureThreshold * healthCheck.periodMs + healthCheck.timeoutMs]
      : [],
  );
  const ttls = (status?.hostnames ?? []).flatMap(({ ttl }) => ttl ?? []);
  const parts = [
    ...(checksMs.length === 0 ? [] : [`${durationText(Math.max(...checksMs))} for checks`]),
    ...(ttls.length === 0 ? [] : [`${durationText(Math.max(...ttls) * 1000)} for the TTL`]),
  ];
  return `switch bound ${bound}: ${[...parts, "the rest for plan and delivery"].join(", ")}`;
}

function isAnyChecked({ spec }: DnsAlias): boolean {
  return spec.targets.some(({ healthCheck }) => connects(healthCheck));
}
