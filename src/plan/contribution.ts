import { addressSet, familyOf } from "../dns/address/address.ts";
import type { Family, Seconds } from "../dns/record.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Millis } from "../base/clock.ts";
import { targetNames } from "../api/target-names.ts";
import { withoutDown } from "./health/target.ts";
import type { AppliedSelection } from "./select/applied-selection.ts";
import type { TargetAnswer } from "./target-answer.ts";
import { type AnswerOf, mayStandBehindPublished, outcomeOf, type TargetVerdict } from "./target-outcome.ts";

/** The RRsets that one alias contributes to each of its hostnames, and those that it may not delete. */
export interface Contribution {
  /** Addresses by family. A family without addresses is absent. */
  readonly sets: ContributedSets;
  /**
   * The same without restored addresses: those of targets that this leader has not read, or that only a status has. Absent: there
   * are none.
   */
  readonly setsRead?: ContributedSets;
  /**
   * The families with a target that this leader has not read, or has not read successfully. Published addresses of these families
   * may belong to that target: see `inherited/`.
   */
  readonly keepPublished: readonly Family[];
  readonly usesFallback: boolean;
  /** When this contribution changes without a new lookup: the next time at which last known good addresses become stale. */
  readonly changesAt?: Millis;
  readonly targets: readonly TargetVerdict[];
  /** The families that only unselected targets have: a switch deletes their records. Absent: the alias selects nothing. */
  readonly leftFamilies?: readonly Family[];
  /** True while the alias has no selection, because its first lookups or health checks have not ended. */
  readonly isPending?: true;
}

/** Addresses by family. A family without addresses is absent. The TTLs are not clamped yet. */
type ContributedSets = Readonly<
  Partial<Record<Family, { readonly addresses: readonly string[]; readonly ttl: Seconds }>>
>;

/**
 * The TTL while a target has no address, because it can have one again at any time. Resolvers must not keep an incomplete RRset
 * for the whole `ttl.max` of static addresses.
 */
const INCOMPLETE_TTL: Seconds = 60;

/**
 * Applies the alias's policies to the answers of its targets. Without a selection, all targets count, and static addresses always
 * do. With one, only the selected targets count. The TTLs are not clamped yet.
 */
export function contributionOf(
  alias: DnsAlias,
  answerOf: AnswerOf,
  now: Millis,
  selection?: AppliedSelection,
): Contribution {
  const all = partsOf(alias, answerOf, now);
  const verdicts = all.flatMap(({ verdict }) => verdict ?? []);
  if (selection !== undefined && selection.kind !== "selected") {
    return { ...unselected(alias, selection), ...staleNext(alias, verdicts, now), targets: verdicts };
  }
  const parts = selection === undefined ? all : selectedParts(all, selection.targets);
  const statics = parts.flatMap((part) => part.statics);
  const contributing = parts.flatMap((part) => part.contributing);
  const maxTtl = parts.some(isIncomplete) ? INCOMPLETE_TTL : Infinity;
  const isDown = selection?.isDown;
  const found = setsOf(alias, { statics, answers: contributing, maxTtl, isDown });
  const empty = Object.keys(found).length === 0;
  const usesFallback = empty && parts.some(({ fallback }) => fallback);
  const read = contributing.filter(({ unread, isRestored }) => unread === undefined && isRestored !== true);
  return {
    sets: usesFallback ? setsOf(alias, { statics: alias.spec.fallbackAddresses, answers: [], maxTtl }) : found,
    ...(read.length !== contributing.length && {
      setsRead: setsOf(alias, { statics, answers: read, maxTtl, isDown }),
    }),
    keepPublished: alias.spec.families.filter((family) =>
      parts.some(({ verdict }) => verdict !== undefined && mayStandBehindPublished(verdict, family)),
    ),
    usesFallback,
    ...(selection !== undefined && { leftFamilies: leftFamilies(alias, all, found) }),
    ...staleNext(alias, verdicts, now),
    targets: verdicts,
  };
}

