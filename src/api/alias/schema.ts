import type { Static } from "typebox";
import { ADDRESS_POLICIES, FAILBACK_MODES, SELECTIONS } from "../dns-alias.ts";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT } from "./field-limits.ts";
import { specHealthCheckSchema, targetHealthCheckSchema } from "./health-check-schema.ts";
import { duration, list, object, oneOf, optional, text, whole, yesNo } from "../schema/builders.ts";

/** A day: an address that may be cached longer does not follow its target. */
export const MAX_TTL = 86_400;

/** A DNS label. */
const MAX_TARGET_NAME = 63;
export const MAX_TARGETS = 16;

const address = text("An IPv4 or IPv6 address, like 203.0.113.7 or 2001:db8::7.", {
  minLength: 2,
  maxLength: MAX_ADDRESS_TEXT,
});

const target = object(
  "One source of addresses: a hostname to look up, or addresses as they are. Exactly one of hostname and addresses.",
  {
    name: optional(
      text(
        "Name of the target, unique in the DnsAlias, for example main. The status and metrics use it. Defaults to the hostname, or to addresses.",
        { minLength: 1, maxLength: MAX_TARGET_NAME },
      ),
    ),
    hostname: optional(
      text(
        "Hostname whose addresses are published, as a load balancer or CDN hands it out. CNAMEs are followed to their end, and lookups are repeated as the TTL requires.",
        { minLength: 1, maxLength: MAX_NAME_TEXT },
      ),
    ),
    addresses: optional(
      list("Addresses that never change.", address, {
        kind: "set",
        minItems: 1,
        maxItems: 64,
      }),
    ),
    priority: optional(
      whole(
        "Priority of the target, if selection is Failover. The lowest number is the first choice, and targets of equal priority are published together. All targets have it, or none has it. Defaults to the position in the list.",
        { minimum: 0, maximum: MAX_TARGETS - 1 },
      ),
    ),
    healthCheck: optional(targetHealthCheckSchema),
  },
);

const ttlDescription =
  "Bounds in seconds for the TTL of the published records. They narrow those of the DnsZone and never widen them.";

const failback = object("Return to a better target after a failover. Applies only if selection is Failover.", {
  mode: optional(
    oneOf(
      "Mode of the return. Automatic returns when the better target has been healthy for the duration in after. Manual stays with the current target while it is healthy. Defaults to Automatic.",
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
  min: optional(whole("Lowest TTL, in seconds. Defaults to that of the DnsZone.", { minimum: 1, maximum: MAX_TTL })),
  max: optional(
    whole(
      "Highest TTL, in seconds. Defaults to that of the DnsZone, and to 60 or less with a health check so that clients follow a failover.",
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
export const aliasSpecSchema = object("Desired state: the names, and the targets whose addresses they show.", {
  hostnames: list(
    "Owner names that show the addresses: the apex of a zone, names below it, or wildcards such as *.example.com. Each must be in a DnsZone whose allowedNamespaces admits this namespace.",
    text(
      "A hostname, for example example.com, shop.example.com, or *.example.com. Names with other letters are written in A-labels (xn--bcher-kva.example for bücher.example).",
      {
        minLength: 1,
        maxLength: MAX_NAME_TEXT,
      },
    ),
    { kind: "set", minItems: 1, maxItems: 64 },
  ),
  selection: oneOf(
    "Selection among the targets. Merge publishes the addresses of all healthy targets. Failover publishes those of the healthy targets with the best priority.",
    [...SELECTIONS],
    { default: "Merge" },
  ),
  targets: list(
    "Sources of the addresses. The addresses of all selected targets are merged, without duplicates, and the lowest of their TTLs applies.",
    target,
    { kind: "atomic", minItems: 1, maxItems: MAX_TARGETS },
  ),
  ipFamilies: list(
    "IP families of the published addresses: IPv4 for A records, IPv6 for AAAA records.",
    oneOf("IPv4 (A records) or IPv6 (AAAA records).", ["IPv4", "IPv6"]),
    { kind: "set", minItems: 1, maxItems: 2, default: ["IPv4", "IPv6"] },
  ),
  healthCheck: optional(specHealthCheckSchema),
  failback: optional(failback),
  ttl: optional(ttl),
  onEmpty: addressPolicy(
    "Policy for targets that no longer have an address. An empty answer counts only after several lookups agree.",
  ),
  onStale: addressPolicy("Policy for targets whose lookups have failed for longer than maxStaleness."),
  onUnhealthy: addressPolicy("Policy for the case that no target is healthy. Applies only with a health check."),
  fallbackAddresses: optional(
    list(
      "Addresses that are published instead of those of the targets if onEmpty, onStale, or onUnhealthy is Fallback and applies.",
      address,
      { kind: "set", maxItems: 64 },
    ),
  ),
  maxStaleness: duration(
    "Duration for which the last known good addresses remain published while lookups fail, before onStale applies: hours, minutes, seconds, and milliseconds, for example 24h or 1h30m. From 1s to 8760h.",
    { default: "24h" },
  ),
  allowPrivate: yesNo(
    "Permission to publish special-use addresses, for example 10.0.0.1 or 127.0.0.1, that a lookup returns. By default they are refused, because they can be an attack (DNS rebinding). Addresses under targets are always published. Neither applies in a DnsZone of another namespace whose tenants.privateAddresses is Deny.",
    { default: false },
  ),
  paused: yesNo("Pause of the DnsAlias: no lookups and no changes of the records until this is false again.", {
    default: false,
  }),
  httpsAlias: yesNo(
    "HTTPS record in alias mode (HTTPS 0 target, RFC 9460) in addition to the addresses. It leads browsers that query it to the target itself. It needs exactly one target, with a hostname.",
    { default: false },
  ),
});

/** What stands in the object once defaults are filled in; texts are not yet parsed. */
export type AliasSpecText = Static<typeof aliasSpecSchema>;
