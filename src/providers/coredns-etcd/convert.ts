import { listAt, memberAt, numberAt, parseJson, textAt } from "../../base/json.ts";
import { parseAddress } from "../../dns/address/address.ts";
import { isAtOrBelow, labelsOf, type Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { canonicalData, parseCanonicalName } from "../canonical-rdata.ts";

/** The key below which the plugin reads a zone: `/skydns/com/example`. */
export function zoneRoot(pathPrefix: string, domain: Name): string {
  const path = [...pathPrefix.split("/").filter((part) => part !== ""), ...labelsOf(domain).toReversed()];
  return `/${path.join("/")}`;
}

/**
 * The key of a hostname: its labels below the zone, reversed. For the zone's own name it is `dns/apex`, where the plugin looks
 * for its addresses.
 */
export function ownerKeyOf(root: string, domain: Name, name: Name): string {
  return name === domain ? `${root}/${APEX_PATH}` : `${root}/${below(domain, name).toReversed().join("/")}`;
}

/** The name of a key below the zone's key. Undefined if no name has exactly this key. */
export function nameOfKey(root: string, domain: Name, key: string): Name | undefined {
  const path = key.slice(root.length + 1);
  if (path === APEX_PATH) {
    return domain;
  }
  const segments = path.split("/");
  return segments.every((segment) => SEGMENT.test(segment))
    ? parseCanonicalName(`${segments.toReversed().join(".")}.${domain}`)
    : undefined;
}

/** Returns the key one level above. Undefined if that is the zone's key. */
export function parentKey(root: string, key: string): string | undefined {
  const parent = key.slice(0, key.lastIndexOf("/"));
  return parent.length > root.length ? parent : undefined;
}

/** The keys between the zone's key and this one, the nearest first. Both ends are excluded. */
export function ancestorKeys(root: string, key: string): readonly string[] {
  const parent = parentKey(root, key);
  return parent === undefined ? [] : [parent, ...ancestorKeys(root, parent)];
}

/** The name of a key in the plugin: `apex.dns.example.com.` for the key of the apex. */
export function ownerNameOfKey(root: string, domain: Name, key: string): string {
  return `${key
    .slice(root.length + 1)
    .split("/")
    .toReversed()
    .join(".")}.${domain}`;
}

/**
 * Returns the hostname whose marker is at a TXT name; undefined: the name is not a marker name. In etcd, a marker is not a TXT
 * record of its own: the key of the hostname contains it.
 */
export function markedName(domain: Name, textName: Name): Name | undefined {
  const name = textName.startsWith(MARKER) ? parseCanonicalName(textName.slice(MARKER.length)) : undefined;
  return name !== undefined && isAtOrBelow(name, domain) ? name : undefined;
}

export function markerNameFor(name: Name): Name | undefined {
  return parseCanonicalName(`${MARKER}${name}`);
}

/** Returns the key of one address of a name. No query name has this key, because a label in a query cannot have a plain dot (RFC 1035 5.1). `+` sorts before other labels. */
export function addressKey(ownerKey: string, address: string): string {
  return `${ownerKey}/${OWN}${address}`;
}

/** Returns the key of the screen record, which prevents that the plugin answers at a name with the keys below it. */
export function shadowKey(key: string): string {
  return `${key}/${OWN}screen`;
}

/** Returns the hostname's key for a key of dnsalias: the key itself, or the key above it. */
export function ownerKeyOfOwn(key: string): string {
  const at = key.lastIndexOf("/");
  return key.startsWith(OWN, at + 1) ? key.slice(0, at) : key;
}

/** The members of a value that the plugin reads (its `msg.Service`), and one member of dnsalias. */
export interface Service {
  readonly host: string;
  readonly text: string;
  readonly ttl: Seconds;
  readonly group: string;
  readonly mail: boolean;
  /** The port of an SRV record. */
  readonly port: number;
  /** Undefined: another writer wrote the key. */
  readonly own: Own | undefined;
}

/** `owner`: the owner of a name, as RDATA of TXT markers. `screen`: see {@link shadowValue} and {@link placeholderValue}. */
type Own =
  | { readonly kind: "owner"; readonly markers: readonly string[] }
  | { readonly kind: "address" }
  | { readonly kind: "screen" };

/** Undefined for a value that is not a JSON object. For such a value, the plugin answers SERVFAIL. */
export function readService(value: string): Service | undefined {
  const body = parseJson(value);
  if (typeof body !== "object" || body === null) {
    return undefined;
  }
  return {
    host: textAt(body, "host"),
    text: textAt(body, "text"),
    ttl: numberAt(body, "ttl") || DEFAULT_TTL,
    group: textAt(body, "group"),
    mail: memberAt(body, "mail") === true,
    port: numberAt(body, "port") ?? 0,
    own: readOwn(memberAt(body, "dnsalias")),
  };
}

/** One address. The group prevents answers at the names above, and the port -1 prevents an SRV record. */
export function addressValue(address: string, ttl: Seconds, group: string): string {
  return JSON.stringify({ host: address, ttl, group, port: NO_SRV, dnsalias: { kind: "address" } });
}

/**
 * The value with the owner of a name. It has no host, so the plugin sees a name without records. That is correct for CNAME and
 * PTR queries.
 */
export function ownerValue(markers: readonly string[]): string {
  const owners = markers.map((data) => PLAIN_TEXT.exec(data)?.[1] ?? data);
  return JSON.stringify({ dnsalias: { kind: "owner", owners } });
}

/**
 * A record that points to itself. The plugin ignores such a record, so it has no answer. Its group replaces the groups of keys
 * below it.
 */
export function shadowValue(group: string): string {
  return JSON.stringify({ host: group, group, port: NO_SRV, dnsalias: { kind: "screen" } });
}

/** Marks a name that exists without records. */
export function placeholderValue(): string {
  return JSON.stringify({ dnsalias: { kind: "screen" } });
}

/** The address of a service that is only an address record. */
export function plainAddress({ host, text, mail, port }: Service): string | undefined {
  return text === "" && !mail && port <= 0 ? parseAddress(host) : undefined;
}

/** The TTL of the plugin for a value without `ttl`. */
const DEFAULT_TTL: Seconds = 300;
const NO_SRV = -1;
/** The path below the zone's key where the plugin looks for the zone's own addresses and name servers. */
export const APEX_PATH = "dns/apex";
export const NAME_SERVER_PATH = "dns/ns";
const MARKER = "_dnsalias.";
const OWN = "+.";
/** A label that a query can have. The plugin reads only lower-case keys. */
const SEGMENT = /^[a-z0-9_*-]{1,63}$/;
const PLAIN_TEXT = /^"([ !#-[\]-~]*)"$/;

function below(domain: Name, name: Name): readonly string[] {
  return labelsOf(name).slice(0, labelsOf(name).length - labelsOf(domain).length);
}

function readOwn(member: unknown): Own | undefined {
  switch (memberAt(member, "kind")) {
    case "owner": {
      const texts = listAt(member, "owners").filter((text) => typeof text === "string");
      const markers = texts.flatMap((text) => canonicalData("TXT", text.startsWith('"') ? text : `"${text}"`) ?? []);
      return { kind: "owner", markers };
    }
    case "address":
      return { kind: "address" };
    case "screen":
      return { kind: "screen" };
    default:
      return undefined;
  }
}
