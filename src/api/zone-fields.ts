import type { Static } from "typebox";
import { MAX_ADDRESS_TEXT } from "./alias-schema.ts";
import { list, object, optional, text, whole } from "./schema.ts";

/* Fields that several parts of a DnsZone's schema have in common. */

export const PORT = { minimum: 1, maximum: 65_535 };

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
    name: objectName("The Secret's name. It is read from this namespace alone."),
    key: keyName("The key in it."),
  });
}

export const servedBy = servedByOf("At most one of addresses and service; with none, nothing is proved.");

/** `without`: what an absent or empty one means. */
export function servedByOf(without: string) {
  return object(
    `The servers that serve the zone. They are asked after each change until they give it, so that status can prove it. ${without}`,
    {
      addresses: optional(
        list(
          "The servers by address.",
          object("A server.", {
            address: address("Its IPv4 or IPv6 address."),
            port: whole("Its UDP and TCP port.", { ...PORT, default: 53 }),
          }),
          { kind: "atomic", minItems: 1, maxItems: 64 },
        ),
      ),
      service: optional(
        object("The pods behind a Service, like kube-dns in kube-system, each asked by itself.", {
          namespace: namespace("The Service's namespace."),
          name: text("The Service's name.", { minLength: 1, maxLength: 63 }),
          port: whole("The port that the pods answer on.", { ...PORT, default: 53 }),
        }),
      ),
    },
  );
}

export type ServedByText = Static<typeof servedBy>;
