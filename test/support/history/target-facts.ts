import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import { FAMILIES, type Family } from "../../../src/dns/record.ts";
import { MINUTE, UNDERWAY_MS } from "./scene.ts";
import type { ReplicasWorld } from "../replicas-world.ts";

type Readings = Pick<
  ReplicasWorld,
  | "clock"
  | "targets"
  | "history"
  | "lastGoodOf"
  | "emptyRunOf"
  | "endedRunOf"
  | "lastReadOf"
  | "lastSeenOf"
  | "lackedUntil"
  | "replicas"
>;

/**
 * The longest time for which a leader has an address that the target has no more, all targets with a TTL of 60 s. docs/concepts/freshness.md: an address of a target that rotates can
 * stay for three cycles of 71 s and two lookups more, and here a lookup takes up to 8 s.
 */
export const BOUND_MS = 4 * MINUTE;

/** The longest wait for a lookup after failures (docs/concepts/freshness.md: 300 s and 20 %), and a slow lookup and write. */
export const RETRY_MS = 7 * MINUTE;

/** Empty readings before an empty answer counts, and the time that they take (DESIGN of empty answers, docs/concepts/freshness.md). */
const EMPTY_READINGS = 3;
const EMPTY_MS = MINUTE;

/** The hostnames that an alias points to. */
export function targetsOf({ spec }: DnsAlias): readonly string[] {
  return spec.targets.flatMap((target) => (target.kind === "hostname" ? [displayName(target.hostname)] : []));
}

/** The addresses that an alias names itself as targets. */
export function staticsOf({ spec }: DnsAlias): readonly string[] {
  return spec.targets.flatMap((target) => (target.kind === "addresses" ? target.addresses : []));
}

/**
 * Whether a target has the address, or had it within the bound. While its lookups fail, the bound counts until the last one that didn't: a target that rotates keeps what it had then.
 * What a replica saw last counts without a limit only while nobody can see anything newer: while the target fails or has no addresses of the family, until the next lookup
 * after that, and until a leader has read the target itself (docs/concepts/freshness.md).
 */
export function isFresh(world: Readings, target: string, address: string, ledSince: Millis): boolean {
  const key = `${target} ${familyOf(address)}`;
  const now = world.clock.now();
  const seenAt = world.targets.get(target) === "servfail" ? (world.lastGoodOf.get(key) ?? now) : now;
  const isUnread = (world.lastGoodOf.get(key) ?? -Infinity) < ledSince || now - ledSince < UNDERWAY_MS;
  return (
    world.history.goneForMs(key, address, seenAt) <= BOUND_MS ||
    ((isUnread || hasLackedSince(world, key, now - RETRY_MS)) && lastKnownGood(world, key).includes(address))
  );
}

/** Whether a target and family, `one.test A`, failed or had no addresses at some time since then. */
function hasLackedSince({ lackedUntil }: Readings, key: string, since: Millis): boolean {
  return (lackedUntil.get(key) ?? -Infinity) >= since;
}

/**
 * Whether an address of a target could be published at some time since then: the target had it then, or within the bound before that, or it failed or was empty then and ever had the address.
 */
export function hadSince(world: Readings, target: string, address: string, since: Millis): boolean {
  const goneMs = goneForMs(world, target, address);
  return (
    world.clock.now() - goneMs >= since - BOUND_MS ||
    (goneMs < Infinity && hasLackedSince(world, `${target} ${familyOf(address)}`, since - BOUND_MS))
  );
}

/** What the leaders read last, and what any replica did, of a target and family. */
function lastKnownGood({ lastReadOf, lastSeenOf }: Readings, key: string): readonly string[] {
  return [...(lastReadOf.get(key) ?? []), ...(lastSeenOf.get(key) ?? [])];
}

/** Whether a target ever had the address. */
export function hadEver(world: Readings, target: string, address: string): boolean {
  return goneForMs(world, target, address) < Infinity;
}

/** For how long a target hasn't had the address; Infinity if it never had it. */
export function goneForMs({ clock, history }: Readings, target: string, address: string): Millis {
  return history.goneForMs(`${target} ${familyOf(address)}`, address, clock.now());
}

