import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import { admittingZonesOf, aliasesOf } from "./claims.ts";
import { recordDeletes } from "./guard-window.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { addressesAt, setKey } from "./record-sets.ts";
import { FORGED_ADDRESS, HOSTILE, UNDERWAY_MS, ZONES, sceneZone } from "./scene.ts";
import { BOUND_MS, hadEver, hadSince, isFresh, staticsOf, targetsOf } from "./target-facts.ts";
import {
  formerNamespaces,
  isInBaseZone,
  leavingSince,
  mayWaitForMove,
  standsUntil,
  type PlaceWrite,
} from "./place-facts.ts";
import { faultsOfRemoval, faultsOfWithdrawal } from "./removal-rules.ts";
import { areOthersRecords } from "./takeover-rules.ts";
import { isNeverRead } from "./unread-facts.ts";

/** Returns what is wrong with a write, at the moment of the write. */
export function faultsOfWrite(judged: JudgedWorld, write: PlaceWrite): readonly string[] {
  const { before, after, zone } = write;
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const keys = new Set(after.map(setKey));
  // A record of the base zone takes the place of dnsalias's records, which is no delete that a guard could hold.
  const deletes = before
    .filter((set) => !keys.has(setKey(set)) && !isInBaseZone(judged, write.place, set.name))
    .map(setKey);
  const guard = recordDeletes(judged, zone, { before: before.map(setKey), after: [...keys], deletes });
  const faults = names.flatMap((name) => faultsAtName(judged, write, name));
  const written = names.filter((name) => addressesAt(before, name).join() !== addressesAt(after, name).join());
  for (const name of written) {
    judged.published.push({
      place: write.place,
      name,
      addresses: addressesAt(before, name),
      until: judged.world.clock.now(),
    });
  }
  written.forEach((name) => judged.changedAt.set(`written ${objectKey(zone.meta)} ${name}`, judged.world.clock.now()));
  return [...(guard === undefined ? [] : [guard]), ...faults];
}

function faultsAtName(judged: JudgedWorld, write: PlaceWrite, name: string): readonly string[] {
  const before = addressesAt(write.before, name);
  const after = addressesAt(write.after, name);
  const added = after.filter((address) => !before.includes(address));
  const removed = before.filter((address) => !after.includes(address));
  if (added.length === 0 && removed.length === 0) {
    return [];
  }
  if (after.length === 0 && isInBaseZone(judged, write.place, name)) {
    // A record of the base zone takes the place of dnsalias's records, whatever an alias says.
    return [];
  }
  const since = Math.min(write.knownUntil, judged.world.clock.now()) - UNDERWAY_MS;
  const zone = objectKey(write.zone.meta);
  // A name that loses its zone by a label or a selector stays with the alias that had it. The next alias gets it after that.
  const from = Math.min(since, leavingSince(judged, zone, name, write.late));
  const until = standsUntil(judged, write);
  const steady = judged.timeline.throughout(zone, name, from, until);
  const paused = steady.find((alias) => alias.spec.paused && !isNeverRead(judged, alias));
  if (paused !== undefined) {
    const isOrder = after.length === 0 && areOthersRecords(judged, { zone, name, addresses: removed }, write.late);
    return isOrder ? [] : [`paused: ${name} was changed in ${zone}, and DnsAlias ${objectKey(paused.meta)} is paused`];
  }
  const versions = [
    ...judged.timeline.since(zone, name, from),
    ...keepersOf(judged, write, name, since),
    ...stayersOf(judged, write, name),
  ];
  const now = judged.timeline.at(zone, name, until);
  return [
    ...(mayReturn(judged, write, name)
      ? []
      : added.flatMap((address) => faultOfAddress(judged, { name, zone, address, versions }) ?? [])),
    ...(now.length > 0 && steady.length > 0
      ? faultsOfRemoval(judged, write, { name, steady, removed })
      : after.length === 0 && now.length === 0
        ? faultsOfWithdrawal(judged, write, name)
        : []),
  ];
}

/**
 * The aliases of the namespace that had the name in the zone, if other zones have it now: the records in the old zone follow them until the name has moved, for at most ten
 * minutes. A leader counts them from its start, and anew if the name moves on.
 */
function keepersOf(
  judged: JudgedWorld,
  { zone: { meta }, late }: PlaceWrite,
  name: string,
  since: Millis,
): readonly DnsAlias[] {
  const { timeline } = judged;
  const key = objectKey(meta);
  if (timeline.now(key, name).length > 0) {
    return [];
  }
  // A DnsZone finds at its place what one of the same domain left there.
  const here = sharersOf(key).filter((one) => mayWaitForMove(judged, one, name, late));
  const namespaces = formerNamespaces(judged, here, name);
  const elsewhere = ZONES.filter((other) => other.key !== key).flatMap((other) =>
    timeline.since(other.key, name, since),
  );
  // Also those whose new DnsZone can't write, because its place is taken.
  const waiting = aliasesOf(judged.world, name).filter(
    (alias) => admittingZonesOf(judged.world, name, alias).length > 0,
  );
  return [...elsewhere, ...waiting].filter((alias) => namespaces.has(alias.meta.namespace));
}

