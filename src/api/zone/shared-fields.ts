import type { Static } from "typebox";
import { MAX_ADDRESS_TEXT, MAX_NAME_TEXT, PORT } from "../alias/field-limits.ts";
import { list, object, oneOf, optional, text, whole } from "../schema/builders.ts";

/* Fields that several parts of a DnsZone's schema share. */

export function namespace(description: string) {
  return text(description, { minLength: 1, maxLength: 63 });
}

export function objectName(description: string) {
  return text(description, { minLength: 1, maxLength: 253 });
}

export function keyName(description: string) {
  return text(description, { minLength: 1, maxLength: 253 });
}

export function address(description: string) {
  return text(description, { minLength: 2, maxLength: MAX_ADDRESS_TEXT });
}

/** A key of a Secret in the zone's own namespace. */
export function secretKeyRef(description: string) {
  return object(description, {
    name: objectName("Name of the Secret, in the namespace of the DnsZone."),
    key: keyName("Key in the Secret, for example secret."),
  });
}

/** A key for the signatures of DNS messages (RFC 8945). */
export function tsigKey(description: string) {
  return object(description, {
    keyName: text("Name of the key at the server, for example dnsalias-key.", {
      minLength: 1,
      maxLength: MAX_NAME_TEXT,
    }),
    algorithm: oneOf("Algorithm of the key at the server.", ["hmac-sha256", "hmac-sha384", "hmac-sha512"], {
      default: "hmac-sha256",
    }),
    secretRef: secretKeyRef("Key of a Secret with the TSIG secret in base64, as tsig-keygen prints it."),
  });
}

export type TsigText = Static<ReturnType<typeof tsigKey>>;

/**
 * The maximum length of an inline base zone. It leaves space for the records and other fields below the ConfigMap limit of
 * 1,048,576 bytes.
 */
const MAX_INLINE_ZONE = 1_000_000;

/** The source of the records that dnsalias does not manage, as zone-file text. */
export function baseZone(description: string) {
  return object(`${description} Exactly one of inline and configMapKeyRef.`, {
    inline: optional(
      text("Text of the zone file (RFC 1035, section 5).", { minLength: 1, maxLength: MAX_INLINE_ZONE }),
    ),
    configMapKeyRef: optional(
      object("Key of a ConfigMap, in the namespace of the DnsZone, with the text. dnsalias only reads it.", {
        name: objectName("Name of the ConfigMap."),
        key: keyName("Key in the ConfigMap, for example example.com.zone."),
      }),
    ),
  });
}

export type BaseZoneText = Static<ReturnType<typeof baseZone>>;

const MAX_URL = 2_048;

export function serverUrl(description: string) {
  return text(description, { minLength: 1, maxLength: MAX_URL });
}

/** The maximum length of a bundle, which is enough for dozens of certificates in base64. */
const MAX_CA_BUNDLE = 174_764;

/** The certificate authorities that dnsalias trusts for a server. */
export const authorities = {
  caBundle: optional(
    text(
      "Certificates of the authorities that sign the certificate of the server, as PEM in base64. Defaults to the authorities that Node.js trusts. At most one of caBundle and caBundleRef.",
      { minLength: 1, maxLength: MAX_CA_BUNDLE },
    ),
  ),
  caBundleRef: optional(
    object(
      "Key of a ConfigMap or Secret, in the namespace of the DnsZone, with the certificates of these authorities as PEM.",
      {
        kind: oneOf("Kind of the object.", ["ConfigMap", "Secret"]),
        name: objectName("Name of the object."),
        key: keyName("Key in the object, for example ca.crt."),
      },
    ),
  ),
};

export interface AuthoritiesText {
  readonly caBundle?: string;
  readonly caBundleRef?: { readonly kind: "ConfigMap" | "Secret"; readonly name: string; readonly key: string };
}

export const servedBy = object(
  "Name servers of the zone for the propagation check. dnsalias queries these servers after each change until they serve the change. At most one of addresses and service. Defaults to provider.rfc2136.servers and provider.transfer.notify; other providers have no default. An empty object ({}) disables the check.",
  {
    addresses: optional(
      list(
        "Addresses of the name servers.",
        object("One name server.", {
          address: address("IPv4 or IPv6 address of the name server."),
          port: optional(whole("UDP and TCP port of the name server. Defaults to 53.", PORT)),
        }),
        { kind: "atomic", minItems: 1, maxItems: 64 },
      ),
    ),
    service: optional(
      object(
        "Service whose Pods are the name servers, for example kube-dns in kube-system. dnsalias queries each Pod. A Service in another namespace must permit the DnsZone by the annotation dnsalias.io/allow-zone.",
        {
          namespace: namespace("Namespace of the Service."),
          name: text("Name of the Service.", { minLength: 1, maxLength: 63 }),
          port: whole("Port at which the Pods answer DNS queries.", { ...PORT, default: 53 }),
        },
      ),
    ),
  },
);

export type ServedByText = Static<typeof servedBy>;
