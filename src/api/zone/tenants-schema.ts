import type { Static } from "typebox";
import { list, object, oneOf, optional, text, whole } from "../schema/builders.ts";

/** The maximum length of a pattern: a name of 254 characters, a label key of 317 characters, and a reserve. */
const MAX_PATTERN = 640;

/** Limits for DnsAliases of other namespaces. */
export const tenants = object(
  "Limits for DnsAliases of other namespaces that allowedNamespaces admits. These limits don't apply to DnsAliases in the namespace of the DnsZone.",
  {
    hostnames: optional(
      list(
        "Hostnames that these DnsAliases can have. Defaults to every free name of the domain.",
        text(
          "Hostname, or *. and a name for every name below it, for example *.{namespace}.example.com. {namespace} is replaced by the namespace of the DnsAlias. {label:KEY} is replaced by the value of the label KEY of that namespace. A namespace without the label matches no pattern with it.",
          { minLength: 1, maxLength: MAX_PATTERN },
        ),
        { kind: "set", minItems: 1, maxItems: 32 },
      ),
    ),
    wildcards: oneOf(
      "Permission for wildcards, such as *.shop.example.com, as hostnames of these DnsAliases.",
      ["Allow", "Deny"],
      {
        default: "Allow",
      },
    ),
    privateAddresses: oneOf(
      "Permission to publish private addresses, such as 10.0.0.1 or 127.0.0.1, in these DnsAliases. With Deny, dnsalias ignores spec.allowPrivate of these DnsAliases, and omits private addresses in targets and fallbackAddresses.",
      ["Deny", "Allow"],
      { default: "Deny" },
    ),
    maxHostnames: optional(
      whole(
        "Highest number of hostnames that the DnsAliases of one namespace can have in this DnsZone. dnsalias refuses the youngest hostnames beyond this number. Defaults to no limit.",
        { minimum: 1, maximum: 100_000 },
      ),
    ),
  },
  { default: { wildcards: "Allow", privateAddresses: "Deny" } },
);

export type TenantsText = Static<typeof tenants>;
