import { hostNameRules } from "../../schema/name-rules.ts";
import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { addressRule } from "../../schema/text-rules.ts";
import { caBundleRules, labelRules, serverIdRule, urlRules } from "./external-text-rules.ts";
import { secretRefRules, textAt } from "./secret-ref-rules.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;

const RFC2136 = "spec.provider.rfc2136";
const POWER_DNS = "spec.provider.powerDNS";
const WEBHOOK = "spec.provider.externalDNSWebhook";
const DNS_ENDPOINT = "spec.provider.dnsEndpoint";

const rfc2136Rules: readonly Rule<Spec>[] = [
  addressRule<Spec>({
    at: `${RFC2136}.servers[].address`,
    values: ({ provider }) =>
      spots(`${RFC2136}.servers`, provider.rfc2136?.servers).map(({ path, value }) => ({
        path: `${path}.address`,
        value: value.address,
      })),
  }),
  ...hostNameRules<Spec>(textAt(`${RFC2136}.tsig.keyName`, ({ provider }) => provider.rfc2136?.tsig?.keyName)),
  ...secretRefRules(`${RFC2136}.tsig.secretRef`, ({ provider }) => provider.rfc2136?.tsig?.secretRef),
];

const powerDNSRules: readonly Rule<Spec>[] = [
  ...urlRules<Spec>(textAt(`${POWER_DNS}.url`, ({ provider }) => provider.powerDNS?.url)),
  serverIdRule<Spec>(textAt(`${POWER_DNS}.serverId`, ({ provider }) => provider.powerDNS?.serverId)),
  ...secretRefRules(`${POWER_DNS}.apiKeyRef`, ({ provider }) => provider.powerDNS?.apiKeyRef),
  ...caBundleRules<Spec>(textAt(`${POWER_DNS}.caBundle`, ({ provider }) => provider.powerDNS?.caBundle)),
];

const webhookRules: readonly Rule<Spec>[] = [
  ...urlRules<Spec>(textAt(`${WEBHOOK}.url`, ({ provider }) => provider.externalDNSWebhook?.url)),
  ...caBundleRules<Spec>(textAt(`${WEBHOOK}.caBundle`, ({ provider }) => provider.externalDNSWebhook?.caBundle)),
];

const dnsEndpointRules: readonly Rule<Spec>[] = [
  ...labelRules<Spec>({
    at: `${DNS_ENDPOINT}.labels`,
    values: ({ provider }) => spot(`${DNS_ENDPOINT}.labels`, provider.dnsEndpoint?.labels),
  }),
];

const caBundleNeedsHttps: readonly Rule<Spec>[] = [
  needsHttps(POWER_DNS, ({ provider }) => provider.powerDNS),
  needsHttps(WEBHOOK, ({ provider }) => provider.externalDNSWebhook),
];

/** The rules of the providers outside CoreDNS. */
export const EXTERNAL_RULES: readonly Rule<Spec>[] = [
  ...rfc2136Rules,
  ...powerDNSRules,
  ...webhookRules,
  ...dnsEndpointRules,
  ...caBundleNeedsHttps,
];

interface Reached {
  readonly url: string;
  readonly caBundle?: string;
}

function needsHttps(path: string, reached: (spec: Spec) => Reached | undefined): Rule<Spec> {
  return rule<Spec, Reached>({
    at: path,
    cel: "!has(self.caBundle) || !self.url.startsWith('http://')",
    message: "caBundle has an effect with an https:// address alone: write url: https://…, or remove caBundle",
    values: (spec) => spot(path, reached(spec)),
    holds: ({ url, caBundle }) => caBundle === undefined || !url.startsWith("http://"),
  });
}
