import { addressSet, familyOf } from "../dns/address/address.ts";
import type { Family, Seconds } from "../dns/record.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Millis } from "../base/clock.ts";
import { lookupNames, targetNames } from "../api/target-names.ts";
import { withoutDown } from "./health/target.ts";
import { type ReferenceOutcome, referenceOutcome, withAbsence } from "./reference/reference-outcome.ts";
import type { AppliedSelection } from "./select/applied-selection.ts";
import { pickByWeight } from "./select/pick-by-weight.ts";
import type { Pin } from "./select/pin.ts";
import { partsAfterPin, pinnedParts } from "./select/pinned.ts";
import type { TargetAnswer } from "./target-answer.ts";
import { type AnswerOf, mayStandBehindPublished, outcomeOf, type TargetVerdict } from "./target-outcome.ts";

/** The RRsets that one alias contributes to each of its hostnames, and the families whose published RRsets it must not delete. */
export interface Contribution {
  /** Addresses by family. A family without addresses is absent. */
  readonly sets: ContributedSets;
  /**
   * `sets` without addresses of targets that this leader has not read, and without addresses that only a status has. Absent: there
   * are no such addresses.
   */
  readonly setsRead?: ContributedSets;
  /**
   * The families with a target that this leader has not read, or whose lookups have failed so far. Published addresses of these
   * families may belong to that target: see `inherited/`.
   */
  readonly keepPublished: readonly Family[];
  readonly usesFallback: boolean;
  /** When this contribution changes without a new lookup: the next time at which last known good addresses become stale. */
  readonly changesAt?: Millis;
  readonly targets: readonly TargetVerdict[];
  /**
   * The families that only unselected targets have. A switch has deleted, or deletes, their records. Absent: the alias selects
   * nothing.
   */
  readonly leftFamilies?: readonly Family[];
  /** The pin in effect. `instead`: the sets that the alias has without the pin. Absent: there is no pin. */
  readonly pin?: Pin & { readonly instead: ContributedSets };
  /** True while the alias has no selection, because its first lookups or health checks have not ended. */
  readonly isPending?: true;
}

/** Addresses by family. A family without addresses is absent. The TTLs are not clamped yet. */
type ContributedSets = Readonly<
  Partial<Record<Family, { readonly addresses: readonly string[]; readonly ttl: Seconds }>>
>;

/**
 * The maximum TTL while a target has no address. The target can have one again at any time, and resolvers must not keep an
 * incomplete RRset for the whole `ttl.max` of static addresses.
 */
const INCOMPLETE_TTL: Seconds = 60;

/** The contribution of an alias, from its targets or from the pin in effect. See {@link contributionOfTargets}. */
export function contributionOf(
  alias: DnsAlias,
  answerOf: AnswerOf,
  now: Millis,
  selection?: AppliedSelection,
  published?: ReadonlySet<string>,
): Contribution {
  const made = contributionOfTargets(alias, answerOf, now, selection, published);
  const pinned = pinnedParts(alias, made, now);
  if (pinned !== undefined) {
    return { ...pinned, targets: made.targets };
  }
  const after = partsAfterPin(alias, made);
  return after === undefined ? made : { ...made, ...after };
}

/**
 * Applies the alias's policies to the answers of its targets. Without a selection, all targets count. With a selection, only the
 * selected targets count. If these have weights, only addresses that are picked by weight count. `published` has the presently
 * published addresses. Undefined: the answer is for one client, and no address is picked. The TTLs are not clamped yet.
 */
function contributionOfTargets(
  alias: DnsAlias,
  answerOf: AnswerOf,
  now: Millis,
  selection: AppliedSelection | undefined,
  published: ReadonlySet<string> | undefined,
): Contribution {
  const all = partsOf(alias, answerOf, now);
  const verdicts = all.flatMap((part) => part.verdicts);
  if (selection !== undefined && selection.kind !== "selected") {
    return { ...unselected(alias, selection), ...staleNext(alias, all, now), targets: verdicts };
  }
  const parts = selection === undefined ? all : selectedParts(all, selection.targets);
  const statics = parts.flatMap((part) => part.statics);
  const contributing = parts.flatMap((part) => part.contributing);
  const maxTtl = parts.some(isIncomplete) ? INCOMPLETE_TTL : Infinity;
  const isDown = selection?.isDown;
  const isPicked = published && pickByWeight(parts.map(weighed), { isDown: isDown ?? nothing, published });
  const found = setsOf(alias, { statics, answers: contributing, maxTtl, isDown, isPicked });
  const empty = Object.keys(found).length === 0;
  const usesFallback = empty && parts.some(({ fallback }) => fallback);
  const read = contributing.filter(({ unread, isRestored }) => unread === undefined && isRestored !== true);
  return {
    sets: usesFallback ? setsOf(alias, { statics: alias.spec.fallbackAddresses, answers: [], maxTtl }) : found,
    ...(read.length !== contributing.length && {
      setsRead: setsOf(alias, { statics, answers: read, maxTtl, isDown, isPicked }),
    }),
    keepPublished: alias.spec.families.filter((family) => parts.some((part) => mayHavePublished(part, family))),
    usesFallback,
    ...(selection !== undefined && { leftFamilies: leftFamilies(alias, all, found) }),
    ...staleNext(alias, all, now),
    targets: verdicts,
  };
}

