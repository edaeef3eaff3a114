import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { answerText, explainName, type ExplainedZone } from "../../plan/explanation.ts";
import { type Fact, good, invalid } from "../../plan/fact.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ZonePreview } from "./zone-preview.ts";

export interface HostnameInput {
  readonly hostname: Name;
  readonly snapshot: Snapshot;
  /** The zones of the hostname. */
  readonly previews: readonly ZonePreview[];
  readonly ownerId: string;
  /** Only aliases of these namespaces. Empty: all namespaces. */
  readonly namespaces: readonly string[];
  /** Lookups of this machine, which only inform. Empty if the other answers are from this machine. */
  readonly here: readonly TargetAnswer[];
  readonly now: Millis;
}

/** The facts about one hostname. */
export function hostnameFacts(input: HostnameInput): readonly Fact[] {
  const { hostname, snapshot, previews, ownerId, here, now } = input;
  const candidates = candidatesOf(input);
  const facts = explainName({
    name: hostname,
    candidates: candidates.map((alias) => ({ alias, match: snapshot.store.matchOf(alias, hostname) })),
    zones: candidates.length === 0 ? [] : previews.map((preview) => explained(preview, input, ownerId)),
    now,
  });
  const lookups = here.map((answer) => good("from here", `${answerText(answer)}; only to compare, not used`));
  return [...invalidFacts(input), ...facts, ...lookups];
}

/** The aliases that list the hostname. */
function candidatesOf({ snapshot, hostname, namespaces }: HostnameInput): readonly DnsAlias[] {
  return [...snapshot.store.aliases()].filter(
    ({ meta, spec }) =>
      spec.hostnames.includes(hostname) && (namespaces.length === 0 || namespaces.includes(meta.namespace)),
  );
}

/** DnsAliases with the hostname that the controller can't read. They can be the reason why a name doesn't change. */
function invalidFacts({ snapshot, hostname, namespaces }: HostnameInput): readonly Fact[] {
  return snapshot.invalid
    .filter(({ kind, key, hostnames }) => {
      const isInNamespace = namespaces.length === 0 || namespaces.includes(key.split("/")[0] ?? "");
      return kind === "DnsAlias" && hostnames?.includes(hostname) === true && isInNamespace;
    })
    .map(({ key, problems }) =>
      invalid(
        "claim",
        `DnsAlias ${key} has the hostname ${displayName(hostname)} too, but is invalid: ${problems.join("; ")}`,
      ),
    );
}

function explained(
  { zone, plan, outcome }: ZonePreview,
  { snapshot, hostname }: HostnameInput,
  ownerId: string,
): ExplainedZone {
  return {
    zone,
    claim: snapshot.store.claimsIn(objectKey(zone.meta)).get(hostname),
    plan,
    ownerId,
    actual: outcome.kind === "planned" ? outcome.actual : [],
    changes: outcome.kind === "planned" ? outcome.proposal.changes : [],
    problem: outcome.kind === "problem" ? outcome : outcome.inputProblem,
  };
}