/** The DnsZones of the same domain and place. */
function sharersOf(key: string): readonly string[] {
  const { domain, place } = sceneZone(key);
  return ZONES.filter((one) => one.domain === domain && one.place === place).map((one) => one.key);
}

/**
 * Addresses of before an edit come back within `maxStaleness` while a new target fails and the others are empty: the name would
 * be blank otherwise (docs/concepts/freshness.md).
 */
function mayReturn({ world, timeline }: JudgedWorld, { zone: { meta }, after }: PlaceWrite, name: string): boolean {
  const key = objectKey(meta);
  const current = timeline.now(key, name);
  const maxStalenessMs = Math.max(...current.map(({ spec }) => spec.maxStalenessMs));
  const since = world.clock.now() - maxStalenessMs;
  const former = timeline
    .since(key, name, since)
    .filter(({ meta: { namespace } }) => current.some((alias) => alias.meta.namespace === namespace));
  const targets = current.flatMap(targetsOf);
  const had = (alias: DnsAlias, address: string): boolean =>
    staticsOf(alias).includes(address) ||
    targetsOf(alias).some((target) => !targets.includes(target) && hadSince(world, target, address, since));
  const says = targets.map((target) => world.targets.get(target) ?? "nxdomain");
  return (
    says.includes("servfail") &&
    current.every((alias) => staticsOf(alias).length === 0) &&
    says.every((one) => typeof one === "string" || one.length === 0) &&
    addressesAt(after, name).every((address) => former.some((alias) => had(alias, address)))
  );
}

interface AddedAddress {
  readonly name: string;
  readonly zone: string;
  readonly address: string;
  /** All who had the name while the write was on its way. */
  readonly versions: readonly DnsAlias[];
}

/** An address comes from an alias that has the name: one that it names, or one that a target of it has, or had when it was last read. */
function faultOfAddress(judged: JudgedWorld, { name, zone, address, versions }: AddedAddress): string | undefined {
  const { world } = judged;
  const isNamed = versions.some(
    (alias) =>
      staticsOf(alias).includes(address) || mayUseFallback(alias, address) || isOwnForgery(judged, alias, address),
  );
  const targets = versions.flatMap(targetsOf);
  const ledSince = judged.changedAt.get("leader") ?? 0;
  if (isNamed || targets.some((target) => isFresh(world, target, address, ledSince))) {
    return undefined;
  }
  if (targets.some((target) => hadEver(world, target, address))) {
    return `past: ${name} got ${address} in ${zone}, which its target gave up long ago`;
  }
  const isOthers = [...world.aliases.values()].some(
    (alias) => staticsOf(alias).includes(address) || targetsOf(alias).some((target) => hadEver(world, target, address)),
  );
  return isOthers
    ? `foreign: ${name} got ${address} in ${zone}, which is an address of other aliases only`
    : `nobody: ${name} got ${address} in ${zone}, which no alias and no target has`;
}

/**
 * A status is the last known good of its own alias only, where a target has no address of the family, had none a moment ago, or wasn't read by the leader: there the hostile namespace
 * can lie about its own name.
 */
export function isOwnForgery({ world, changedAt }: JudgedWorld, alias: DnsAlias, address: string): boolean {
  const hasFamily = (target: string): boolean => {
    const says = world.targets.get(target) ?? "nxdomain";
    return typeof says !== "string" && says.some((one) => familyOf(one) === familyOf(address));
  };
  const wasWithout = (target: string): boolean =>
    world.clock.now() - (changedAt.get(`failure ${target}`) ?? -Infinity) <= BOUND_MS;
  // A new leader goes by the status until it has read the target itself, which a faulty network delays.
  const isUnread = (target: string): boolean =>
    (world.lastGoodOf.get(`${target} ${familyOf(address)}`) ?? -Infinity) < (changedAt.get("leader") ?? -Infinity);
  return (
    address === FORGED_ADDRESS &&
    alias.meta.namespace === HOSTILE &&
    targetsOf(alias).some((target) => !hasFamily(target) || wasWithout(target) || isUnread(target))
  );
}

function mayUseFallback({ spec }: DnsAlias, address: string): boolean {
  return (spec.onEmpty === "Fallback" || spec.onStale === "Fallback") && spec.fallbackAddresses.includes(address);
}

/** As they are now, the aliases whose name stays for a while after a label or a selector changed: an edit of their targets counts, too. */
function stayersOf(judged: JudgedWorld, { zone: { meta }, late }: PlaceWrite, name: string): readonly DnsAlias[] {
  const key = objectKey(meta);
  const since = leavingSince(judged, key, name, late);
  const had = since === Infinity ? [] : judged.timeline.since(key, name, since);
  return aliasesOf(judged.world, name).filter((alias) => had.some(({ meta: { uid } }) => uid === alias.meta.uid));
}
