import { addressSet, familyOf } from "../dns/address/address.ts";
import type { Family, Seconds } from "../dns/record.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Millis } from "../base/clock.ts";
import type { TargetAnswer } from "./target-answer.ts";
import { type AnswerOf, mayStandBehindPublished, outcomeOf, type TargetVerdict } from "./target-outcome.ts";

/** What one alias brings to each of its owner names, and what it may not take away. */
export interface Contribution {
  /** By family; a family without addresses is absent. */
  readonly sets: ContributedSets;
  /** The same without the last known good addresses of targets that were not read in this term, or that only a status has; absent: there are none. */
  readonly setsRead?: ContributedSets;
  /** The families of which some target was not read in this term, or never well. Addresses that are published in them may be its own: see `inherited/`. */
  readonly keepPublished: readonly Family[];
  readonly usesFallback: boolean;
  /** When this contribution is another one though nothing was heard: the next moment at which last-good becomes stale. */
  readonly changesAt?: Millis;
  readonly targets: readonly TargetVerdict[];
}

/** Addresses by family; a family without addresses is absent. TTLs are before clamping. */
type ContributedSets = Readonly<
  Partial<Record<Family, { readonly addresses: readonly string[]; readonly ttl: Seconds }>>
>;

/** A target without an address may have one again at any time: resolvers must not keep a set without it for the whole `ttl.max` of static addresses. */
const INCOMPLETE_TTL: Seconds = 60;

/** Applies the alias's policies to what its targets answered. Static addresses always count. TTLs are before clamping. */
export function contributionOf(alias: DnsAlias, answerOf: AnswerOf, now: Millis): Contribution {
  const verdicts: TargetVerdict[] = [];
  const contributing: TargetAnswer[] = [];
  let usesFallback = false;
  let maxTtl: Seconds = Infinity;
  for (const target of alias.spec.targets) {
    if (target.kind === "addresses") {
      continue;
    }
    const outcome = outcomeOf(alias, target.hostname, answerOf, now);
    verdicts.push({ target: target.hostname, verdict: outcome.verdict, answers: outcome.answers });
    usesFallback ||= outcome.fallback;
    contributing.push(...outcome.contributing);
    maxTtl = outcome.contributing.length === 0 ? INCOMPLETE_TTL : maxTtl;
  }
  const statics = alias.spec.targets.flatMap((target) => (target.kind === "addresses" ? target.addresses : []));
  const found = setsOf(alias, { statics, answers: contributing, maxTtl });
  const empty = Object.keys(found).length === 0;
  const read = contributing.filter(({ unread, isRestored }) => unread === undefined && isRestored !== true);
  return {
    sets: empty && usesFallback ? setsOf(alias, { statics: alias.spec.fallbackAddresses, answers: [], maxTtl }) : found,
    ...(read.length === contributing.length ? {} : { setsRead: setsOf(alias, { statics, answers: read, maxTtl }) }),
    keepPublished: alias.spec.families.filter((family) =>
      verdicts.some((verdict) => mayStandBehindPublished(verdict, family)),
    ),
    usesFallback: empty && usesFallback,
    ...staleNext(alias, verdicts, now),
    targets: verdicts,
  };
}

interface SetParts {
  readonly statics: readonly string[];
  readonly answers: readonly TargetAnswer[];
  readonly maxTtl: Seconds;
}

function setsOf({ spec }: DnsAlias, { statics, answers, maxTtl }: SetParts): Contribution["sets"] {
  const sets: Partial<Record<Family, { addresses: readonly string[]; ttl: Seconds }>> = {};
  for (const family of spec.families) {
    const own = answers.filter(({ key, addresses }) => key.family === family && addresses.length > 0);
    const addresses = [
      ...statics.filter((address) => familyOf(address) === family),
      ...own.flatMap((answer) => answer.addresses),
    ];
    if (addresses.length > 0) {
      sets[family] = { addresses: addressSet(addresses), ttl: Math.min(maxTtl, ...own.map(({ ttl }) => ttl)) };
    }
  }
  return sets;
}

/** With Keep only the verdict changes at that moment, which the status shows. */
function staleNext(
  { spec }: DnsAlias,
  verdicts: readonly TargetVerdict[],
  now: Millis,
): Pick<Contribution, "changesAt"> {
  const moments = verdicts
    .flatMap(({ answers }) => answers)
    .flatMap(({ failingSince, lastSuccessAt }) =>
      failingSince === undefined ? [] : [(lastSuccessAt ?? failingSince) + spec.maxStalenessMs + 1],
    )
    .filter((at) => at > now);
  return moments.length === 0 ? {} : { changesAt: Math.min(...moments) };
}

/** One alias that has an owner name, and what it brings to it. */
export interface Contributor {
  readonly alias: DnsAlias;
  readonly contribution: Contribution;
  /** The path when the alias leads back to its own owner name. */
  readonly loop: readonly Name[] | undefined;
}