function mayHavePublished({ verdicts, reference }: Part, family: Family): boolean {
  return reference?.mayBePublished === true || verdicts.some((verdict) => mayStandBehindPublished(verdict, family));
}

/** If a DnsZone omits the private addresses of a selected target, the other targets are published there, so that the name has records. */
function selectedParts(all: readonly Part[], targets: ReadonlySet<string>): readonly Part[] {
  const selected = all.filter(({ name }) => targets.has(name));
  const isLeftOut = selected.every(
    ({ verdicts, reference, statics }) => verdicts.length === 0 && reference === undefined && statics.length === 0,
  );
  return isLeftOut ? all : selected;
}

function nothing(): boolean {
  return false;
}

function weighed({ weight, statics, contributing }: Part) {
  return { weight, addresses: [...statics, ...contributing.flatMap(({ addresses }) => addresses)] };
}

/** The contribution of one target. */
interface Part {
  readonly name: string;
  readonly weight: number | undefined;
  /** Addresses without a TTL of their own: static addresses, and addresses of a referenced object. */
  readonly statics: readonly string[];
  readonly contributing: readonly TargetAnswer[];
  readonly fallback: boolean;
  /** One verdict for each hostname that is looked up. Empty for static addresses. */
  readonly verdicts: readonly TargetVerdict[];
  readonly reference?: ReferenceOutcome;
}

function partsOf(alias: DnsAlias, answerOf: AnswerOf, now: Millis): readonly Part[] {
  const names = targetNames(alias.spec.targets);
  return alias.spec.targets.map((target, index) => {
    const parts = { name: names[index] ?? "", weight: target.weight };
    if (target.kind === "addresses") {
      return { ...parts, statics: target.addresses, contributing: [], fallback: false, verdicts: [] };
    }
    const reference = target.kind === "resourceRef" ? referenceOutcome(alias, target, now) : undefined;
    const held = target.kind === "resourceRef" ? target.held : undefined;
    const lookups = lookupNames(target).map((hostname) => ({
      hostname,
      ...outcomeOf(alias, hostname, (of, family) => withAbsence(answerOf(of, family), held), now),
    }));
    return {
      ...parts,
      statics: reference?.addresses ?? [],
      contributing: lookups.flatMap(({ contributing }) => contributing),
      fallback: reference?.fallback === true || lookups.some(({ fallback }) => fallback),
      verdicts: lookups.map(({ hostname, verdict, answers }) => ({ target: hostname, verdict, answers })),
      ...(reference !== undefined && { reference }),
    };
  });
}

function isIncomplete({ verdicts, reference, statics, contributing }: Part): boolean {
  return (verdicts.length > 0 || reference !== undefined) && statics.length + contributing.length === 0;
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

/** The families that no selected target has, but that another target of the alias has. */
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
  /** Undefined: all addresses are picked. */
  readonly isPicked?: ((address: string) => boolean) | undefined;
}

function setsOf({ spec }: DnsAlias, { statics, answers, maxTtl, isDown, isPicked }: SetParts): Contribution["sets"] {
  const sets: Partial<Record<Family, { addresses: readonly string[]; ttl: Seconds }>> = {};
  for (const family of spec.families) {
    const own = answers.filter(({ key, addresses }) => key.family === family && addresses.length > 0);
    const addresses = [
      ...statics.filter((address) => familyOf(address) === family),
      ...own.flatMap((answer) => answer.addresses),
    ];
    const up = isDown === undefined ? addresses : withoutDown(addresses, isDown);
    const picked = isPicked === undefined ? up : up.filter(isPicked);
    if (picked.length > 0) {
      sets[family] = { addresses: addressSet(picked), ttl: Math.min(maxTtl, ...own.map(({ ttl }) => ttl)) };
    }
  }
  return sets;
}

/** The next time at which addresses become stale. With `onStale: Keep`, only the verdict in the status changes at that time. */
function staleNext({ spec }: DnsAlias, parts: readonly Part[], now: Millis): Pick<Contribution, "changesAt"> {
  const lookups = parts
    .flatMap(({ verdicts }) => verdicts.flatMap(({ answers }) => answers))
    .flatMap(({ failingSince, lastSuccessAt }) =>
      failingSince === undefined ? [] : [(lastSuccessAt ?? failingSince) + spec.maxStalenessMs + 1],
    );
  const moments = [...lookups, ...parts.flatMap(({ reference }) => reference?.staleAt ?? [])].filter((at) => at > now);
  return moments.length === 0 ? {} : { changesAt: Math.min(...moments) };
}

/** One alias that has a hostname, and its contribution to it. */
export interface Contributor {
  readonly alias: DnsAlias;
  readonly contribution: Contribution;
  /** The path from the hostname back to itself. Undefined: the alias doesn't lead back to it. */
  readonly loop: readonly Name[] | undefined;
}
