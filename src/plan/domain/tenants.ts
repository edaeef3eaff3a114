import type { DnsZone, HostnamePattern } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { displayName, isWildcard, type Name } from "../../dns/name/name.ts";
import type { NamespaceLabels } from "./admission.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * The reason why `spec.tenants` of the DnsZone refuses a hostname to a namespace, with the cure. Undefined: the DnsZone allows
 * the hostname.
 */
export function refusedHostname(
  { meta, spec: { tenants } }: DnsZone,
  namespace: string,
  hostname: Name,
  labels: NamespaceLabels,
): string | undefined {
  if (meta.namespace === namespace) {
    return undefined;
  }
  const name = displayName(hostname);
  const zone = objectKey(meta);
  if (tenants.wildcards === "Deny" && isWildcard(hostname)) {
    return `DnsZone ${zone} does not allow the wildcard ${name} to namespace ${namespace} (spec.tenants.wildcards: Deny). List the hostnames one by one, or ask the owner of the DnsZone to allow wildcards`;
  }
  const own = labels.get(namespace) ?? {};
  if (tenants.hostnames === undefined || tenants.hostnames.some((one) => covers(one, hostname, namespace, own))) {
    return undefined;
  }
  return `DnsZone ${zone} does not allow the hostname ${name} to namespace ${namespace}. spec.tenants.hostnames ${allowedText(tenants.hostnames, namespace, own)}. Choose another hostname, or ask the owner of the DnsZone to allow this one`;
}

/**
 * The patterns of the DnsZone for a namespace as texts. A text changes if a label of the namespace changes that the pattern uses.
 */
export function patternsFor({ spec: { tenants } }: DnsZone, namespace: string, labels: Labels): readonly string[] {
  return (tenants.hostnames ?? []).flatMap((one) => shown(one, namespace, labels) ?? []);
}

function covers(pattern: HostnamePattern, hostname: Name, namespace: string, labels: Labels): boolean {
  const name = expand(pattern, namespace, labels);
  return name !== undefined && (pattern.isBelow ? hostname.endsWith(`.${name}`) : hostname === name);
}

/**
 * Replaces the variables of a pattern. Undefined if the namespace lacks a label of the pattern, or if its value isn't one DNS
 * label. A value with a dot could match names of another team.
 */
function expand({ parts }: HostnamePattern, namespace: string, labels: Labels): string | undefined {
  let name = "";
  for (const part of parts) {
    const text = part.kind === "text" ? part.text : part.kind === "namespace" ? namespace : (labels[part.key] ?? "");
    if (text === "" || (part.kind !== "text" && text.includes("."))) {
      return undefined;
    }
    name += text.toLowerCase();
  }
  return name;
}

function shown(pattern: HostnamePattern, namespace: string, labels: Labels): string | undefined {
  const name = expand(pattern, namespace, labels);
  return name && `${pattern.isBelow ? "*." : ""}${name.slice(0, -1)}`;
}

/** Maximum number of patterns in a message. */
const MAX_SHOWN = 5;

function allowedText(patterns: readonly HostnamePattern[], namespace: string, labels: Labels): string {
  const allowed = patterns.flatMap((one) => shown(one, namespace, labels) ?? []);
  if (allowed.length === 0) {
    return `has no pattern for the labels of this namespace (${patterns
      .map(({ text }) => text)
      .slice(0, MAX_SHOWN)
      .join(", ")})`;
  }
  const more = allowed.length > MAX_SHOWN ? ` and ${allowed.length - MAX_SHOWN} more` : "";
  return `allows it ${allowed.slice(0, MAX_SHOWN).join(", ")}${more}`;
}