/** Whether somebody who leads now can know the addresses that a target had at a time. */
export type IsKnown = (target: string, at: Millis) => boolean;

/** Whether a name of the alias may have no addresses of the family now, if only this alias had the name. */
export function mayLackFamily(world: Readings, alias: DnsAlias, family: Family, isKnown: IsKnown): boolean {
  return (
    staticsOf(alias).every((address) => familyOf(address) !== family) &&
    targetsOf(alias).every((target) => mayTargetLack(world, { spec: alias.spec, target, family, isKnown }))
  );
}

/** The same for all families of the alias: the name may be blank. */
export function mayBeBlank(world: Readings, alias: DnsAlias, isKnown: IsKnown): boolean {
  return alias.spec.families.every((family) => mayLackFamily(world, alias, family, isKnown));
}

interface FamilyOfTarget {
  readonly spec: DnsAlias["spec"];
  readonly target: string;
  readonly family: Family;
  readonly isKnown: IsKnown;
}

/** As the target is now, or was when a write that is under way was planned. */
function mayTargetLack(world: Readings, of: FamilyOfTarget): boolean {
  const key = `${of.target} ${of.family}`;
  const ended = world.endedRunOf.get(key);
  // A leader doesn't know what the responder of another replica read.
  const own = [...world.replicas].flatMap((replica) => (replica.leads() ? (replica.readings.get(key) ?? []) : []));
  return (
    mayLackAfter(world, of, { run: world.emptyRunOf.get(key), good: world.lastGoodOf.get(key) }) ||
    own.some(({ at, emptyRun: run }) => at !== undefined && mayLackAfter(world, of, { run, good: at })) ||
    (ended !== undefined &&
      world.clock.now() - ended.until < UNDERWAY_MS &&
      mayLackAfter(world, of, { run: ended, good: ended.goodBefore }))
  );
}

interface PastReadings {
  /** The empty readings in a row at the end. */
  readonly run: { readonly readings: number; readonly since: Millis } | undefined;
  /** When the last good reading was. */
  readonly good: Millis | undefined;
}

function mayLackAfter(
  world: Readings,
  { spec, target, family, isKnown }: FamilyOfTarget,
  { run, good }: PastReadings,
): boolean {
  const now = world.clock.now();
  const other = FAMILIES.find((one) => one !== family) ?? family;
  if (good === undefined || !isKnown(target, good)) {
    return true;
  }
  const isEmpty = run !== undefined && run.readings >= EMPTY_READINGS && now - run.since >= EMPTY_MS;
  const isOtherGood = (world.lastGoodOf.get(`${target} ${other}`) ?? -1) > good;
  // The controller's last good reading can be one TTL older than the last good moment.
  const isStale = spec.onStale !== "Keep" && now - good > spec.maxStalenessMs - 2 * MINUTE;
  return (isEmpty && (isOtherGood || spec.onEmpty !== "Keep")) || isStale;
}

/** What an alias brings to its names once all is settled. */
export interface Bounds {
  /** Addresses that have to be there. */
  readonly must: ReadonlySet<string>;
  /** Addresses that can be there. */
  readonly may: ReadonlySet<string>;
  /** Whether every target has addresses, so that the alias has nothing to complain about. */
  readonly isWell: boolean;
}

export function boundsOf(world: Readings, alias: DnsAlias): Bounds {
  const must = new Set(staticsOf(alias));
  const may = new Set(must);
  let isWell = true;
  for (const target of targetsOf(alias)) {
    const says = world.targets.get(target) ?? "nxdomain";
    if (typeof says !== "string" && says.length > 0) {
      says.forEach((address) => must.add(address));
      says.forEach((address) => may.add(address));
      continue;
    }
    isWell = false;
    alias.spec.fallbackAddresses.forEach((address) => may.add(address));
    FAMILIES.flatMap((family) => lastKnownGood(world, `${target} ${family}`)).forEach((address) => may.add(address));
  }
  return { must, may, isWell };
}
