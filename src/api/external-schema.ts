import { MAX_NAME_TEXT } from "./alias-schema.ts";
import { list, matchLabels, object, oneOf, optional, text, whole } from "./schema.ts";
import { address, PORT, secretKeyRef, servedBy, servedByOf } from "./zone-fields.ts";

const MAX_URL = 2_048;
/** Some dozens of certificates. */
const MAX_CA_BUNDLE = 131_072;

const url = (description: string) => text(description, { minLength: 1, maxLength: MAX_URL });

const caBundle = text(
  "The certificates, in PEM, of the authorities that its server certificate may come from. Without it: those that Node.js trusts.",
  { minLength: 1, maxLength: MAX_CA_BUNDLE },
);

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
      object("The key that signs updates, transfers and questions (RFC 8945). Without it they are not signed.", {
        keyName: text("The key's name at the server, like dnsalias-key.", { minLength: 1, maxLength: MAX_NAME_TEXT }),
        algorithm: oneOf("The key's algorithm at the server.", ["hmac-sha256", "hmac-sha384", "hmac-sha512"], {
          default: "hmac-sha256",
        }),
        secretRef: secretKeyRef("The Secret's key that holds the TSIG secret in base64, as tsig-keygen prints it."),
      }),
    ),
    read: oneOf(
      "How what stands in the zone is read: Axfr by zone transfer, and by questions where that is refused; Query by questions alone.",
      ["Axfr", "Query"],
      { default: "Axfr" },
    ),
    servedBy: optional(
      servedByOf("At most one of addresses and service. Without it: servers; empty ({}): nothing is proved."),
    ),
  },
);

export const powerDNS = object("Publish through the HTTP API of a PowerDNS authoritative server.", {
  url: url("The API's address without a path, like https://pdns.example.net:8081."),
  serverId: text("The server's id in the API.", { minLength: 1, maxLength: 253, default: "localhost" }),
  apiKeyRef: secretKeyRef("The Secret's key that holds the API key."),
  caBundle: optional(caBundle),
  servedBy: optional(servedBy),
});

export const externalDNSWebhook = object("Publish through an ExternalDNS webhook provider, usually a sidecar.", {
  url: url("The webhook's address without a path, like http://127.0.0.1:8888."),
  caBundle: optional(caBundle),
  servedBy: optional(servedBy),
});

export const dnsEndpoint = object(
  "Publish through an ExternalDNS that runs already: DNSEndpoint objects in this namespace, which its crd source reads.",
  {
    labels: optional(matchLabels("Labels for the DNSEndpoint objects, for an ExternalDNS that selects by labels.")),
    servedBy: optional(servedBy),
  },
);
