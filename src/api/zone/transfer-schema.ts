import { MAX_NAME_TEXT } from "../alias/schema.ts";
import { list, object, optional, text, whole } from "../schema/builders.ts";
import { address, baseZone, PORT, tsigKey } from "./shared-fields.ts";

/** An IPv6 address and a slash with three digits. */
const MAX_PREFIX_TEXT = 49;

export const transfer = object(
  "Publish as a hidden primary: secondaries (CoreDNS, BIND, Knot, NSD or a DNS service) transfer the zone from us, and are told of each change.",
  {
    baseZone: baseZone(
      "The zone's other records (SOA, NS, MX, TXT and so on) in zone-file text, without the names' A and AAAA records that are ours.",
    ),
    allow: list(
      "Who may transfer the zone. With tsig the key is needed too.",
      text("An address, or a network like 192.0.2.0/24 or 2001:db8::/32.", {
        minLength: 2,
        maxLength: MAX_PREFIX_TEXT,
      }),
      { kind: "set", minItems: 1, maxItems: 64 },
    ),
    tsig: optional(
      tsigKey(
        "The key that transfers must be signed with (RFC 8945), and that notifications are. Without it the addresses alone decide.",
      ),
    ),
    notify: optional(
      list(
        "The secondaries that are told of each change (RFC 1996). Those that are not listed see it at the SOA's refresh time.",
        object("A secondary.", {
          address: address("Its IPv4 or IPv6 address."),
          port: whole("Its port.", { ...PORT, default: 53 }),
        }),
        { kind: "atomic", maxItems: 32 },
      ),
    ),
    catalog: optional(
      text(
        "The name of the catalog zone (RFC 9432) that lists this zone, so that the secondaries take it up by themselves. Several zones may have the same one. Without it: none.",
        { minLength: 1, maxLength: MAX_NAME_TEXT },
      ),
    ),
  },
);
