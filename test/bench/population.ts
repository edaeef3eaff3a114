import { aliasManifest, hyphened, zoneManifest, type AliasManifest } from "../lab/manifests.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";

/** Many aliases, each on a target of its own with an A and an AAAA record, spread over zones that each fit into a ConfigMap. */
export interface Population {
  readonly aliases: number;
  readonly zones: number;
  /** Seconds: of every record of a target. */
  readonly ttl: number;
}

export const TARGET_ZONE = "cdn.test";
/** The namespaces that aliases are in. */
export const TEAMS = ["team-0", "team-1", "team-2", "team-3"] as const;

export function domainOf(zone: number): string {
  return `z${zone}.bench.test`;
}

export function domainsOf({ zones }: Population): readonly string[] {
  return Array.from({ length: zones }, (_, zone) => domainOf(zone));
}

/** One zone of the population holds this many aliases; the first of them is at its apex. */
export function aliasOf({ zones }: Population, index: number): AliasManifest {
  const domain = domainOf(index % zones);
  return {
    name: `alias-${index}`,
    namespace: TEAMS[index % TEAMS.length] ?? TEAMS[0],
    hostnames: [index < zones ? domain : `shop-${index}.${domain}`],
    targets: [targetOf(index)],
  };
}

export function targetOf(index: number): string {
  return `edge-${index}.${TARGET_ZONE}`;
}

export function addressOf(index: number): string {
  return `11.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

export function addressV6Of(index: number): string {
  return `2a00:1450::${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}`;
}

/** Manifests as JSON, one object each: every alias of the population. */
export function aliasManifests(population: Population): readonly string[] {
  return Array.from({ length: population.aliases }, (_, index) => aliasManifest(aliasOf(population, index)));
}

/** A DnsZone with a base zone inline, served by the given server where there is one. */
export function zoneManifestOf(domain: string, servedBy: DnsEndpoint | undefined): string {
  const provider = { zoneFile: { baseZone: { inline: baseZone(domain) } } };
  return zoneManifest({ domain, name: hyphened(domain), provider, ...(servedBy && { servedBy }) });
}

/** The targets' zone for an authoritative server. */
export function targetZoneText({ aliases, ttl }: Population): string {
  const targets = Array.from({ length: aliases }, (_, index) => {
    const name = `${targetOf(index)}. ${ttl} IN`;
    return `${name} A ${addressOf(index)}\n${name} AAAA ${addressV6Of(index)}\n`;
  });
  return `@ 60 IN SOA ns hostmaster 1 3600 600 86400 60\n@ 60 IN NS ns\nns 60 IN A 127.0.0.1\n${targets.join("")}`;
}

function baseZone(domain: string): string {
  return `$ORIGIN ${domain}.
$TTL 300
@ IN SOA ns1 hostmaster 1 3600 600 86400 60
@ IN NS ns1
@ IN MX 10 mail
@ IN TXT "v=spf1 mx -all"
ns1 IN A 11.255.0.1
mail IN A 11.255.0.2
`;
}
