import { sentences } from "../../api/condition/sentence.ts";
import type { Finding } from "../../api/condition/summarize.ts";
import type { DnsAlias, HostnameStatus } from "../../api/dns-alias.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { type NoZoneMatch, type RefusedHostname, refusalsOf, type ZonesMatch } from "../../plan/claims.ts";
import { time } from "./field/time.ts";

/** A name without a zone. */
export interface NameWithoutZone extends Omit<NoZoneMatch, "kind"> {
  readonly hostname: Name;
}

/** A name that its zone keeps for a limited time, although the zone no longer admits the alias. */
export interface LeavingName {
  readonly hostname: Name;
  readonly leaving: NonNullable<ZonesMatch["leaving"]>;
}

/** A name that the alias has in one DnsZone of its domain, and that another DnsZone refuses to the alias. */
export interface NameRefused extends RefusedHostname {
  readonly hostname: Name;
}

/** The condition for names that DnsZones refuse, with the time until which they stay. Undefined: no name is refused. */
export function placementCondition(
  withoutZone: readonly NameWithoutZone[],
  leaving: readonly LeavingName[],
  refused: readonly NameRefused[],
): Finding | undefined {
  const ending = leaving.flatMap(({ hostname, leaving: { until, next } }) =>
    refusalsOf(next).map((why) => ({ ...why, hostname, until })),
  );
  const all = [...withoutZone, ...ending, ...refused];
  const [first] = all;
  return first === undefined
    ? undefined
    : { status: "False", reason: first.reason, message: sentences(all.flatMap(messagesOf)) };
}

/** Sentences about names that will move to another zone, with the time of the move. */
export function movingTexts(leaving: readonly LeavingName[]): readonly string[] {
  return leaving.flatMap(({ hostname, leaving: { until, next } }) => {
    const zones = next.kind === "zones" ? next.zones.map(({ meta }) => `${meta.namespace}/${meta.name}`) : [];
    const why = "because its DnsZone no longer admits the namespace";
    return zones.length === 0
      ? []
      : [`Hostname ${displayName(hostname)} moves to DnsZone ${zones.join(", ")} at ${time(until)}, ${why}`];
  });
}

function messagesOf({ message, until }: Pick<NameWithoutZone, "message" | "until">): readonly string[] {
  return until === undefined ? [message] : [message, `The records remain until ${time(until)}`];
}

/** The entries of names that one of their DnsZones refuses. Names that stay there for a limited time are excluded. */
export function refusedEntries(
  refused: readonly NameRefused[],
  isListed: (hostname: Name, zone: string) => boolean,
): readonly HostnameStatus[] {
  return refused
    .filter(({ hostname, zone }) => !isListed(hostname, zone))
    .map(({ hostname, zone, reason }) => ({ hostname: displayName(hostname), zone, addresses: [], reason }));
}

/**
 * The entries of a name without a zone. While its records remain, its previous entries remain, so that the records are known after
 * a restart.
 */
export function stayingEntries(
  { status }: DnsAlias,
  { hostname, reason, stays = [] }: NameWithoutZone,
): readonly HostnameStatus[] {
  const name = displayName(hostname);
  const entries = stays.map((zone) => {
    const before = status?.hostnames.find((entry) => entry.hostname === name && entry.zone === zone);
    return { hostname: name, zone, addresses: [], ...before, reason };
  });
  return entries.length === 0 ? [{ hostname: name, addresses: [], reason }] : entries;
}
