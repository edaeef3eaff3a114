import type { Millis } from "../../base/clock.ts";
import type { AliasStatus, TargetStatus } from "../../api/dns-alias.ts";
import { familyOf, parseAddress } from "../../dns/address/address.ts";
import { displayName, isHostName, parseName } from "../../dns/name/name.ts";
import { FAILURE_REASONS, type TargetKey } from "../../dns/lookup-result.ts";
import type { Family } from "../../dns/record.ts";
import { BEFORE_RESTART, type Outcome } from "../../plan/target-answer.ts";
import type { LastKnownGood } from "../../plan/hold/state.ts";

/**
 * The information of a status about one stream. A status doesn't contain the time of the last successful lookup, because it would
 * be rewritten at every TTL. A target that had addresses therefore counts as successfully looked up now. `maxStaleness` then begins
 * again, and never withdraws too early.
 */
export function lastKnownGoodOf(
  key: TargetKey,
  status: AliasStatus | undefined,
  now: Millis,
): LastKnownGood | undefined {
  const target = status?.targets.find(({ hostname }) => hostname === displayName(key.target));
  const addresses = (target?.addresses ?? []).filter(
    (text) => parseAddress(text) === text && familyOf(text) === key.family,
  );
  if (target === undefined || addresses.length === 0) {
    return undefined;
  }
  const outcome = outcomeOf(target, key);
  const since = Date.parse(target.lastTransitionTime);
  const sinceMs = Number.isNaN(since) ? now : since;
  return {
    addresses,
    ttl: target.ttl ?? 0,
    chain: target.chain.filter(isHostName).map(parseName),
    since: sinceMs,
    outcome,
    lastSuccessAt: outcome.kind === "failure" ? sinceMs : now,
    publishedAt: publishedAt(status),
  };
}

/**
 * The time of the latest change of the published addresses. Infinity: one of the RRsets has no time. -Infinity: nothing is published, so the
 * status can be of any age.
 */
function publishedAt(status: AliasStatus | undefined): Millis {
  const published = (status?.hostnames ?? []).filter(({ addresses }) => addresses.length > 0);
  const latest = Math.max(...published.map(({ publishedTime = "" }) => Date.parse(publishedTime)));
  return Number.isNaN(latest) ? Infinity : latest;
}

/**
 * Returns the outcome of one family. A status has one text for both families, such as "Positive", "A Positive, AAAA NoData", or
 * "Failure: servfail".
 */
export function outcomeWord({ outcome }: TargetStatus, family: Family): string {
  const own = outcome.split(", ").find((part) => part.startsWith(`${family} `));
  return own?.slice(family.length + 1) ?? outcome;
}

/** Any text other than a failure counts as positive, because there are addresses. */
function outcomeOf(target: TargetStatus, { family }: TargetKey): Outcome {
  const word = outcomeWord(target, family);
  const reason = FAILURE_REASONS.find((candidate) => word === `Failure: ${candidate}`);
  if (reason !== undefined) {
    return { kind: "failure", reason, detail: BEFORE_RESTART };
  }
  return { kind: "positive" };
}
