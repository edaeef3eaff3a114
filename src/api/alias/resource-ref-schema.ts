import { RESOURCE_KINDS } from "../resource-ref.ts";
import { object, oneOf, optional, text } from "../schema/builders.ts";

/** The maximum length of the name of a Kubernetes object, which is an RFC 1123 subdomain. */
const MAX_OBJECT_NAME = 253;
/** The maximum length of an API group. */
const MAX_GROUP = 63;

export const resourceRefSchema = object(
  "Object of the cluster whose load balancer has the addresses: a Service with type LoadBalancer, an Ingress, or a Gateway. dnsalias watches the status of the object, and looks up the hostnames in it. dnsalias needs the right to watch the object.",
  {
    group: optional(
      text(
        'API group of the kind. Defaults to the group of the kind: "" for Service, networking.k8s.io for Ingress, gateway.networking.k8s.io for Gateway.',
        { maxLength: MAX_GROUP },
      ),
    ),
    kind: oneOf("Kind of the object.", [...RESOURCE_KINDS]),
    name: text("Name of the object.", { minLength: 1, maxLength: MAX_OBJECT_NAME }),
    namespace: optional(
      text(
        "Namespace of the object. Defaults to the namespace of the DnsAlias. An object of another namespace needs a ReferenceGrant in its namespace, from group dnsalias.io, kind DnsAlias, and the namespace of the DnsAlias.",
        { minLength: 1, maxLength: 63 },
      ),
    ),
  },
);
