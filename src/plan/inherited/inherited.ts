import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { AliasTarget } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneSpec } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { referenceText } from "../../api/resource-ref.ts";
import { lookupNames } from "../../api/target-names.ts";
import { isPrivate } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ActualRRset } from "../change.ts";
import { allowsPrivate } from "../domain/private-addresses.ts";
import type { Contributor } from "../contribution.ts";
import type { TargetAnswer } from "../target-answer.ts";
import { keptAnswers } from "../target-outcome.ts";
import type { ZonePlan } from "../zone-plan.ts";

/** Published RRsets of one hostname whose addresses are not yet assigned to a target, because not all of its targets have been read. */
export interface InheritedName {
  /** The targets of the name as text. The text changes with an edit of the targets. */
  readonly targets: string;
  /** True if the name had records at the first read. */
  readonly hadRecords: boolean;
  /** RRsets that the backend had at the first read of this leader's term, and the time of that read. */
  readonly sets: readonly ActualRRset[];
  readonly since: Millis;
  /** RRsets that the name had before an edit added an unknown target, and the time of that edit. */
  readonly carried: readonly ActualRRset[];
  readonly carriedSince: Millis;
  /** The addresses in `sets` and `carried` that a target of the name once had. */
  readonly known: ReadonlySet<string>;
  /**
   * RRsets of dnsalias in the first read that must not change yet. Some of their addresses belong to no known target, and one
   * target has not been read yet.
   */
  readonly held: readonly ActualRRset[];
  /** True if an unreadable alias has the name. That alias may have addresses of any family. */
  readonly isUnreadable: boolean;
}

/**
 * The inherited RRsets by name. It has only names with a target that this leader has not read, or that it has not read
 * successfully.
 */
export type InheritedNames = ReadonlyMap<Name, InheritedName>;

/** One alias with its contribution to a name. */
export type Contributed = Pick<Contributor, "alias" | "contribution">;

export interface InheritInput {
  /** Undefined: this is the first read of this leader's term. */
  readonly before: InheritedNames | undefined;
  readonly plan: ZonePlan;
  readonly zone: DnsZone;
  /** The published RRsets that dnsalias owns, and those that it would adopt. */
  readonly published: readonly ActualRRset[];
  /** The namespace for whose aliases a name was published. Undefined: it isn't known. */
  readonly namespaceOf: (name: Name) => string | undefined;
  /** True if an unreadable alias of the namespace may have addresses at the name. */
  readonly mayBeUnreadable: (name: Name, namespace: string) => boolean;
  readonly now: Millis;
}

/**
 * Returns the inherited RRsets of each name after another read or plan. An address is removed once a target that had it was read
 * without it, or once the rules withdraw it because the target is empty. All addresses are removed after `maxStaleness`. Addresses
 * of a name that another namespace had are removed at once. So are private addresses that the zone doesn't allow to the namespace.
 * Records that this leader wrote are never inherited, with one exception: if an edit adds an unknown target, the name keeps its
 * addresses.
 */
export function inheritNames(input: InheritInput): InheritedNames {
  const names = input.plan.names.flatMap(({ name, keepPublished }) => {
    const contributors = contributorsOf(input.plan, name);
    const namespace = contributors[0]?.alias.meta.namespace;
    const isUnreadable = namespace !== undefined && input.mayBeUnreadable(name, namespace);
    return namespace === undefined || (keepPublished.length === 0 && !isUnreadable)
      ? []
      : [{ name, contributors, namespace, isUnreadable }];
  });
  if (names.length === 0) {
    return NOTHING;
  }
  const published = Map.groupBy(input.published, ({ name }) => name);
  return new Map(
    names.map(({ name, contributors, namespace, isUnreadable }) => {
      const isOwn = (input.namespaceOf(name) ?? namespace) === namespace;
      const isRefused = (address: string): boolean => !allowsPrivate(input.zone, namespace) && isPrivate(address);
      const here = isOwn ? withoutAddresses(published.get(name) ?? [], isRefused) : [];
      const entry = recorded(input, { entry: input.before?.get(name), here, contributors, isUnreadable });
      const left = withoutGivenUp(entry, contributors);
      const held = left.held.filter((set) => isHeld(set, left.known, contributors));
      return [name, expired({ ...left, held }, contributors, input.now)];
    }),
  );
}

/** The RRsets that dnsalias owns, and those that the zone adopts. */
export function inheritable(
  sets: readonly ActualRRset[],
  ownerId: string,
  conflict: ZoneSpec["conflict"],
): readonly ActualRRset[] {
  return sets.filter(
    ({ owner, note }) => owner === ownerId || (conflict === "Adopt" && owner === undefined && note === undefined),
  );
}

