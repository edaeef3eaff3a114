import type { Static } from "typebox";
import { ADDRESS_POLICIES, FAILBACK_MODES, SELECTIONS } from "../dns-alias.ts";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT } from "./field-limits.ts";
import { resourceRefSchema } from "./resource-ref-schema.ts";
import { specHealthCheckSchema, targetHealthCheckSchema } from "./health-check-schema.ts";
import { duration, list, object, oneOf, optional, text, whole, yesNo } from "../schema/builders.ts";

/** A day. If clients could cache an RRset for longer, it would follow its target too late. */
export const MAX_TTL = 86_400;

/** The maximum length of a target's name, which is a DNS label. */
const MAX_TARGET_NAME = 63;
export const MAX_TARGETS = 16;
/** The maximum weight, as in Amazon Route 53. */
const MAX_WEIGHT = 255;

const address = text("IPv4 or IPv6 address, for example 203.0.113.7 or 2001:db8::7.", {
  minLength: 2,
  maxLength: MAX_ADDRESS_TEXT,
});

const target = object(
  "Source of addresses: a hostname to look up, fixed addresses, or an object of the cluster. Exactly one of hostname, addresses, and resourceRef.",
  {
    name: optional(
      text(
        "Name of the target, unique in the DnsAlias, for example main. The status and metrics show it. Defaults to the hostname, to kind and name of the resourceRef (for example service-web), or to the word addresses.",
        { minLength: 1, maxLength: MAX_TARGET_NAME },
      ),
    ),
    hostname: optional(
      text(
        "Hostname of a load balancer, CDN, or other service, for example d111111abcdef8.cloudfront.net. dnsalias follows its CNAMEs and publishes its addresses. Its TTL sets the time of the next lookup.",
        { minLength: 1, maxLength: MAX_NAME_TEXT },
      ),
    ),
    addresses: optional(
      list("Fixed addresses.", address, {
        kind: "set",
        minItems: 1,
        maxItems: 64,
      }),
    ),
    resourceRef: optional(resourceRefSchema),
    priority: optional(
      whole(
        "Priority of the target, if selection is Failover. The lowest number is the first choice, and targets of equal priority are published together. Set it for all targets, or for no target. Defaults to the position in the list.",
        { minimum: 0, maximum: MAX_TARGETS - 1 },
      ),
    ),
    weight: optional(
      whole(
        "Weight of the target, if selection is Weighted, or among targets of equal priority if selection is Failover. A target with the weight 90 gets 9 times the share of a target with the weight 10. A target with the weight 0 is selected only while all others are unhealthy. Defaults to 1.",
        { minimum: 0, maximum: MAX_WEIGHT },
      ),
    ),
    healthCheck: optional(targetHealthCheckSchema),
  },
);

const ttlDescription =
  "Bounds for the TTL of the published records, in seconds. These bounds can only narrow the bounds in spec.ttl of the DnsZone.";

const failback = object("Return to a better target after a failover. Applies only if selection is Failover.", {
  mode: optional(
    oneOf(
      "Mode of the return. With Automatic, the name returns when the better target has been healthy for the duration in after. With Manual, the name stays at the current target while the current target is healthy. Defaults to Automatic.",
      [...FAILBACK_MODES],
    ),
  ),
  after: optional(
    duration(
      "Duration for which the better target must have been healthy before the return, from 0s to 24h. Defaults to 5m.",
    ),
  ),
});

const ttl = object(ttlDescription, {
  min: optional(
    whole(
      "Lowest TTL, in seconds, for example 30. dnsalias raises a lower TTL of a target to this value. Defaults to spec.ttl.min of the DnsZone.",
      { minimum: 1, maximum: MAX_TTL },
    ),
  ),
  max: optional(
    whole(
      "Highest TTL, in seconds, for example 300. dnsalias lowers a higher TTL of a target to this value. Defaults to spec.ttl.max of the DnsZone. With a health check, it defaults to at most 60, so that clients follow a failover.",
      { minimum: 1, maximum: MAX_TTL },
    ),
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
export const aliasSpecSchema = object("Desired state: the hostnames, and the targets whose addresses they get.", {
  hostnames: list(
    "Hostnames that get the addresses: the apex of a zone, names below it, or wildcards. Each must be in the domain of a DnsZone whose allowedNamespaces admits this namespace.",
    text(
      "Hostname, for example example.com, shop.example.com, or *.example.com. Labels with other letters must be A-labels (RFC 5890), for example xn--bcher-kva.example for bücher.example.",
      {
        minLength: 1,
        maxLength: MAX_NAME_TEXT,
      },
    ),
    { kind: "set", minItems: 1, maxItems: 64 },
  ),
  selection: oneOf(
    "Selection among the targets. Merge publishes the addresses of all healthy targets. Failover publishes the addresses of the healthy targets with the best priority. Weighted publishes some addresses of each healthy target, in proportion to its weight.",
    [...SELECTIONS],
    { default: "Merge" },
  ),
  targets: list(
    "Sources of the addresses. dnsalias merges the addresses of all selected targets, without duplicates. With weights, it publishes only some of them. The lowest TTL of the selected targets applies.",
    target,
    { kind: "atomic", minItems: 1, maxItems: MAX_TARGETS },
  ),
  ipFamilies: list(
    "IP families of the published addresses.",
    oneOf("IP family: IPv4 for A records, IPv6 for AAAA records.", ["IPv4", "IPv6"]),
    { kind: "set", minItems: 1, maxItems: 2, default: ["IPv4", "IPv6"] },
  ),
  healthCheck: optional(specHealthCheckSchema),
  failback: optional(failback),
  ttl: optional(ttl),
  onEmpty: addressPolicy(
    "Policy if the targets no longer have an address. Applies only after several lookups confirm this.",
  ),
  onStale: addressPolicy("Policy if lookups of the targets have failed for longer than maxStaleness."),
  onUnhealthy: addressPolicy("Policy if no target is healthy. Applies only with a health check."),
  fallbackAddresses: optional(
    list(
      "Addresses that are published while onEmpty, onStale, or onUnhealthy is Fallback and applies, for example the addresses of a maintenance page.",
      address,
      { kind: "set", maxItems: 64 },
    ),
  ),
  maxStaleness: duration(
    "Duration for which lookups can fail before onStale applies. Until then the last known good addresses remain published. The format has hours, minutes, seconds, and milliseconds (GEP-2257), for example 24h or 1h30m. From 1s to 8760h.",
    { default: "24h" },
  ),
  allowPrivate: yesNo(
    "Permission to publish special-use addresses (RFC 6890) that a lookup or a resourceRef returns, for example 10.0.0.1. Without it, dnsalias refuses these addresses, because they can be an attack (DNS rebinding). Fixed special-use addresses need no permission. A DnsZone of another namespace refuses all special-use addresses, unless its tenants.privateAddresses is Allow.",
    { default: false },
  ),
  paused: yesNo(
    "Pause of the DnsAlias. While it is true, dnsalias makes no lookups and no changes, and the published records remain.",
    {
      default: false,
    },
  ),
  httpsAlias: yesNo(
    "HTTPS record in alias mode (HTTPS 0 target, RFC 9460), in addition to the addresses. Browsers that query the record follow it to the target itself. Needs exactly one target, with a hostname.",
    { default: false },
  ),
});

/** The spec in the object after the defaults are filled in. Its texts are not parsed yet. */
export type AliasSpecText = Static<typeof aliasSpecSchema>;
