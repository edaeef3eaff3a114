import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { hadEver, staticsOf, targetsOf } from "./target-facts.ts";

interface PublishedName {
  readonly zone: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * Whether the addresses at a name were published for another namespace, which had the name before. A paused alias keeps what is published for itself, and nothing passes to another
 * namespace. So these records are withdrawn although the alias is paused. An address that both can have shows nothing, if the name hasn't been written since.
 */
export function areOthersRecords({ world, timeline, changedAt }: JudgedWorld, published: PublishedName): boolean {
  const takeover = timeline.takeover(published.zone, published.name);
  if (takeover === undefined) {
    return false;
  }
  const foreign = published.addresses.filter(
    (address) => !takeover.versions.some((alias) => mayHave(world, alias, address)),
  );
  const isOld = (changedAt.get(`written ${published.zone} ${published.name}`) ?? -Infinity) < takeover.at;
  return takeover.isPaused || foreign.length === published.addresses.length || (isOld && foreign.length > 0);
}

/** A leader that has seen a paused alias take a name over has withdrawn what another namespace had published there. */
export function faultsOfTakeover(judged: JudgedWorld, published: PublishedName): readonly string[] {
  const { zone, name, addresses } = published;
  const takeover = judged.timeline.takeover(zone, name);
  return takeover !== undefined &&
    takeover.at > (judged.changedAt.get("leader") ?? 0) &&
    addresses.length > 0 &&
    takeover.isPaused &&
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