const NOTHING: InheritedNames = new Map();
const NONE: ReadonlySet<string> = new Set();

/** The aliases that have the name, with their contributions to it. */
export function contributorsOf({ claims, contributions }: ZonePlan, name: Name): readonly Contributed[] {
  return (claims.get(name)?.winners ?? []).flatMap((alias) => {
    const contribution = contributions.get(objectKey(alias.meta));
    return contribution === undefined ? [] : [{ alias, contribution }];
  });
}

/** A name with the published RRsets to record. */
interface Found {
  readonly entry: InheritedName | undefined;
  readonly here: readonly ActualRRset[];
  readonly contributors: readonly Contributed[];
  readonly isUnreadable: boolean;
}

function recorded({ before, now }: InheritInput, { entry, here, contributors, isUnreadable }: Found): InheritedName {
  const targets = targetsText(contributors);
  if (entry === undefined) {
    const isFirst = before === undefined;
    // The RRsets of an unreadable alias are recorded only when another alias of its namespace has the name.
    const isInherited = isFirst || isUnreadable;
    return {
      targets,
      hadRecords: here.length > 0,
      sets: isInherited ? here : [],
      since: now,
      carried: isInherited ? [] : here,
      carriedSince: now,
      known: NONE,
      held: isFirst ? here.filter(({ owner }) => owner !== undefined) : [],
      isUnreadable,
    };
  }
  if (entry.targets === targets) {
    return { ...entry, isUnreadable };
  }
  const inherited = new Set(entry.sets.flatMap(({ data }) => data));
  const addresses = new Set(here.flatMap(({ data }) => data));
  return {
    ...entry,
    isUnreadable,
    targets,
    // Without this, an edit that removes the only known target would leave the name without records.
    known: hasNothing(contributors) ? entry.known.difference(addresses) : entry.known,
    hadRecords: entry.hadRecords || here.length > 0,
    carried: withoutAddresses(here, (address) => inherited.has(address)),
    carriedSince: entry.carried.length > 0 ? entry.carriedSince : now,
  };
}

function targetsText(contributors: readonly Contributed[]): string {
  const texts = contributors.flatMap(({ alias }) =>
    alias.spec.targets.flatMap((target) =>
      target.kind === "addresses"
        ? target.addresses
        : target.kind === "hostname"
          ? [target.hostname]
          : [referenceText(target.ref), ...lookupNames(target)],
    ),
  );
  return [...new Set<string>(texts)].sort(byCodeUnit).join(" ");
}

function withoutGivenUp(entry: InheritedName, contributors: readonly Contributed[]): InheritedName {
  const ofTargets = new Set(
    contributors
      .flatMap(({ contribution }) =>
        contribution.targets.flatMap((target) => keptAnswers(target).flatMap(({ addresses }) => addresses)),
      )
      .concat(contributors.flatMap(({ alias }) => alias.spec.targets.flatMap(heldAddresses))),
  );
  const addresses = [...entry.sets, ...entry.carried].flatMap(({ data }) => data);
  const found = addresses.filter((address) => ofTargets.has(address) && !entry.known.has(address));
  const isGivenUp = (address: string): boolean => entry.known.has(address) && !ofTargets.has(address);
  const known = found.length === 0 ? entry.known : new Set([...entry.known, ...found]);
  return addresses.some(isGivenUp)
    ? {
        ...entry,
        known,
        sets: withoutAddresses(entry.sets, isGivenUp),
        carried: withoutAddresses(entry.carried, isGivenUp),
      }
    : { ...entry, known };
}

/**
 * True if an RRset has an address of no known target, and a target of its family has not been read yet. The address can belong to
 * that target.
 */
function isHeld(
  { type, data }: ActualRRset,
  known: ReadonlySet<string>,
  contributors: readonly Contributed[],
): boolean {
  const answers = contributors
    .flatMap(({ contribution }) => contribution.targets)
    .flatMap(({ answers }) => answers)
    .filter(({ key }) => key.family === type);
  return data.some((address) => !known.has(address)) && answers.some(isOpen);
}

/**
 * True while the first lookup of the term runs, or while a lookup has to confirm different addresses. A lookup that failed counts
 * as ended.
 */
function isOpen({ unread, outcome, failingSince }: TargetAnswer): boolean {
  return unread === "pending" || (unread === "failing" && outcome.kind === "positive" && failingSince === undefined);
}

