import { hostNameRules } from "../../schema/name-rules.ts";
import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { addressRule } from "../../schema/text-rules.ts";
import { authorityRules } from "./authority-rules.ts";
import { labelRules, serverIdRule, urlRules } from "./external-text-rules.ts";
import { secretRefRules, textAt } from "./secret-ref-rules.ts";
import type { ZoneSpecText } from "../schema.ts";
import type { AuthoritiesText } from "../shared-fields.ts";

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
  ...authorityRules(POWER_DNS, ({ provider }) => provider.powerDNS),
];

const webhookRules: readonly Rule<Spec>[] = [
  ...urlRules<Spec>(textAt(`${WEBHOOK}.url`, ({ provider }) => provider.externalDNSWebhook?.url)),
  ...authorityRules(WEBHOOK, ({ provider }) => provider.externalDNSWebhook),
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

/** The rules of the external providers. */
export const EXTERNAL_RULES: readonly Rule<Spec>[] = [
  ...rfc2136Rules,
  ...powerDNSRules,
  ...webhookRules,
  ...dnsEndpointRules,
  ...caBundleNeedsHttps,
];

interface Reached extends AuthoritiesText {
  readonly url: string;
}

function needsHttps(path: string, reached: (spec: Spec) => Reached | undefined): Rule<Spec> {
  return rule<Spec, Reached>({
    at: path,
    cel: "!(has(self.caBundle) || has(self.caBundleRef)) || !self.url.startsWith('http://')",
    message:
      "caBundle and caBundleRef apply only to an https:// address: write url: https://…, or remove caBundle and caBundleRef",
    values: (spec) => spot(path, reached(spec)),
    holds: ({ url, caBundle, caBundleRef }) =>
      (caBundle === undefined && caBundleRef === undefined) || !url.startsWith("http://"),
  });
}
