import { parseSubnet } from "../../../dns/address/subnet.ts";
import { baseZoneRules } from "./base-zone-rules.ts";
import { hostNameRules } from "../../schema/name-rules.ts";
import { rule, spot, spots, type Rule } from "../../schema/rule.ts";
import { isSameName, sameNameCel } from "../../schema/same-name.ts";
import { secretRefRules, textAt } from "./secret-ref-rules.ts";
import { addressRule } from "../../schema/text-rules.ts";
import type { ZoneSpecText } from "../schema.ts";

type Spec = ZoneSpecText;

const TRANSFER = "spec.provider.transfer";

/**
 * A CEL expression that is true if a network's address is the first address of the network. Kubernetes 1.31 estimates that a
 * comparison of two networks (`cidr(self) == cidr(self).masked()`) exceeds the budget of a rule. The expression therefore checks
 * whether a network of only this address contains the first address.
 */
const NO_BIT_BEYOND =
  "cidr(self.split('/')[0] + (self.contains(':') ? '/128' : '/32')).containsIP(cidr(self).masked().ip())";

/** The rules of `provider.transfer`. */
export const TRANSFER_RULES: readonly Rule<Spec>[] = [
  ...baseZoneRules(`${TRANSFER}.baseZone`, (spec) => transfer(spec)?.baseZone),
  rule<Spec, string>({
    at: `${TRANSFER}.allow[]`,
    cel: `isIP(self) || (isCIDR(self) && ${NO_BIT_BEYOND})`,
    message:
      "neither an address nor a network: write 192.0.2.7, 2001:db8::7, 192.0.2.0/24 or 2001:db8::/32, a network with all bits beyond its length 0",
    values: (spec) => spots(`${TRANSFER}.allow`, transfer(spec)?.allow),
    holds: (text) => parseSubnet(text) !== undefined,
  }),
  ...hostNameRules<Spec>(textAt(`${TRANSFER}.tsig.keyName`, (spec) => transfer(spec)?.tsig?.keyName)),
  ...secretRefRules(`${TRANSFER}.tsig.secretRef`, (spec) => transfer(spec)?.tsig?.secretRef),
  addressRule<Spec>({
    at: `${TRANSFER}.notify[].address`,
    values: (spec) =>
      spots(`${TRANSFER}.notify`, transfer(spec)?.notify).map(({ path, value }) => ({
        path: `${path}.address`,
        value: value.address,
      })),
  }),
  ...hostNameRules<Spec>(textAt(`${TRANSFER}.catalog`, (spec) => transfer(spec)?.catalog)),
  rule<Spec, { readonly domain: string; readonly catalog: string | undefined }>({
    at: "spec",
    cel: `!has(self.provider.transfer) || !has(self.provider.transfer.catalog) || !(${sameNameCel("self.domain", "self.provider.transfer.catalog")})`,
    message: "provider.transfer.catalog is the zone's own domain: give the catalog zone another name",
    values: (spec) => spot("spec", { domain: spec.domain, catalog: transfer(spec)?.catalog }),
    holds: ({ domain, catalog }) => catalog === undefined || !isSameName(domain, catalog),
  }),
];

function transfer({ provider }: Spec) {
  return provider.transfer;
}
