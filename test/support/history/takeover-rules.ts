import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { Millis } from "../../../src/base/clock.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { closedSince, LABEL_MS, type Lateness } from "./place-facts.ts";
import { hadEver, staticsOf, targetsOf } from "./target-facts.ts";
import { wasZoneNeverRead } from "./unread-facts.ts";

interface PublishedName {
  readonly zone: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * Whether the addresses at a name were published for another namespace, which had the name before. A paused alias keeps what is published for itself, and nothing passes to another
 * namespace. So these records are withdrawn although the alias is paused. An address that both can have shows nothing, if the name hasn't been written since.
 */
export function areOthersRecords(
  judged: JudgedWorld,
  { zone, name, addresses }: PublishedName,
  late?: readonly Lateness[],
): boolean {
  const { world, timeline, changedAt } = judged;
  const takeover = timeline.takeover(zone, name);
  if (takeover === undefined) {
    return false;
  }
  const at = takenAt(judged, { zone, name, at: takeover.at, late });
  const versions = at === takeover.at ? takeover.versions : timeline.since(zone, name, at);
  const isPaused = timeline.throughout(zone, name, at).some(({ spec }) => spec.paused);
  const foreign = addresses.filter((address) => !versions.some((alias) => mayHave(world, alias, address)));
  const isOld = (changedAt.get(`written ${zone} ${name}`) ?? -Infinity) < at;
  return takeover.isPaused || foreign.length === addresses.length || (isOld && (isPaused || foreign.length > 0));
}

interface Taken {
  readonly zone: string;
  readonly name: string;
  readonly at: Millis;
  readonly late: readonly Lateness[] | undefined;
}

/** When the writer gave the name to the other namespace: if that was by a label or a selector, a minute after the writer heard of it. */
function takenAt(judged: JudgedWorld, { zone, name, at, late }: Taken): Millis {
  const isByLabel = closedSince(judged, zone, name) === at;
  return isByLabel ? closedSince(judged, zone, name, late) + LABEL_MS : at;
}

/** A leader that could read the DnsZone when a paused alias took a name over has withdrawn what another namespace had published there. */
export function faultsOfTakeover(judged: JudgedWorld, published: PublishedName): readonly string[] {
  const { zone, name, addresses } = published;
  const takeover = judged.timeline.takeover(zone, name);
  return takeover !== undefined &&
    takeover.at > (judged.changedAt.get("leader") ?? 0) &&
    addresses.length > 0 &&
    takeover.isPaused &&
    !wasZoneNeverRead(judged, zone, takeover.at) &&
    areOthersRecords(judged, published)
    ? [`takeover: ${name} still has ${addresses.join(" ")} in ${zone}, published for another namespace`]
    : [];
}

function mayHave(world: JudgedWorld["world"], alias: DnsAlias, address: string): boolean {
  return (
    staticsOf(alias).includes(address) ||
    alias.spec.fallbackAddresses.includes(address) ||
    targetsOf(alias).some((target) => hadEver(world, target, address))
  );
}
