import { parseName } from "../../../src/dns/name/name.ts";
import { parseZoneFile } from "../../../src/dns/zone-file/parse-zone-file.ts";
import type { RRset } from "../../../src/dns/record.ts";
import { BASE_ZONE } from "../controller-world.ts";
import { isDelegated } from "../history/claims.ts";
import { ZONES, type SceneZone } from "../history/scene.ts";
import type { Stage } from "../history/stage.ts";
import type { PlaneZone } from "./plane-facts.ts";

/** The records of each zone that aren't dnsalias's. */
export const PLANE_BASE = `${BASE_ZONE}cn IN CNAME shop
out IN CNAME www.example.org.
child IN NS ns1
a.deeper IN TXT "t"
`;

/** Owner names that aliases ask for, a few in each zone. */
export const PLANE_HOSTNAMES = [
  "example.com",
  "*.example.com",
  "shop.example.com",
  "ns1.example.com",
  "a.sub.example.com",
  "example.net",
  "*.example.net",
  "a.deep.example.net",
  "example.org",
  "b.example.org",
] as const;

export const PLANE_TYPES = ["A", "AAAA", "HTTPS", "TXT", "MX", "NS", "SOA", "CNAME", "DS"] as const;

/** Every name that is queried: those of aliases, of base zones, and some that don't exist. */
export const PLANE_NAMES: readonly string[] = [
  ...new Set([
    ...PLANE_HOSTNAMES.map((hostname) => `${hostname}.`),
    ...["example.com.", "example.net.", "example.org.", "sub.example.com."].flatMap((domain) => [
      domain,
      ...["nothing", "way.below.nothing", "www", "x.www", "cn", "out", "child", "x.child", "deeper", "shop"].map(
        (label) => `${label}.${domain}`,
      ),
    ]),
    "deep.example.net.",
    "nothing.deep.example.net.",
    "example.edu.",
  ]),
];

/** The zones as their name servers have them: of several DnsZones of a domain the one that the responder serves. */
export function publishedZones({ world, backends }: Stage): readonly PlaneZone[] {
  const places = new Map<string, SceneZone>();
  for (const scene of ZONES) {
    const best = places.get(scene.domain);
    if (isOurs(scene) && (best === undefined || rank(world, scene) < rank(world, best))) {
      places.set(scene.domain, scene);
    }
  }
  return [...places.values()].flatMap(({ key, domain, place }) => {
    const name = `${domain}.`;
    const backend = backends.get(place);
    if (backend !== undefined) {
      return backend.domain === name ? [{ key, domain: name, records: backend.list() }] : [];
    }
    const text = world.stores.get(place)?.text;
    if (text === undefined && !world.zones.has(key)) {
      return [];
    }
    return [{ key, domain: name, records: text === undefined ? [] : recordsOf(text, domain) }];
  });
}

function isOurs({ key }: SceneZone): boolean {
  return !key.startsWith("mallory/");
}

/** Zones that exist come first, the oldest before the others. */
function rank(world: Stage["world"], { key }: SceneZone): number {
  const zone = world.zones.get(key);
  return zone === undefined || !isDelegated(world, zone) ? Infinity : zone.meta.createdAt;
}

export function recordsOf(text: string, domain: string): readonly RRset[] {
  const key = `${domain} ${text}`;
  const known = PARSED.get(key) ?? parse(text, domain);
  PARSED.delete(key);
  PARSED.set(key, known);
  [...PARSED.keys()].slice(0, -MAX_PARSED).forEach((oldest) => PARSED.delete(oldest));
  return known;
}

/** The same texts are read for every query. */
const PARSED = new Map<string, readonly RRset[]>();
const MAX_PARSED = 32;

function parse(text: string, domain: string): readonly RRset[] {
  const parsed = parseZoneFile(text, parseName(domain));
  if (parsed.kind === "invalid") {
    throw new Error(`the published zone ${domain} is invalid: ${JSON.stringify(parsed.problems)}`);
  }
  return parsed.records;
}
