import type { ReasonEntry } from "./reason-entry.ts";

/** The reasons why dnsalias does not write a zone or a record until a user acts. */
export const REFUSED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Forbidden",
    on: ["Programmed"],
    meaning:
      "dnsalias has no right to read or write the ConfigMap, Secret, or DNSEndpoint, to list the EndpointSlices of `servedBy.service`, or to set a finalizer. Or the credential of the provider lacks the right.",
    whatToDo:
      "Grant the right that the message names. docs/rbac.md has the Roles, and the manual page of each provider has the rights of its credential.",
    turn: "user",
  },
  {
    reason: "RefNotPermitted",
    on: ["Accepted", "Programmed"],
    meaning:
      "The DnsZone refers to an object of another namespace, which doesn't permit it: the ConfigMap of `overlay.configMap`, or the Service of `servedBy.service`. For the ConfigMap, dnsalias reads and writes nothing, and the published records remain. For the Service, dnsalias writes the records, and doesn't verify propagation. On a DnsAlias, a `resourceRef` refers to an object of another namespace, and no ReferenceGrant in that namespace permits it. The object isn't read, and the other targets continue. After the deletion of a ReferenceGrant, the target counts as gone 60 s later, and `spec.onEmpty` decides what remains published.",
    whatToDo:
      "Ask the owner of the object to annotate it with `dnsalias.io/allow-zone: <namespace>/<name>`, the namespace and name of the DnsZone. Commas separate several DnsZones. For a DnsAlias, ask for a ReferenceGrant from group `dnsalias.io`, kind `DnsAlias`, and the namespace of the DnsAlias. Or use an object in the namespace of the DnsZone or DnsAlias.",
    turn: "user",
  },
  {
    reason: "Rejected",
    on: ["Programmed"],
    meaning:
      "The API server, an admission policy of the cluster, or the provider rejects these records or this object, and accepts others. dnsalias writes the other names of the zone, and tries the rejected write again every minute.",
    whatToDo:
      "The message contains the message of the server. Change the rule at the server, exclude the object from the policy, or choose another name or key.",
    turn: "user",
  },
  {
    reason: "ForeignRecord",
    on: ["Programmed"],
    meaning:
      "The name has A, AAAA, or CNAME records of another writer, in the base zone or in an external zone. dnsalias doesn't modify these records.",
    whatToDo:
      "Remove these records in the base zone or external zone, or remove the hostname from the DnsAlias. In an external zone, `conflict: Adopt` adopts A and AAAA records.",
    turn: "user",
  },
  {
    reason: "ForeignOwner",
    on: ["Programmed"],
    meaning:
      "Another installation of dnsalias, with another owner id, wrote the records, the zone file, or the part of the Corefile.",
    whatToDo:
      "Only one installation can have the name or the location. If the other installation no longer exists, delete its records. If the message names a former owner id of this installation, adopt its records ([changing the owner id](concepts/ownership.md#changing-the-owner-id)).",
    turn: "user",
  },
  {
    reason: "ForeignManager",
    on: ["Programmed"],
    meaning:
      "Another field manager (Helm, Argo CD, kubectl) owns the key of the ConfigMap. The message names the manager. dnsalias doesn't overwrite the key.",
    whatToDo: "Choose a name and key without another writer, or remove the key from the other manifests.",
    turn: "user",
  },
  {
    reason: "WriterConflict",
    on: ["Programmed"],
    meaning:
      "Another writer repeatedly changes the records that dnsalias wrote. dnsalias therefore waits before it writes the ConfigMap key, or the RRset in an external zone, again.",
    whatToDo:
      "Stop the other writer: exclude the key from Argo CD (`ignoreDifferences` with `RespectIgnoreDifferences=true`) or Flux (`ssa: IfNotPresent`), or choose another location.",
    turn: "user",
  },
  {
    reason: "BaseZoneInvalid",
    on: ["Programmed"],
    meaning:
      "dnsalias can't use the base zone. It is not a zone file, lacks SOA or NS records, or has records that conflict with records of dnsalias. The message names the line. The last valid base zone, if there is one, remains in effect. Only the DnsZone has this reason, and hostnames continue to follow their targets.",
    whatToDo: "Correct the base zone. `named-checkzone` also finds mistakes in zone files.",
    turn: "user",
  },
  {
    reason: "ProviderInvalid",
    on: ["Programmed"],
    meaning:
      "dnsalias can't use the provider in `spec.provider`. For example, the file of `configMap.key` has a name that folder mode doesn't write (`.hidden`). The served records remain, and other DnsZones continue.",
    whatToDo: "Correct the field that the message names.",
    turn: "user",
  },
  {
    reason: "CatalogInvalid",
    on: ["Programmed"],
    meaning:
      "The catalog zone of `provider.transfer.catalog` can't be created, because the names below its name would be too long. dnsalias serves the zone itself, and updates other catalog zones.",
    whatToDo: "Choose a name of at most 214 characters for the catalog zone.",
    turn: "user",
  },
  {
    reason: "ZoneTooLarge",
    on: ["Programmed"],
    meaning:
      "The rendered zone would have more than 1,048,576 bytes, the limit of a ConfigMap. dnsalias refuses only the hostnames that don't fit. Published hostnames continue to follow their targets. A published hostname whose new records don't fit gets only as many addresses as it already has. If a new base zone doesn't fit, the last valid base zone remains in effect.",
    whatToDo:
      "Remove hostnames or addresses, make the base zone smaller, or publish the zone by `provider.transfer`, which has no such limit.",
    turn: "user",
  },
  {
    reason: "TooLarge",
    on: ["Programmed"],
    meaning:
      "The ConfigMap would have more than 1,048,576 bytes with all its keys. Or a zone or answer of a provider is larger than dnsalias accepts.",
    whatToDo:
      "Use a separate ConfigMap for dnsalias, or make the other keys smaller. For a provider, see its manual page.",
    turn: "user",
  },
  {
    reason: "CorefileInvalid",
    on: ["Programmed"],
    meaning:
      "The Corefile can't be read, or its markers are damaged, so that dnsalias can't find its part. dnsalias doesn't modify the Corefile.",
    whatToDo: "Correct the line that the message names.",
    turn: "user",
  },
  {
    reason: "OverlayFull",
    on: ["Programmed"],
    meaning: "The overlay already has `maxNames` names, or the Corefile has no room. This name is not published.",
    whatToDo: "Raise `overlay.maxNames` (each name takes about 33 KiB in CoreDNS), remove aliases, or use `zoneFile`.",
    turn: "user",
  },
  {
    reason: "PlanHeld",
    on: ["Programmed"],
    meaning:
      "The zone would lose more than `spec.guard.maxDeletePercent` of its RRsets within an hour, which looks like an accident. dnsalias holds the deletes, and writes other changes.",
    whatToDo:
      "Check the deletes with `dnsalias plan`. To approve them, annotate the DnsZone with `dnsalias.io/approve-plan` and the hash in `status.planHash`.",
    turn: "user",
  },
  {
    reason: "PolicyForbids",
    on: ["Programmed"],
    meaning:
      "`spec.policy` of the DnsZone does not allow the change: with UpsertOnly, dnsalias deletes nothing, and with CreateOnly, it deletes and changes nothing.",
    whatToDo: "Make the change by hand, or set `policy: Sync`.",
    turn: "user",
  },
];
