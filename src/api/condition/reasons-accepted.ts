import type { ReasonEntry } from "./reason-entry.ts";

/** The reasons of Accepted: whether the object is valid, and whether it may have the names that its spec lists. */
export const ACCEPTED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Accepted",
    on: ["Accepted"],
    meaning:
      "The object is valid. For a DnsAlias, no older DnsAlias of another namespace has its hostnames. For a DnsZone, no older DnsZone writes to the same location.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Paused",
    on: ["Accepted", "Ready"],
    meaning:
      "`spec.paused` is true, so dnsalias makes no lookups and no changes. The published records remain, and Ready keeps its status.",
    whatToDo: "To continue, set `spec.paused: false`.",
    turn: "nobody",
  },
  {
    reason: "Invalid",
    on: ["Accepted"],
    meaning:
      "The object has a mistake that the API server doesn't check, or that is in a file of folder mode. The message names each wrong field. The spec that was accepted before remains in effect.",
    whatToDo: "Correct the fields that the message names.",
    turn: "user",
  },
  {
    reason: "NoZone",
    on: ["Accepted"],
    meaning:
      "No DnsZone has a domain that contains one of the hostnames. dnsalias continues automatically when such a DnsZone appears.",
    whatToDo: "Create a DnsZone for the domain, or correct the hostname in `spec.hostnames`.",
    turn: "dnsalias",
  },
  {
    reason: "NamespaceNotAllowed",
    on: ["Accepted"],
    meaning:
      "There is a DnsZone for the hostname, but its `spec.allowedNamespaces` does not admit the namespace of the DnsAlias. After a change of a label of the namespace or of the selector of the DnsZone, a published hostname remains for 60 s. The message shows the end of this time.",
    whatToDo: "Ask the owner of the DnsZone to admit the namespace, or create the DnsAlias in an admitted namespace.",
    turn: "user",
  },
  {
    reason: "HostnameNotAllowed",
    on: ["Accepted"],
    meaning:
      "`spec.tenants` of the DnsZone doesn't allow a DnsAlias of another namespace to have the hostname. No pattern of `hostnames` covers the hostname, it is a wildcard, or it is one of the youngest hostnames beyond `maxHostnames`. The other hostnames of the DnsAlias are published. After a change of the DnsZone or of a label of the namespace, a published hostname remains for 60 s. The message shows the end of this time.",
    whatToDo: "Choose a hostname that the message allows, or ask the owner of the DnsZone to change `spec.tenants`.",
    turn: "user",
  },
  {
    reason: "ZoneReserved",
    on: ["Accepted"],
    meaning:
      "The hostname belongs to a DnsZone that can't be read, or that was deleted. The records of the hostname remain, and no DnsZone with a shorter domain adopts, writes, or deletes them. The message names the DnsZone.",
    whatToDo:
      "Correct the DnsZone, or create it again. To move the names of a deleted DnsZone to a DnsZone with a shorter domain, annotate the latter with `dnsalias.io/take-over-zone: <namespace>/<name>` of the deleted DnsZone.",
    turn: "user",
  },
  {
    reason: "NotDelegated",
    on: ["Accepted", "Programmed"],
    meaning:
      "The domain of the DnsZone equals the domain of an older DnsZone in another namespace, or is below it. The younger DnsZone has no names until the older DnsZone consents, and dnsalias writes nothing for the younger DnsZone. The message names the older DnsZone.",
    whatToDo:
      "Ask the owner of the older DnsZone to annotate it with `dnsalias.io/allow-zone: <namespace>/<name>`, the namespace and name of the younger DnsZone. Commas separate several DnsZones. Or choose another domain.",
    turn: "user",
  },
  {
    reason: "HostnameConflict",
    on: ["Accepted"],
    meaning:
      "An older DnsAlias of another namespace has one of the hostnames. The message names the older DnsAlias. The other hostnames of this DnsAlias are published.",
    whatToDo:
      "Remove the hostname from one of the two DnsAliases. Only DnsAliases of one namespace can share a hostname: dnsalias merges their addresses.",
    turn: "user",
  },
  {
    reason: "HealthCheckNotAllowed",
    on: ["Accepted"],
    meaning:
      "Health checks are off in this installation, or a `healthCheck` uses a port that the installation doesn't check. The DnsAlias follows its targets without health checks.",
    whatToDo:
      "Use a port that the message names, or remove `healthCheck`. Or ask the operator to set `--health-checks` or `--health-check-ports`.",
    turn: "user",
  },
  {
    reason: "RefUnsupported",
    on: ["Accepted"],
    meaning:
      "The object of a `resourceRef` has no load balancer that dnsalias can use. The object is a Service of another type than LoadBalancer, or a Gateway with only NamedAddress addresses. Other targets continue.",
    whatToDo: "Use `hostname` or `addresses` instead, or refer to another object.",
    turn: "user",
  },
  {
    reason: "ZoneConflict",
    on: ["Accepted", "Programmed"],
    meaning:
      "An older DnsZone writes to the same location: the same ConfigMap key, the same name in one Corefile, or the same domain at one provider.",
    whatToDo:
      "Choose another location for one of the two DnsZones, or delete one of them. Two DnsZones with the same domain can write to different locations.",
    turn: "user",
  },
];
