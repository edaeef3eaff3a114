import { baseZoneRules } from "./base-zone-rules.ts";
import { DOMAIN_RULES } from "./domain-rules.ts";
import { ETCD_RULES } from "./coredns-etcd-rules.ts";
import { EXTERNAL_RULES } from "./external-rules.ts";
import { hostNameRules } from "../../schema/name-rules.ts";
import { labelSelectorRules } from "./label-selector-rules.ts";
import { exactlyOne, rule, spot, spots, type Rule, type Spot } from "../../schema/rule.ts";
import { textAt } from "./secret-ref-rules.ts";
import { SERVED_BY_RULES } from "./served-by-rules.ts";
import { addressRule, configMapKeyRule, labelNameRule, objectNameRule } from "../../schema/text-rules.ts";
import { TENANTS_RULES } from "./tenants-rules.ts";
import { TRANSFER_RULES } from "./transfer-rules.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;
type CoreDNS = NonNullable<Spec["provider"]["coreDNS"]>;
type ZoneFile = NonNullable<CoreDNS["zoneFile"]>;

const PROVIDERS = ["coreDNS", "rfc2136", "powerDNS", "externalDNSWebhook", "dnsEndpoint", "transfer", "coreDNSEtcd"];
const CORE_DNS = "spec.provider.coreDNS";
const ZONE_FILE = `${CORE_DNS}.zoneFile`;
const OVERLAY = `${CORE_DNS}.overlay`;

const generalRules: readonly Rule<Spec>[] = [
  ...DOMAIN_RULES,
  rule<Spec, Spec["allowedNamespaces"]>({
    at: "spec.allowedNamespaces",
    cel: "self.from != 'Selector' || has(self.selector)",
    message:
      "from: Selector needs selector: add selector.matchLabels or selector.matchExpressions, or choose from: Same or from: All",
    values: (spec) => spot("spec.allowedNamespaces", spec.allowedNamespaces),
    holds: ({ from, selector }) => from !== "Selector" || selector !== undefined,
  }),
  rule<Spec, Spec["allowedNamespaces"]>({
    at: "spec.allowedNamespaces",
    cel: "self.from == 'Selector' || !has(self.selector)",
    message: "selector applies only if from is Selector: write from: Selector, or remove selector",
    values: (spec) => spot("spec.allowedNamespaces", spec.allowedNamespaces),
    holds: ({ from, selector }) => from === "Selector" || selector === undefined,
  }),
  ...labelSelectorRules<Spec>("spec.allowedNamespaces.selector", ({ allowedNamespaces }) => allowedNamespaces.selector),
  rule<Spec, Spec["ttl"]>({
    at: "spec.ttl",
    cel: "self.min <= self.max",
    message: "min (30 unless set) is above max (300 unless set): lower min or raise max",
    values: (spec) => spot("spec.ttl", spec.ttl),
    holds: ({ min, max }) => min <= max,
  }),
];

type Resolver = NonNullable<Spec["resolvers"]>[number];

const resolverRules: readonly Rule<Spec>[] = [
  addressRule<Spec>({ at: "spec.resolvers[].address", values: (spec) => below(resolvers(spec), "address") }),
  ...hostNameRules<Spec>({
    at: "spec.resolvers[].serverName",
    values: (spec) => resolvers(spec).flatMap(({ path, value }) => spot(`${path}.serverName`, value.serverName)),
  }),
  rule<Spec, Resolver>({
    at: "spec.resolvers[]",
    cel: "!has(self.serverName) || (has(self.protocol) && self.protocol in ['TLS', 'HTTPS'])",
    message: "serverName applies only if protocol is TLS or HTTPS: choose one of them, or remove serverName",
    values: resolvers,
    holds: ({ serverName, protocol }) => serverName === undefined || protocol === "TLS" || protocol === "HTTPS",
  }),
];

