import type { ReasonEntry } from "./reason-entry.ts";

/** Whether the object is valid, and whether it may have the names that its spec lists. */
export const ACCEPTED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Accepted",
    on: ["Accepted"],
    meaning: "The object is valid. No other object has its hostnames, or the domain and place of a DnsZone.",
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
      "The object has a mistake that the API server could not see, or came from a file. The message names each field. The spec that was accepted before remains in effect.",
    whatToDo: "Correct the fields that the message names.",
    turn: "user",
  },
  {
    reason: "NoZone",
    on: ["Accepted"],
    meaning:
      "No DnsZone has a domain that contains one of the hostnames. dnsalias continues automatically when one appears.",
    whatToDo: "Create a DnsZone for the domain, or correct the name in `spec.hostnames`.",
    turn: "dnsalias",
  },
  {
    reason: "NamespaceNotAllowed",
    on: ["Accepted"],
    meaning:
      "There is a DnsZone for the name, but its `spec.allowedNamespaces` does not admit the alias's namespace. A published hostname remains for 60 s after its namespace lost a label, or the selector of the DnsZone changed. The message shows the time.",
    whatToDo: "Ask the owner of the DnsZone to admit the namespace, or create the DnsAlias in an admitted namespace.",
    turn: "user",
  },
  {
    reason: "HostnameNotAllowed",
    on: ["Accepted"],
    meaning:
      "`spec.tenants` of the DnsZone doesn't allow the hostname to a DnsAlias of another namespace. No pattern of `hostnames` covers it, it is a wildcard, or it is one of the youngest beyond `maxHostnames`. The other hostnames of the DnsAlias are published. A published hostname remains for 60 s after the DnsZone or a label of the namespace changed. The message shows the time.",
    whatToDo: "Choose a hostname that the message allows, or ask the owner of the DnsZone to change `spec.tenants`.",
    turn: "user",
  },
  {
    reason: "ZoneReserved",
    on: ["Accepted"],
    meaning:
      "The hostname belongs to a DnsZone that can't be read, or that was deleted. Its records remain, and no DnsZone above adopts, writes, or deletes them. The message names the DnsZone.",
    whatToDo:
      "Correct the DnsZone, or create it again. A DnsZone above can get the names of a deleted one. Annotate it with `dnsalias.io/take-over-zone: <namespace>/<name>` of the deleted one.",
    turn: "user",
  },
  {
    reason: "NotDelegated",
    on: ["Accepted", "Programmed"],
    meaning:
      "The domain of the DnsZone equals the domain of an older DnsZone in another namespace, or is below it. The younger one has no names until the older one consents, and dnsalias writes nothing for it. The message names the older one.",
    whatToDo:
      "Ask the owner of the older DnsZone to annotate it with `dnsalias.io/allow-zone: <namespace>/<name>`, the namespace and name of the younger one. Commas separate several. Or choose another domain.",
    turn: "user",
  },
  {
    reason: "HostnameConflict",
    on: ["Accepted"],
    meaning:
      "An older DnsAlias of another namespace has one of the hostnames. The message names it. The other hostnames of this DnsAlias are published.",
    whatToDo:
      "Remove the hostname from one of the two. DnsAliases of one namespace can share a hostname: dnsalias merges their addresses.",
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
      "The object of a `resourceRef` has no load balancer that dnsalias can use: a Service of another type than LoadBalancer, or a Gateway with NamedAddress only. Other targets continue.",
    whatToDo: "Use `hostname` or `addresses` instead, or refer to another object.",
    turn: "user",
  },
  {
    reason: "ZoneConflict",
    on: ["Accepted", "Programmed"],
    meaning:
      "An older DnsZone writes to the same place (the same ConfigMap key, the same name in one Corefile, or the same domain at one provider).",
    whatToDo:
      "Choose another place for one of the two, or delete it. Two DnsZones of one domain can be in different places.",
    turn: "user",
  },
];
