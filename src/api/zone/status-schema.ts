import { conditionsSchema } from "../condition/condition-schema.ts";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT } from "../alias/schema.ts";
import { duration, list, object, optional, text, time, whole } from "../schema/builders.ts";

const leftHostname = object("A name that no alias has any more, and its records.", {
  hostname: text("The name.", { minLength: 1, maxLength: MAX_NAME_TEXT }),
  addresses: list("The addresses, sorted.", text("An address.", { minLength: 2, maxLength: MAX_ADDRESS_TEXT }), {
    kind: "atomic",
    maxItems: 1024,
  }),
  ttl: whole("The TTL of the records, in seconds.", { minimum: 0 }),
});

/** status of a DnsZone: written by the controller alone. */
export const zoneStatusSchema = object(
  "How the zone stands. Written by dnsalias.",
  {
    observedGeneration: whole("The metadata.generation that this status is about; -1 before the first.", {
      minimum: -1,
      default: -1,
    }),
    conditions: optional(
      conditionsSchema(
        "Accepted: the object is valid and no other DnsZone writes to the same place. Programmed: the servers give what is wanted. Ready: both.",
      ),
    ),
    provider: optional(text("The provider and its way of delivery, like coreDNS/zoneFile.", { maxLength: 64 })),
    names: optional(whole("How many names are published.", { minimum: 0 })),
    serial: optional(whole("The SOA serial that was written last.", { minimum: 0 })),
    servers: optional(
      object("Numbers of name servers of the zone, from the last propagation check.", {
        current: whole("Number of name servers that serve the desired records.", { minimum: 0 }),
        total: whole("Number of name servers that were queried.", { minimum: 0 }),
      }),
    ),
    deliveryLag: optional(
      duration(
        "Longest measured time from a change until every name server served it, of the last changes, for example 2s700ms.",
      ),
    ),
    planHash: optional(
      text(
        "The plan that is held because of guard. To let it go ahead, set the annotation dnsalias.io/approve-plan to this.",
        { maxLength: 128 },
      ),
    ),
    guard: optional(
      object("What the guard counts, so that a restart or a change of leader doesn't begin the hour anew.", {
        deletes: optional(whole("How many records were deleted within an hour.", { minimum: 0 })),
        ofRecords: optional(whole("The most records that the zone had in that hour.", { minimum: 0 })),
        lastDeleteTime: optional(time("Time at which the last of them was deleted.")),
        usedPlanHash: optional(
          text("The last plan that was approved and carried out. Its approval isn't valid again.", { maxLength: 128 }),
        ),
      }),
    ),
    leftHostnames: optional(
      list(
        "Names without an alias whose records wait for an approval, or for a backend that is away. Only of backends that could not tell of them after a restart, and as many as have room.",
        leftHostname,
        { kind: "atomic", maxItems: 1000 },
      ),
    ),
  },
  { default: { observedGeneration: -1 } },
);
