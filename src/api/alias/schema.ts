import type { Static } from "typebox";
import { ADDRESS_POLICIES } from "../dns-alias.ts";
import { duration, list, object, oneOf, optional, text, whole, yesNo } from "../schema/builders.ts";

export const MAX_ADDRESS_TEXT = 45;
/** 253 characters (RFC 1035 2.3.4) and a final dot. */
export const MAX_NAME_TEXT = 254;
/** A day: an address that may be cached longer does not follow its target. */
export const MAX_TTL = 86_400;

const address = text("An IPv4 or IPv6 address, like 203.0.113.7 or 2001:db8::7.", {
  minLength: 2,
  maxLength: MAX_ADDRESS_TEXT,
});

const target = object(
  "One source of addresses: a host name to look up, or addresses as they are. Exactly one of hostname and addresses.",
  {
    hostname: optional(
      text(
        "The host name whose addresses are published, as a load balancer or CDN hands it out. CNAMEs are followed to their end, and it is looked up again as its TTL asks.",
        { minLength: 1, maxLength: MAX_NAME_TEXT },
      ),
    ),
    addresses: optional(
      list("Addresses that never change. They are merged with what the other targets give.", address, {
        kind: "set",
        minItems: 1,
        maxItems: 64,
      }),
    ),
  },
);

const ttlDescription =
  "Bounds in seconds for the TTL of the published records. They narrow those of the DnsZone and never widen them.";

const ttl = object(ttlDescription, {
  min: optional(whole("The least TTL, in seconds. Without it the DnsZone's holds.", { minimum: 1, maximum: MAX_TTL })),
  max: optional(
    whole("The greatest TTL, in seconds. Without it the DnsZone's holds.", { minimum: 1, maximum: MAX_TTL }),
  ),
});

function addressPolicy(description: string) {
  return oneOf(
    `${description} Keep leaves the last known good addresses published. Withdraw removes the records. Fallback publishes fallbackAddresses.`,
    [...ADDRESS_POLICIES],
    { default: "Keep" },
  );
}

/** spec of a DnsAlias as a user writes it, after defaults. */
export const aliasSpecSchema = object("What is wanted: which names show the addresses of which targets.", {
  hostnames: list(
    "The names that show the addresses: a zone's own name (its apex), names below it, or wildcards like *.example.com. Each must lie in a DnsZone whose allowedNamespaces admits this namespace.",
    text(
      "A host name like example.com, shop.example.com or *.example.com. Names with other letters are written in A-labels (xn--bcher-kva.example for bücher.example).",
      {
        minLength: 1,
        maxLength: MAX_NAME_TEXT,
      },
    ),
    { kind: "set", minItems: 1, maxItems: 64 },
  ),
  targets: list(
    "Where the addresses come from. The addresses of all targets are merged, without duplicates, with the least of their TTLs.",
    target,
    { kind: "atomic", minItems: 1, maxItems: 16 },
  ),
  ipFamilies: list(
    "Which kinds of address are published: IPv4 makes A records, IPv6 makes AAAA records.",
    oneOf("IPv4 (A records) or IPv6 (AAAA records).", ["IPv4", "IPv6"]),
    { kind: "set", minItems: 1, maxItems: 2, default: ["IPv4", "IPv6"] },
  ),
  ttl: optional(ttl),
  onEmpty: addressPolicy(
    "Policy for targets that no longer have an address. An empty answer counts only after several lookups agree.",
  ),
  onStale: addressPolicy("Policy for targets whose lookups have failed for longer than maxStaleness."),
  fallbackAddresses: optional(
    list(
      "What is published in place of the targets' addresses when onEmpty or onStale is Fallback and its case is there.",
      address,
      { kind: "set", maxItems: 64 },
    ),
  ),
  maxStaleness: duration(
    "Duration for which the last known good addresses remain published while lookups fail, before onStale applies: hours, minutes, seconds, and milliseconds, for example 24h or 1h30m. From 1s to 8760h.",
    { default: "24h" },
  ),
  allowPrivate: yesNo(
    "Publish addresses that a public name should not have, like 10.0.0.1 or 127.0.0.1, when a look-up gives them. Without it they are refused, because they can be an attack (DNS rebinding). Addresses written under targets are always published. Neither applies in a DnsZone of another namespace whose tenants.privateAddresses is Deny.",
    { default: false },
  ),
  paused: yesNo("Leave everything as it is: no look-ups, no changes of the records, until this is false again.", {
    default: false,
  }),
  httpsAlias: yesNo(
    "Publish an HTTPS record in alias mode (HTTPS 0 target, RFC 9460) beside the addresses, which leads browsers that ask for it to the target itself. For an alias with one target, a host name.",
    { default: false },
  ),
});

/** What stands in the object once defaults are filled in; texts are not yet parsed. */
export type AliasSpecText = Static<typeof aliasSpecSchema>;