/** If a DnsZone omits the private addresses of a selected target, the other targets are published there, so that the name has records. */
function selectedParts(all: readonly Part[], targets: ReadonlySet<string>): readonly Part[] {
  const selected = all.filter(({ name }) => targets.has(name));
  const isLeftOut = selected.every(({ verdict, statics }) => verdict === undefined && statics.length === 0);
  return isLeftOut ? all : selected;
}

/** What one target contributes. */
interface Part {
  readonly name: string;
  readonly statics: readonly string[];
  readonly contributing: readonly TargetAnswer[];
  readonly fallback: boolean;
  /** Undefined: static addresses. */
  readonly verdict: TargetVerdict | undefined;
}

function partsOf(alias: DnsAlias, answerOf: AnswerOf, now: Millis): readonly Part[] {
  const names = targetNames(alias.spec.targets);
  return alias.spec.targets.map((target, index) => {
    const name = names[index] ?? "";
    if (target.kind === "addresses") {
      return { name, statics: target.addresses, contributing: [], fallback: false, verdict: undefined };
    }
    const { verdict, answers, contributing, fallback } = outcomeOf(alias, target.hostname, answerOf, now);
    return { name, statics: [], contributing, fallback, verdict: { target: target.hostname, verdict, answers } };
  });
}

function isIncomplete({ verdict, contributing }: Part): boolean {
  return verdict !== undefined && contributing.length === 0;
}

/** While the alias has no selection, the published records remain. */
function unselected(
  alias: DnsAlias,
  { kind }: Exclude<AppliedSelection, { readonly kind: "selected" }>,
): Pick<Contribution, "sets" | "keepPublished" | "usesFallback" | "isPending"> {
  switch (kind) {
    case "pending":
      return { sets: {}, keepPublished: alias.spec.families, usesFallback: false, isPending: true };
    case "withdrawn":
      return { sets: {}, keepPublished: [], usesFallback: false };
    case "fallback": {
      const statics = alias.spec.fallbackAddresses;
      return { sets: setsOf(alias, { statics, answers: [], maxTtl: Infinity }), keepPublished: [], usesFallback: true };
    }
  }
}

/** The families that no selected target has, but another target of the alias does. */
function leftFamilies(alias: DnsAlias, all: readonly Part[], found: ContributedSets): readonly Family[] {
  const possible = setsOf(alias, {
    statics: all.flatMap(({ statics }) => statics),
    answers: all.flatMap(({ contributing }) => contributing),
    maxTtl: Infinity,
  });
  return alias.spec.families.filter((family) => possible[family] !== undefined && found[family] === undefined);
}

interface SetParts {
  readonly statics: readonly string[];
  readonly answers: readonly TargetAnswer[];
  readonly maxTtl: Seconds;
  readonly isDown?: ((address: string) => boolean) | undefined;
}

function setsOf({ spec }: DnsAlias, { statics, answers, maxTtl, isDown }: SetParts): Contribution["sets"] {
  const sets: Partial<Record<Family, { addresses: readonly string[]; ttl: Seconds }>> = {};
  for (const family of spec.families) {
    const own = answers.filter(({ key, addresses }) => key.family === family && addresses.length > 0);
    const addresses = [
      ...statics.filter((address) => familyOf(address) === family),
      ...own.flatMap((answer) => answer.addresses),
    ];
    if (addresses.length > 0) {
      const up = isDown === undefined ? addresses : withoutDown(addresses, isDown);
      sets[family] = { addresses: addressSet(up), ttl: Math.min(maxTtl, ...own.map(({ ttl }) => ttl)) };
    }
  }
  return sets;
}

/** The time of the next change by staleness. With Keep, only the verdict in the status changes then. */
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

/** One alias that has a hostname, and its contribution to it. */
export interface Contributor {
  readonly alias: DnsAlias;
  readonly contribution: Contribution;
  /** The path, if the alias leads back to its own hostname. */
  readonly loop: readonly Name[] | undefined;
}
