import { PORT } from "../alias/field-limits.ts";
import { labelMap, list, object, oneOf, optional, text, whole } from "../schema/builders.ts";
import { address, authorities, secretKeyRef, serverUrl, tsigKey } from "./shared-fields.ts";

export const rfc2136 = object("Server that accepts dynamic updates (RFC 2136): BIND, Knot, PowerDNS, or another one.", {
  servers: list(
    "Primary name servers that accept updates of this zone. dnsalias tries them in this order.",
    object("Primary name server.", {
      address: address("IPv4 or IPv6 address of the server."),
      port: optional(whole("TCP port of the server. Defaults to 53.", PORT)),
    }),
    { kind: "atomic", minItems: 1, maxItems: 8 },
  ),
  tsig: optional(
    tsigKey("Key that signs updates, transfers, and queries (RFC 8945). By default, dnsalias doesn't sign them."),
  ),
  read: oneOf(
    "Method for reading the records of the zone. AXFR uses a zone transfer, and queries only if the server refuses the transfer. Query uses only queries.",
    ["AXFR", "Query"],
    { default: "AXFR" },
  ),
});

export const powerDNS = object("PowerDNS authoritative server, through its HTTP API.", {
  url: serverUrl("URL of the API without a path, for example https://pdns.example.net:8081."),
  serverId: text("ID of the server in the API of PowerDNS.", { minLength: 1, maxLength: 253, default: "localhost" }),
  apiKeyRef: secretKeyRef("Key of a Secret with the API key."),
  ...authorities,
});

export const externalDNSWebhook = object("ExternalDNS webhook provider, usually a sidecar.", {
  url: serverUrl("URL of the webhook without a path, for example http://127.0.0.1:8888."),
  ...authorities,
});

export const dnsEndpoint = object(
  "ExternalDNS that already runs in the cluster. dnsalias writes DNSEndpoint objects in the namespace of the DnsZone, which the crd source of ExternalDNS reads.",
  {
    labels: optional(
      labelMap("Labels for the DNSEndpoint objects, for an ExternalDNS that selects by labels.", {
        minProperties: 1,
        maxProperties: 16,
      }),
    ),
  },
);
