import { displayName, type Name } from "../name/name.ts";
import type { Token } from "../presentation/lexer.ts";
import { nameFromZoneText } from "../presentation/parse-name.ts";

/**
 * Pseudo types of PowerDNS and of DNS services for a name that follows another one. These types have no type number, so no server
 * transfers them.
 */
const ALIAS_TYPES: ReadonlySet<string> = new Set(["ALIAS", "ANAME"]);

/** Why an ALIAS or ANAME record cannot be in a zone file, with the DnsAlias that replaces it. Undefined for other types. */
export function aliasProblem(
  owner: Name,
  { type, rdata }: { readonly type: string; readonly rdata: readonly Token[] },
  origin: Name,
): string | undefined {
  if (!ALIAS_TYPES.has(type)) {
    return undefined;
  }
  const target = nameFromZoneText(rdata[0]?.raw ?? "", origin);
  const manifest = target.kind === "ok" ? manifestFor(displayName(owner), displayName(target.value)) : undefined;
  const fault = `${type} is not a DNS record type that goes over the wire. Remove the record and use a DnsAlias for it`;
  return manifest === undefined || manifest.length > MAX_MANIFEST_LENGTH ? fault : `${fault}: ${manifest}`;
}

/** A longer manifest would fill the condition that shows the message. */
const MAX_MANIFEST_LENGTH = 400;

/** JSON, which is YAML on one line. */
function manifestFor(hostname: string, target: string): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: objectName(hostname) },
    spec: { hostnames: [hostname], targets: [{ hostname: target }] },
  });
}

/** A valid object name: labels of letters, digits and hyphens (RFC 1123). */
function objectName(hostname: string): string {
  const labels = hostname.replace(/^\*/, "wildcard").split(".");
  return labels.map((label) => label.replaceAll(/[^a-z0-9-]/g, "").replaceAll(/^-+|-+$/g, "")).join(".");
}
