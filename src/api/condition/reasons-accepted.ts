import type { ReasonEntry } from "./reason-entry.ts";

/** Whether the object is valid and what it asks for is its to have. */
export const ACCEPTED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Accepted",
    on: ["Accepted"],
    meaning: "The object is valid, and its names (of a DnsZone: its domain and place) are its own.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Paused",
    on: ["Accepted", "Ready"],
    meaning:
      "`spec.paused` is true: no look-ups, no changes. What is published stays, and Ready keeps the status that it had.",
    whatToDo: "Set `spec.paused: false` to go on.",
    turn: "nobody",
  },
  {
    reason: "Invalid",
    on: ["Accepted"],
    meaning:
      "The object has a mistake that the apiserver could not see, or came from a file. The message names each field. What was accepted before stays in force.",
    whatToDo: "Correct the fields that the message names.",
    turn: "user",
  },
  {
    reason: "NoZone",
    on: ["Accepted"],
    meaning: "No DnsZone has a domain that one of the names lies in. dnsalias goes on by itself when one appears.",
    whatToDo: "Create a DnsZone for the domain, or correct the name in `spec.hostnames`.",
    turn: "dnsalias",
  },
  {
    reason: "NamespaceNotAllowed",
    on: ["Accepted"],
    meaning:
      "There is a DnsZone for the name, but its `spec.allowedNamespaces` does not admit the alias's namespace. A name that was published when its namespace lost a label, or the DnsZone's selector changed, stays for 60 s; the message says until when.",
    whatToDo: "Ask the zone's owner to admit the namespace, or create the alias in a namespace that is admitted.",
    turn: "user",
  },
  {
    reason: "HostnameNotAllowed",
    on: ["Accepted"],
    meaning:
      "`spec.tenants` of the DnsZone doesn't allow the hostname to a DnsAlias of another namespace: no pattern of `hostnames` covers it, it is a wildcard, or it is one of the youngest beyond `maxHostnames`. The other hostnames of the DnsAlias are published. A hostname that was published when the DnsZone or a label of the namespace changed stays for 60 s; the message shows until when.",
    whatToDo: "Choose a hostname that the message allows, or ask the owner of the DnsZone to change `spec.tenants`.",
    turn: "user",
  },
  {
    reason: "ZoneReserved",
    on: ["Accepted"],
    meaning:
      "The name belongs to a DnsZone that can't be read, or that was deleted. Its records stay as they are, and no DnsZone above takes, writes, or deletes them. The message names the DnsZone.",
    whatToDo:
      "Correct the DnsZone, or create it again. To give the names of a deleted DnsZone to one above it, annotate the one above with `dnsalias.io/take-over-zone: <namespace>/<name>` of the deleted one.",
    turn: "user",
  },
  {
    reason: "NotDelegated",
    on: ["Accepted", "Programmed"],
    meaning:
      "The domain of the DnsZone equals the domain of an older DnsZone in another namespace, or is below it. The younger one has no names until the older one consents, and nothing is written for it. The message names the older one.",
    whatToDo:
      "Ask the owner of the older DnsZone to annotate it with `dnsalias.io/allow-zone: <namespace>/<name>` of the younger one (several are separated by commas), or choose another domain.",
    turn: "user",
  },
  {
    reason: "HostnameConflict",
    on: ["Accepted"],
    meaning:
      "An older DnsAlias of another namespace has one of the names; the message says which. This alias does not contribute to that name; its other names are published.",
    whatToDo:
      "Take the name out of one of the two. Aliases of one namespace may share a name: their addresses are merged.",
    turn: "user",
  },
  {
    reason: "ZoneConflict",
    on: ["Accepted", "Programmed"],
    meaning:
      "An older DnsZone writes to the same place (the same ConfigMap key, the same name in one Corefile, or the same domain at one provider).",
    whatToDo:
      "Give one of the two another place, or delete it. Two DnsZones of one domain in different places are fine.",
    turn: "user",
  },
];
