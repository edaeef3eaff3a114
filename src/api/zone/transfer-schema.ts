import { MAX_NAME_TEXT, PORT } from "../alias/field-limits.ts";
import { list, object, optional, text, whole } from "../schema/builders.ts";
import { address, baseZone, tsigKey } from "./shared-fields.ts";

/** The maximum length of a network: an IPv6 address, a slash, and three digits. */
const MAX_PREFIX_TEXT = 49;

export const transfer = object(
  "Hidden primary. Secondaries (CoreDNS, BIND, Knot, NSD, or a DNS service) transfer the zone from dnsalias by AXFR (RFC 5936) or IXFR (RFC 1995). They get a notification of each change.",
  {
    baseZone: baseZone(
      "Other records of the zone (SOA, NS, MX, TXT, and so on) as zone-file text, without the A and AAAA records that dnsalias manages.",
    ),
    allow: list(
      "Addresses and networks that can transfer the zone. With tsig, clients also need the key.",
      text("Address or network, for example 192.0.2.53, 192.0.2.0/24, or 2001:db8::/32.", {
        minLength: 2,
        maxLength: MAX_PREFIX_TEXT,
      }),
      { kind: "set", minItems: 1, maxItems: 64 },
    ),
    tsig: optional(
      tsigKey(
        "Key that must sign transfers (RFC 8945), and that signs notifications. By default, only the address of a client decides.",
      ),
    ),
    notify: optional(
      list(
        "Secondaries that get a notification of each change (RFC 1996). Other secondaries see a change only after the refresh time of the SOA.",
        object("Secondary name server.", {
          address: address("IPv4 or IPv6 address of the secondary."),
          port: optional(whole("Port of the secondary. Defaults to 53.", PORT)),
        }),
        { kind: "atomic", maxItems: 32 },
      ),
    ),
    catalog: optional(
      text(
        "Name of the catalog zone (RFC 9432), such as catalog.example, that lists this zone. Secondaries that have the catalog zone add this zone without more configuration. Several zones can have the same catalog. Defaults to none.",
        { minLength: 1, maxLength: MAX_NAME_TEXT },
      ),
    ),
  },
);