function withoutAddresses(
  sets: readonly ActualRRset[],
  isLeftOut: (address: string) => boolean,
): readonly ActualRRset[] {
  return sets
    .map((set) => ({ ...set, data: set.data.filter((address) => !isLeftOut(address)) }))
    .filter(({ data }) => data.length > 0);
}

/**
 * Removes inherited RRsets after `maxStaleness`. It removes no RRset if an alias is unreadable. If `onEmpty` keeps an empty target,
 * its last addresses in a status remain. If there are none of a type, and the name has no other addresses of that type, the RRset
 * remains. With `onStale: Keep`, last known good addresses remain too. If lookups fail and the name has no other records, all its
 * RRsets remain.
 */
function expired(entry: InheritedName, contributors: readonly Contributed[], now: Millis): InheritedName {
  const maxStalenessMs = Math.max(...contributors.map(({ alias }) => alias.spec.maxStalenessMs));
  const isOver = now - entry.since > maxStalenessMs && entry.sets.length > 0;
  const isCarryOver = now - entry.carriedSince > maxStalenessMs && entry.carried.length > 0;
  if (entry.isUnreadable || contributors.some(isHeldReference) || (!isOver && !isCarryOver)) {
    return entry;
  }
  const stays = hasNothing(contributors) && contributors.some(isFailing);
  const empty = emptyAddresses(contributors);
  const kept = empty.union(staleAddresses(contributors));
  return {
    ...entry,
    ...(isOver && !stays ? { sets: withoutExpired(entry.sets, kept, contributors) } : {}),
    ...(isCarryOver ? { carried: withoutExpired(entry.carried, empty, contributors) } : {}),
  };
}

/**
 * Keeps the addresses in `kept`. An RRset with none of them remains only if `onEmpty` keeps an empty target and the name has no
 * other addresses of this type.
 */
function withoutExpired(
  sets: readonly ActualRRset[],
  kept: ReadonlySet<string>,
  contributors: readonly Contributed[],
): readonly ActualRRset[] {
  const isNeeded = ({ type, data }: ActualRRset): boolean =>
    contributors.some(isHeldEmpty) &&
    !data.some((address) => kept.has(address)) &&
    contributors.every(({ contribution }) =>
      Object.keys(contribution.setsRead ?? contribution.sets).every((one) => one !== type),
    );
  return sets.flatMap((set) => (isNeeded(set) ? [set] : withoutAddresses([set], (address) => !kept.has(address))));
}

/** Last known good addresses of targets that this leader has not read, if `onStale: Keep` keeps them. */
function staleAddresses(contributors: readonly Contributed[]): ReadonlySet<string> {
  return new Set(
    contributors
      .filter(({ alias }) => alias.spec.onStale === "Keep")
      .flatMap(({ contribution }) => contribution.targets.flatMap(({ answers }) => answers))
      .flatMap(({ unread, addresses }) => (unread === undefined ? [] : addresses)),
  );
}

function hasNothing(contributors: readonly Contributed[]): boolean {
  return contributors.every(({ contribution: { sets, setsRead = sets } }) => Object.keys(setsRead).length === 0);
}

function isHeldReference({ alias }: Contributed): boolean {
  return alias.spec.onEmpty === "Keep" && alias.spec.targets.some(isGoneUnread);
}

/** True if a target is empty, `onEmpty` keeps its last addresses, and only a status has them. */
function isHeldEmpty({ contribution }: Contributed): boolean {
  return contribution.targets.some(
    ({ verdict, answers }) => verdict === "held-empty" && answers.some(({ isRestored }) => isRestored === true),
  );
}

function emptyAddresses(contributors: readonly Contributed[]): ReadonlySet<string> {
  return new Set(
    contributors
      .filter(isHeldEmpty)
      .flatMap(({ contribution }) => contribution.targets)
      .filter(({ verdict }) => verdict === "held-empty")
      .flatMap(({ answers }) => answers)
      .flatMap(({ isRestored, addresses }) => (isRestored === true ? addresses : [])),
  );
}

/** True if the referenced object is gone, and this process never saw its addresses. */
function isGoneUnread(target: AliasTarget): boolean {
  return (
    target.kind === "resourceRef" &&
    target.held?.isGone === true &&
    target.held.addresses.length + target.held.hostnames.length === 0
  );
}

function heldAddresses(target: AliasTarget): readonly string[] {
  return target.kind === "resourceRef" ? (target.held?.addresses ?? []) : [];
}

function isFailing({ alias, contribution }: Contributed): boolean {
  return (
    alias.spec.onStale === "Keep" &&
    contribution.targets.some(({ answers }) => answers.some(({ failingSince }) => failingSince !== undefined))
  );
}
