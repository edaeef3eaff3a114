import { parseAddress } from "../../../dns/address/address.ts";
import { displayName, type Name } from "../../../dns/name/name.ts";
import { baseZoneOf } from "./convert-base-zone.ts";
import type {
  AllowedNamespaces,
  NudgeSpec,
  ProviderSpec,
  ResolverSpec,
  ZoneFileSpec,
  ZoneSpec,
} from "../../dns-zone.ts";
import { externalProblems, externalProviderOf } from "./convert-external.ts";
import { nameReader, type NameReader } from "../../schema/name-reader.ts";
import { problem, type Parsed, type Problem } from "../../schema/problem.ts";
import { tenantsOf } from "./convert-tenants.ts";
import { servedByOf } from "./convert-served-by.ts";
import { sameKeyMessage } from "../rules/zone-rules.ts";
import type { ZoneSpecText } from "../schema.ts";

/**
 * Converts a spec that has passed the schema and the rules to the domain model. It sets the defaults that depend on other fields.
 */
export function zoneSpecOf(text: ZoneSpecText): Parsed<ZoneSpec> {
  const names = nameReader();
  const domain = names.read(text.domain, "spec.domain");
  const resolvers = text.resolvers?.map((resolver) => resolverOf(resolver));
  const provider = domain === undefined ? undefined : providerOf(text, domain, names);
  const problems = [
    ...names.problems,
    ...externalProblems(text.provider),
    ...(provider === undefined ? [] : placeProblems(provider)),
  ];
  if (domain === undefined || provider === undefined || problems.length > 0) {
    return { kind: "invalid", problems };
  }
  const spec: ZoneSpec = {
    domain,
    allowedNamespaces: allowedOf(text.allowedNamespaces),
    tenants: tenantsOf(text.tenants),
    provider,
    servedBy: servedByOf(text.servedBy, provider),
    ...(resolvers === undefined ? {} : { resolvers }),
    policy: text.policy,
    conflict: text.conflict,
    deletionPolicy: text.deletionPolicy,
    ttl: text.ttl,
    maxDeletePercent: text.guard.maxDeletePercent,
    responder: responderOf(text.responder),
  };
  return { kind: "ok", value: spec };
}

function allowedOf({ from, selector }: ZoneSpecText["allowedNamespaces"]): AllowedNamespaces {
  return from === "Selector" ? { from, selector: selector ?? {} } : { from };
}

function responderOf({ baseZone, clientSubnet }: ZoneSpecText["responder"]): ZoneSpec["responder"] {
  return { ...(baseZone === undefined ? {} : { base: baseZoneOf(baseZone) }), clientSubnet };
}

const DEFAULT_PORT: Readonly<Record<ResolverSpec["protocol"], number>> = { UDP: 53, TCP: 53, TLS: 853, HTTPS: 443 };

function resolverOf(text: NonNullable<ZoneSpecText["resolvers"]>[number]): ResolverSpec {
  const { address, protocol = "UDP", port, serverName } = text;
  return {
    address: canonical(address),
    port: port ?? DEFAULT_PORT[protocol],
    protocol,
    ...(serverName === undefined ? {} : { serverName: serverName.replace(/\.$/, "").toLowerCase() }),
  };
}

type CoreDNS = NonNullable<ZoneSpecText["provider"]["coreDNS"]>;

function providerOf({ provider }: ZoneSpecText, domain: Name, names: NameReader): ProviderSpec | undefined {
  const { coreDNS } = provider;
  if (coreDNS === undefined) {
    return externalProviderOf(provider, names);
  }
  const nudge = nudgeOf(coreDNS);
  if (coreDNS.overlay !== undefined) {
    return { kind: "coreDNSOverlay", overlay: coreDNS.overlay, ...nudge };
  }
  return coreDNS.zoneFile === undefined
    ? undefined
    : { kind: "coreDNSZoneFile", zoneFile: zoneFileOf(coreDNS.zoneFile, domain), ...nudge };
}

function zoneFileOf({ configMap, baseZone }: NonNullable<CoreDNS["zoneFile"]>, domain: Name): ZoneFileSpec {
  const plain = displayName(domain);
  return {
    configMap: {
      name: configMap?.name ?? `dnsalias-${plain.replace(/[^a-z0-9-]/g, "-")}`,
      key: configMap?.key ?? `${plain}.zone`,
    },
    base: baseZoneOf(baseZone),
  };
}

function nudgeOf({ nudge }: CoreDNS): { readonly nudge?: NudgeSpec } {
  return nudge === undefined ? {} : { nudge };
}

/** Kubernetes accepts no longer name for an object, or for a key in a ConfigMap. */
const MAX_OBJECT_NAME = 253;

/** Problems with computed names. Names in the spec have already passed the rules. */
function placeProblems(provider: ProviderSpec): readonly Problem[] {
  if (provider.kind !== "coreDNSZoneFile") {
    return [];
  }
  const { configMap, base } = provider.zoneFile;
  const at = "spec.provider.coreDNS.zoneFile.configMap";
  const same = base.kind === "configMap" && base.name === configMap.name && base.key === configMap.key;
  return [
    ...(configMap.name.length > MAX_OBJECT_NAME ? [tooLong(`${at}.name`, configMap.name)] : []),
    ...(configMap.key.length > MAX_OBJECT_NAME ? [tooLong(`${at}.key`, configMap.key)] : []),
    ...(same ? [problem(at, undefined, sameKeyMessage())] : []),
  ];
}

function tooLong(path: string, value: string): Problem {
  return problem(
    path,
    value,
    `what is made of the domain is longer than ${MAX_OBJECT_NAME} characters: write a shorter one`,
  );
}

function canonical(address: string): string {
  return parseAddress(address) ?? address;
}