const providerRules: readonly Rule<Spec>[] = [
  exactlyOne<Spec>({
    at: "spec.provider",
    members: PROVIDERS,
    message: `a zone has exactly one provider: write one of ${PROVIDERS.join(", ")}; for a second provider, create a second DnsZone`,
    values: (spec) => spot("spec.provider", spec.provider),
  }),
  exactlyOne<Spec>({
    at: CORE_DNS,
    members: ["zoneFile", "overlay"],
    message:
      "coreDNS has exactly one of zoneFile and overlay: keep one, and create another DnsZone for the other delivery",
    values: (spec) => spot(CORE_DNS, spec.provider.coreDNS),
  }),
  rule<Spec, ZoneFile>({
    at: ZONE_FILE,
    cel: "!has(self.configMap) || !has(self.configMap.name) || !has(self.configMap.key) || !has(self.baseZone.configMapKeyRef) || self.configMap.name != self.baseZone.configMapKeyRef.name || self.configMap.key != self.baseZone.configMapKeyRef.key",
    message: sameKeyMessage(),
    values: (spec) => spot(ZONE_FILE, zoneFile(spec)),
    holds: ({ configMap, baseZone }) =>
      configMap?.name === undefined ||
      configMap.key === undefined ||
      configMap.name !== baseZone.configMapKeyRef?.name ||
      configMap.key !== baseZone.configMapKeyRef.key,
  }),
];

const placeRules: readonly Rule<Spec>[] = [
  objectNameRule<Spec>(textAt(`${ZONE_FILE}.configMap.name`, (spec) => zoneFile(spec)?.configMap?.name)),
  configMapKeyRule<Spec>(textAt(`${ZONE_FILE}.configMap.key`, (spec) => zoneFile(spec)?.configMap?.key)),
  ...baseZoneRules(`${ZONE_FILE}.baseZone`, (spec) => zoneFile(spec)?.baseZone),
  labelNameRule<Spec>(textAt(`${OVERLAY}.configMap.namespace`, (spec) => overlayMap(spec)?.namespace)),
  objectNameRule<Spec>(textAt(`${OVERLAY}.configMap.name`, (spec) => overlayMap(spec)?.name)),
  configMapKeyRule<Spec>(textAt(`${OVERLAY}.configMap.key`, (spec) => overlayMap(spec)?.key)),
  ...labelSelectorRules<Spec>(`${CORE_DNS}.nudge.selector`, (spec) => spec.provider.coreDNS?.nudge?.selector),
  labelNameRule<Spec>(textAt(`${CORE_DNS}.nudge.namespace`, (spec) => spec.provider.coreDNS?.nudge?.namespace)),
];

/** Every rule of a DnsZone beyond the structure of its schema. */
export const ZONE_RULES: readonly Rule<Spec>[] = [
  ...generalRules,
  ...TENANTS_RULES,
  ...resolverRules,
  ...providerRules,
  ...placeRules,
  ...SERVED_BY_RULES,
  ...EXTERNAL_RULES,
  ...TRANSFER_RULES,
  ...ETCD_RULES,
  ...baseZoneRules("spec.responder.baseZone", ({ responder }) => responder.baseZone),
];

/**
 * The message of two checks. One check is for the fields of the manifest, and the other check is for the computed default names.
 */
export function sameKeyMessage(): string {
  return "the zone would be written over its own base zone: give configMap another name or key than configMapKeyRef";
}

function resolvers(spec: Spec): readonly Spot<Resolver>[] {
  return spots("spec.resolvers", spec.resolvers);
}

function below<Key extends string>(
  spots: readonly Spot<Readonly<Record<Key, string>>>[],
  key: Key,
): readonly Spot<string>[] {
  return spots.map(({ path, value }) => ({ path: `${path}.${key}`, value: value[key] }));
}

function zoneFile(spec: Spec) {
  return spec.provider.coreDNS?.zoneFile;
}

function overlayMap(spec: Spec) {
  return spec.provider.coreDNS?.overlay?.configMap;
}
