import { conditionsSchema } from "../condition/condition-schema.ts";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT } from "../alias/field-limits.ts";
import { duration, list, object, optional, text, time, whole } from "../schema/builders.ts";

const leftHostname = object("Hostname that no DnsAlias has any more, and its records.", {
  hostname: text("Hostname of the records.", { minLength: 1, maxLength: MAX_NAME_TEXT }),
  addresses: list(
    "Addresses of the records, sorted.",
    text("IPv4 or IPv6 address.", { minLength: 2, maxLength: MAX_ADDRESS_TEXT }),
    {
      kind: "atomic",
      maxItems: 1024,
    },
  ),
  ttl: whole("TTL of the records, in seconds.", { minimum: 0 }),
});

/** status of a DnsZone. Only the controller writes it. */
export const zoneStatusSchema = object(
  "Observed state of the zone. Only dnsalias writes it.",
  {
    observedGeneration: whole("Generation of the object that this status describes.", {
      minimum: -1,
      default: -1,
    }),
    conditions: optional(
      conditionsSchema(
        "Conditions of the object. Accepted: the object is valid, and no other DnsZone writes to the same location. Programmed: the name servers serve the desired records. Ready: Accepted and Programmed are True.",
      ),
    ),
    provider: optional(text("Provider and its way of delivery, for example coreDNS/zoneFile.", { maxLength: 64 })),
    names: optional(whole("Number of hostnames that are published.", { minimum: 0 })),
    serial: optional(whole("Serial of the SOA that was written last.", { minimum: 0 })),
    servers: optional(
      object("Number of name servers of the zone in the last propagation check.", {
        current: whole("Number of name servers that serve the desired records.", { minimum: 0 }),
        total: whole("Number of name servers that were queried.", { minimum: 0 }),
      }),
    ),
    deliveryLag: optional(
      duration(
        "Longest time from one of the last changes until every name server served the change, for example 2s700ms.",
      ),
    ),
    planHash: optional(
      text(
        "Hash of the plan that the guard holds. To approve the plan, set the annotation dnsalias.io/approve-plan to this hash.",
        { maxLength: 128 },
      ),
    ),
    guard: optional(
      object(
        "Counts of the guard. With these counts, the hour of the guard continues after a restart or a change of leader.",
        {
          deletes: optional(whole("Number of RRsets that were deleted within an hour.", { minimum: 0 })),
          ofRecords: optional(whole("Highest number of RRsets that the zone had in that hour.", { minimum: 0 })),
          lastDeleteTime: optional(time("Time at which the last of these RRsets was deleted.")),
          usedPlanHash: optional(
            text("Hash of the last plan that was approved and applied. The approval of this plan isn't valid again.", {
              maxLength: 128,
            }),
          ),
        },
      ),
    ),
    leftHostnames: optional(
      list(
        "Hostnames without a DnsAlias whose records can't be deleted yet. dnsalias deletes these records when a user approves the plan, or when the backend is available again. The list is only kept for backends that don't list their records, and for at most 1000 hostnames.",
        leftHostname,
        { kind: "atomic", maxItems: 1000 },
      ),
    ),
  },
  { default: { observedGeneration: -1 } },
);
