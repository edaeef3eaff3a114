import { list, object, optional, text } from "../schema/builders.ts";
import { authorities, objectName, secretKeyRef, serverUrl } from "./shared-fields.ts";

/** The maximum length of a user name, only for the schema. etcd itself accepts longer names. */
const MAX_USERNAME = 256;
const MAX_PATH = 253;

export const coreDNSEtcd = object("Keys in the etcd that the etcd plugin of CoreDNS reads.", {
  endpoints: list(
    "Members of the etcd cluster. dnsalias tries them in this order.",
    serverUrl("Client URL of a member without a path, for example https://etcd.example.net:2379."),
    { kind: "set", minItems: 1, maxItems: 8 },
  ),
  pathPrefix: text("First part of every key. It must be the path in the configuration of the plugin.", {
    minLength: 2,
    maxLength: MAX_PATH,
    default: "/skydns",
  }),
  auth: optional(
    object("User for the role-based access control of etcd. Defaults to none.", {
      username: text("Name of the user.", { minLength: 1, maxLength: MAX_USERNAME }),
      passwordRef: secretKeyRef("Key of a Secret with the password."),
    }),
  ),
  ...authorities,
  clientCertificateRef: optional(
    object(
      "Secret of the type kubernetes.io/tls, in the namespace of the DnsZone, with the client certificate (tls.crt) and its key (tls.key). Defaults to none.",
      { name: objectName("Name of the Secret.") },
    ),
  ),
});
