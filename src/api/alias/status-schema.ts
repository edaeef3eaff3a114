import { conditionsSchema } from "../condition/condition-schema.ts";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT } from "./field-limits.ts";
import { HEALTH_VERDICTS } from "../dns-alias.ts";
import { historySchema } from "./history-schema.ts";
import { duration, list, object, oneOf, optional, text, time, whole, yesNo } from "../schema/builders.ts";

/** The length of "-16". Such a number follows a default name if another target already has that name. */
const MAX_SUFFIX = 3;
const TARGET_NAME = { minLength: 1, maxLength: MAX_NAME_TEXT + MAX_SUFFIX };
/** The maximum number of addresses of one target that dnsalias checks. */
const MAX_CHECKED_ADDRESSES = 64;
const PERCENT = { minimum: 0, maximum: 100 };
const shown = { maxLength: 4096 };
const addresses = list(
  "Addresses, sorted. A list that is too long ends with the number of the omitted addresses.",
  text("IPv4 or IPv6 address.", { minLength: 2, maxLength: MAX_ADDRESS_TEXT }),
  {
    kind: "atomic",
    maxItems: 1024,
  },
);

const hostname = object("Published records of one hostname in one DnsZone.", {
  hostname: text("Hostname of the records.", { minLength: 1, maxLength: MAX_NAME_TEXT }),
  zone: optional(text("DnsZone of the name, as namespace/name.", { maxLength: 512 })),
  addresses,
  ttl: optional(whole("TTL of the published records, in seconds.", { minimum: 0 })),
  publishedTime: optional(time("Time at which a server was first seen to serve these addresses.")),
  reason: optional(
    text("Reason why the records differ from the desired records, in one word. docs/reasons.md explains each reason.", {
      maxLength: 64,
    }),
  ),
});

const target = object("Results of the last lookups and health checks of one target.", {
  name: text("Name of the target, see spec.targets[].name.", TARGET_NAME),
  hostname: optional(text("Hostname of the target.", { minLength: 1, maxLength: MAX_NAME_TEXT })),
  chain: list(
    "Names of the CNAME chain, from the target to the name that has the addresses.",
    text("Name in the chain.", { maxLength: MAX_NAME_TEXT }),
    { kind: "atomic", maxItems: 32 },
  ),
  addresses,
  ttl: optional(whole("Lowest TTL of the chain and its addresses, in seconds.", { minimum: 0 })),
  outcome: text(
    "Outcome of the lookups: Positive, NoData, NxDomain, Failure with its reason, or Unknown before the first lookup. NoData: the name exists without addresses. NxDomain: the name doesn't exist. Static for a target with addresses, which needs no lookups. For a resourceRef also Missing, NotPermitted, or Unsupported; NoData then means that the load balancer has no address.",
    { maxLength: 1024 },
  ),
  lastTransitionTime: time("Time at which the outcome last changed."),
  rotating: optional(
    yesNo(
      "True while the target shows changing parts of a pool of addresses. The published addresses then remain steady.",
    ),
  ),
  health: optional(
    oneOf("Health of the target. Unknown before the first checks, and while dnsalias reaches no other address.", [
      ...HEALTH_VERDICTS,
    ]),
  ),
  healthTransitionTime: optional(time("Time at which the health last changed.")),
  message: optional(text("Reason why the target is not healthy, in a sentence.", { maxLength: 1024 })),
  unhealthyAddresses: optional(
    list(
      "Addresses that are down by their health checks. dnsalias leaves them out while another address is up.",
      text("IPv4 or IPv6 address.", { minLength: 2, maxLength: MAX_ADDRESS_TEXT }),
      { kind: "atomic", maxItems: MAX_CHECKED_ADDRESSES },
    ),
  ),
  share: optional(
    object("Share of the target, if targets have weights.", {
      wanted: whole(
        "Percentage of the answers that the target gets by its weight among the selected targets. 0 if the target is not selected.",
        PERCENT,
      ),
      published: whole(
        "Percentage of the published addresses that belong to the target. The responder always reaches the wanted share.",
        PERCENT,
      ),
    }),
  ),
});

const selected = object(
  "Selected targets, whose addresses are published. Exists only with a health check, Failover, or Weighted.",
  {
    targets: list("Names of the targets.", text("Name of the target.", TARGET_NAME), {
      kind: "atomic",
      minItems: 1,
      maxItems: 16,
    }),
    lastTransitionTime: time("Time at which dnsalias selected these targets."),
    reason: text(
      "Reason of the selection: Initial for the first selection, FailedOver, FailedBack, or Changed after a change of the spec or of the addresses.",
      { minLength: 1, maxLength: 64 },
    ),
  },
);

/** status of a DnsAlias. Only the controller writes it. */
export const aliasStatusSchema = object(
  "Observed state: the published records, and their targets. Only dnsalias writes it.",
  {
    observedGeneration: whole("Generation of the object that this status describes.", {
      minimum: -1,
      default: -1,
    }),
    conditions: optional(
      conditionsSchema(
        "Conditions of the object. Accepted: the object is valid, and its hostnames are accepted. Resolved: the addresses of the targets are known. Programmed: the name servers serve these addresses. Ready: Accepted, Resolved, and Programmed are True. Healthy: the targets pass their health checks.",
      ),
    ),
    hostnames: optional(list("Published records, for each hostname.", hostname, { kind: "atomic", maxItems: 512 })),
    targets: optional(
      list(
        "Results of the lookups and health checks, for each target with a hostname or resourceRef, and for each hostname of such an object. With a health check, Failover, or Weighted, for every target.",
        target,
        { kind: { mapBy: ["name"] }, maxItems: 64 },
      ),
    ),
    selected: optional(selected),
    switchBound: optional(
      duration(
        "Longest time from the outage of the selected targets until clients get the addresses of a standby, for example 1m35s. The bound is the sum of the times for checks, plan, and measured delivery, and of the published TTL. Absent while no standby is healthy.",
      ),
    ),
    stalenessBound: optional(
      duration(
        "Longest time for which clients can get an old address after the target has changed, for example 1m35s. The bound is the sum of three times: the wait for the next lookup (1 s for a resourceRef), the delivery, and the published TTL.",
      ),
    ),
    history: optional(historySchema),
    summary: optional(
      object("Texts for the columns of kubectl get, which shows only the first item of a nested list.", {
        targets: text("All targets, with commas between them.", shown),
        addresses: text("All published addresses, with commas between them.", shown),
        ttl: optional(whole("Lowest TTL of the published records, in seconds.", { minimum: 0 })),
      }),
    ),
  },
  { default: { observedGeneration: -1 } },
);
