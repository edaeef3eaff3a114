import { API_GROUP, API_VERSION } from "../../api/meta.ts";
import { suggest } from "../../api/schema/did-you-mean.ts";

/** The kinds that folder mode reads. It reads ConfigMaps and Secrets so that base zones and credentials work as in a cluster. */
export const MANIFEST_KINDS = ["DnsAlias", "DnsZone", "ConfigMap", "Secret", "Namespace"] as const;
export type ManifestKind = (typeof MANIFEST_KINDS)[number];

export type KindResult =
  | { readonly kind: "manifest"; readonly of: ManifestKind }
  /** An object of another program. */
  | { readonly kind: "ignored" }
  | { readonly kind: "problem"; readonly field: "apiVersion" | "kind"; readonly message: string };

/** Returns the kind of an object. A mistyped kind or group of dnsalias is a mistake, and is not ignored. */
export function manifestKindOf(apiVersion: string, kind: string): KindResult {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : undefined;
  if (group === API_GROUP) {
    return isMember(OWN_KINDS, kind) ? { kind: "manifest", of: kind } : unknownKind(kind);
  }
  if (isMember(OWN_KINDS, kind) ? isMeantAsOurs(group, apiVersion) : isNearOurs(group ?? apiVersion)) {
    return wrongVersion(`${API_GROUP}/${API_VERSION}`);
  }
  if (isMember(CORE_KINDS, kind) && group === undefined) {
    return apiVersion === CORE_VERSION ? { kind: "manifest", of: kind } : wrongVersion(CORE_VERSION);
  }
  return { kind: "ignored" };
}

const OWN_KINDS = ["DnsAlias", "DnsZone"] as const;
const CORE_KINDS = ["ConfigMap", "Secret", "Namespace"] as const;
const CORE_VERSION = "v1";

/** Other groups can have a kind DnsZone too. */
function isMeantAsOurs(group: string | undefined, apiVersion: string): boolean {
  return group === undefined || isNearOurs(group) || isNearOurs(apiVersion);
}

function isNearOurs(text: string): boolean {
  return suggest(text, [API_GROUP]) !== undefined;
}

function unknownKind(kind: string): KindResult {
  const meant = suggest(kind, OWN_KINDS);
  const cure = meant === undefined ? `there are ${OWN_KINDS.join(" and ")}` : `did you mean ${meant}?`;
  return { kind: "problem", field: "kind", message: `there is no such kind in ${API_GROUP}: ${cure}` };
}

function wrongVersion(version: string): KindResult {
  return { kind: "problem", field: "apiVersion", message: `must be ${version}` };
}

function isMember<Kind extends string>(kinds: readonly Kind[], kind: string): kind is Kind {
  return kinds.some((known) => known === kind);
}
