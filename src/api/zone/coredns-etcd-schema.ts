import { list, object, optional, text } from "../schema/builders.ts";
import { caBundle, secretKeyRef, serverUrl } from "./shared-fields.ts";

/** etcd takes longer ones; people do not. */
const MAX_USERNAME = 256;
const MAX_PATH = 253;

export const coreDNSEtcd = object("Publish as keys in the etcd that the etcd plugin of CoreDNS reads.", {
  endpoints: list(
    "The members of the etcd cluster, tried in this order.",
    serverUrl("A member's client address without a path, like https://etcd.example.net:2379."),
    { kind: "set", minItems: 1, maxItems: 8 },
  ),
  pathPrefix: text("The first part of every key: the plugin's path.", {
    minLength: 2,
    maxLength: MAX_PATH,
    default: "/skydns",
  }),
  auth: optional(
    object("The user of etcd's role-based access. Without it: none.", {
      username: text("The user's name.", { minLength: 1, maxLength: MAX_USERNAME }),
      passwordRef: secretKeyRef("The Secret's key that holds the password."),
    }),
  ),
  caBundle: optional(caBundle),
});
