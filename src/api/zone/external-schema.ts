import { list, matchLabels, object, oneOf, optional, text, whole } from "../schema/builders.ts";
import { address, caBundle, PORT, secretKeyRef, serverUrl, tsigKey } from "./shared-fields.ts";

export const rfc2136 = object(
  "Publish by dynamic updates (RFC 2136) to BIND, Knot, PowerDNS or another server that takes them.",
  {
    servers: list(
      "The primary name servers that take updates of this zone. They are tried in this order.",
      object("A server.", {
        address: address("Its IPv4 or IPv6 address."),
        port: whole("Its port; updates go over TCP.", { ...PORT, default: 53 }),
      }),
      { kind: "atomic", minItems: 1, maxItems: 8 },
    ),
    tsig: optional(
      tsigKey("The key that signs updates, transfers and questions (RFC 8945). Without it they are not signed."),
    ),
    read: oneOf(
      "Method for reading the records of the zone. AXFR uses a zone transfer, and queries where the server refuses the transfer. Query uses only queries.",
      ["AXFR", "Query"],
      { default: "AXFR" },
    ),
  },
);

export const powerDNS = object("Publish through the HTTP API of a PowerDNS authoritative server.", {
  url: serverUrl("The API's address without a path, like https://pdns.example.net:8081."),
  serverId: text("The server's id in the API.", { minLength: 1, maxLength: 253, default: "localhost" }),
  apiKeyRef: secretKeyRef("The Secret's key that holds the API key."),
  caBundle: optional(caBundle),
});

export const externalDNSWebhook = object("Publish through an ExternalDNS webhook provider, usually a sidecar.", {
  url: serverUrl("The webhook's address without a path, like http://127.0.0.1:8888."),
  caBundle: optional(caBundle),
});

export const dnsEndpoint = object(
  "Publish through an ExternalDNS that runs already: DNSEndpoint objects in this namespace, which its crd source reads.",
  {
    labels: optional(matchLabels("Labels for the DNSEndpoint objects, for an ExternalDNS that selects by labels.")),
  },
);
