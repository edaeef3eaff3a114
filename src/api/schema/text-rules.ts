import { parseAddress } from "../../dns/address/address.ts";
import { embeddingOf, EMBEDDING_NETWORKS } from "../../dns/address/publishable.ts";
import type { TextsAt } from "./name-rules.ts";
import { rule, type Rule } from "./rule.ts";

/**
 * The rule for addresses that both Kubernetes' isIP() and src/dns/address/address.ts accept: no leading zeros, no zone, no IPv4
 * inside IPv6.
 */
export function addressRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return rule({
    ...texts,
    cel: "isIP(self)",
    message:
      "not an address: write IPv4 as four numbers without leading zeros (203.0.113.7) or IPv6 (2001:db8::7), with no port, prefix length, zone or IPv4-mapped form",
    holds: (text) => parseAddress(text) !== undefined,
  });
}

/** The network of IPv4-mapped addresses. Kubernetes' isIP() refuses these addresses, and its cidr() fails for the network. */
const MAPPED = "::ffff:0:0";

/**
 * The rules for addresses to publish. They refuse the addresses that the resolver refuses in answers. `::` and `::1` are not
 * IPv4-compatible addresses.
 */
export function publishedAddressRules<Spec>(texts: TextsAt<Spec>): readonly Rule<Spec>[] {
  const networks = EMBEDDING_NETWORKS.filter(({ address }) => address !== MAPPED).map(
    ({ address, prefix }) => `'${address}/${prefix}'`,
  );
  return [
    addressRule(texts),
    rule({
      ...texts,
      cel: `!isIP(self) || ip(self).isLoopback() || ip(self).isUnspecified() || ![${networks.join(", ")}].exists(network, cidr(network).containsIP(self))`,
      message:
        "an IPv6 address that carries an IPv4 address (IPv4-compatible, IPv4-translated, NAT64, Teredo or 6to4), which is no host's address: write the IPv4 address",
      holds: (text) => parseAddress(text) === undefined || embeddingOf(text) === undefined,
    }),
  ];
}

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export function objectNameRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return matching(
    texts,
    String.raw`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`,
    "not the name of a Kubernetes object: write lower-case letters, digits, hyphens and dots, with a letter or digit at each end of a part",
  );
}

/** The name of a namespace or Service (RFC 1123 label). */
export function labelNameRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return matching(
    texts,
    "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    "not a namespace's or Service's name: write lower-case letters, digits and hyphens, with a letter or digit at each end",
  );
}

export function configMapKeyRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return dataKeyRule(texts, "a ConfigMap");
}

export function secretKeyRule<Spec>(texts: TextsAt<Spec>): Rule<Spec> {
  return dataKeyRule(texts, "a Secret");
}

function dataKeyRule<Spec>(texts: TextsAt<Spec>, holder: string): Rule<Spec> {
  return matching(
    texts,
    String.raw`^([A-Za-z0-9_-]|\.[A-Za-z0-9_-])[-._A-Za-z0-9]*$`,
    `not a key of ${holder}: write letters, digits, hyphens, underscores and dots, not beginning with two dots`,
  );
}

function matching<Spec>(texts: TextsAt<Spec>, pattern: string, message: string): Rule<Spec> {
  const compiled = new RegExp(pattern);
  return rule({ ...texts, cel: `self.matches(r'${pattern}')`, message, holds: (text) => compiled.test(text) });
}
