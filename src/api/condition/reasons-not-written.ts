import type { ReasonEntry } from "./reason-entry.ts";

/** Why dnsalias does not write a zone or a record until a user changes something. */
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
      "The DnsZone refers to an object of another namespace, which doesn't permit it: the ConfigMap of `overlay.configMap`, or the Service of `servedBy.service`. For the ConfigMap, nothing is read or written, and the published records remain. For the Service, the records are written, and propagation is not verified. On a DnsAlias, a `resourceRef` leads to another namespace, and no ReferenceGrant there allows it. dnsalias doesn't read the object, and the other targets continue. After the deletion of a ReferenceGrant, the target counts as gone after 60 s, and `spec.onEmpty` decides what remains published.",
    whatToDo:
      "Ask the owner of the object to annotate it with `dnsalias.io/allow-zone: <namespace>/<name>`, the namespace and name of the DnsZone. Commas separate several. For a DnsAlias, ask for a ReferenceGrant from group `dnsalias.io`, kind `DnsAlias`, and the namespace of the DnsAlias. Or use an object in the own namespace.",
    turn: "user",
  },
  {
    reason: "Rejected",
    on: ["Programmed"],
    meaning:
      "The API server, an admission policy of the cluster, or the provider rejects these records or this object, and accepts others. The other names of the zone are written. dnsalias tries a rejected write again every minute.",
    whatToDo:
      "The message has the words of the server. Change the rule at the server, except the object from the policy, or choose another name or key.",
    turn: "user",
  },
  {
    reason: "ForeignRecord",
    on: ["Programmed"],
    meaning:
      "The name has A, AAAA, or CNAME records of another writer, in the base zone or in an external zone. dnsalias doesn't modify them.",
    whatToDo:
      "Remove them at their source, or remove the hostname from the DnsAlias. In an external zone, `conflict: Adopt` adopts A and AAAA records.",
    turn: "user",
  },
  {
    reason: "ForeignOwner",
    on: ["Programmed"],
    meaning: "Another installation of dnsalias, with another owner id, wrote the records or the text.",
    whatToDo:
      "Only one installation can have the name or the place. If the other one is gone, delete its records. If the message names a former owner id of this installation, adopt its records ([changing the owner id](concepts/ownership.md#changing-the-owner-id)).",
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
      "Another writer repeatedly changes the records that dnsalias wrote. To stop the fight, dnsalias waits before it writes the ConfigMap key again, or the RRset in an external zone.",
    whatToDo:
      "Stop the other writer: exclude the key from Argo CD (`ignoreDifferences` with `RespectIgnoreDifferences=true`) or Flux (`ssa: IfNotPresent`), or choose another place.",
    turn: "user",
  },
  {
    reason: "BaseZoneInvalid",
    on: ["Programmed"],
    meaning:
      "The base zone can't be used. It is not a zone file, lacks SOA or NS, or has records that conflict with those of dnsalias. The message names the line. The last valid base zone, if there is one, remains in effect: only the DnsZone has this reason, and names continue to follow in it.",
    whatToDo: "Correct the base zone; `named-checkzone` helps.",
    turn: "user",
  },
  {
    reason: "ProviderInvalid",
    on: ["Programmed"],
    meaning:
      "The provider in `spec.provider` can't be used. For example, the file of `configMap.key` has a name that folder mode doesn't write (`.hidden`). The served records remain, and other DnsZones continue.",
    whatToDo: "Correct the field that the message names.",
    turn: "user",
  },
  {
    reason: "CatalogInvalid",
    on: ["Programmed"],
    meaning:
      "The catalog zone of `provider.transfer.catalog` can't be created, because its name leaves no room for the names below it. The zone itself is served, and other catalog zones are updated.",
    whatToDo: "Name a catalog zone of at most 214 characters.",
    turn: "user",
  },
  {
    reason: "ZoneTooLarge",
    on: ["Programmed"],
    meaning:
      "The rendered zone would be over the 1,048,576 bytes that a ConfigMap holds. Only names that don't fit are refused, by name. Published names continue to follow their targets, and a published name that would grow too much gets as many addresses as it had. If there is no room for a new base zone, the last valid one remains in effect.",
    whatToDo:
      "Publish the zone by `provider.transfer`, which has no such limit, remove names or addresses, or make the base zone smaller.",
    turn: "user",
  },
  {
    reason: "TooLarge",
    on: ["Programmed"],
    meaning:
      "The ConfigMap, with all its keys, would have more than 1,048,576 bytes. Or a zone or answer of a provider is larger than dnsalias accepts.",
    whatToDo: "Use a ConfigMap of its own, or make the other keys smaller. For a provider, see its manual page.",
    turn: "user",
  },
  {
    reason: "CorefileInvalid",
    on: ["Programmed"],
    meaning:
      "The Corefile can't be read, or its markers are damaged, so that the dnsalias section can't be found. dnsalias doesn't modify it.",
    whatToDo: "Correct the line that the message names.",
    turn: "user",
  },
  {
    reason: "OverlayFull",
    on: ["Programmed"],
    meaning: "The overlay has `maxNames` names already. This name is not published.",
    whatToDo: "Raise `overlay.maxNames` (each name takes about 33 KiB in CoreDNS), remove aliases, or use `zoneFile`.",
    turn: "user",
  },
  {
    reason: "PlanHeld",
    on: ["Programmed"],
    meaning:
      "The zone would lose more than `spec.guard.maxDeletePercent` of its RRsets within an hour, which looks like an accident. The removals wait, and other changes are written.",
    whatToDo:
      "Look at `dnsalias plan`. To approve the removals, annotate the DnsZone with `dnsalias.io/approve-plan` and the hash in `status.planHash`.",
    turn: "user",
  },
  {
    reason: "PolicyForbids",
    on: ["Programmed"],
    meaning:
      "`spec.policy` of the DnsZone does not allow the change: UpsertOnly removes nothing, CreateOnly changes nothing.",
    whatToDo: "Make the change by hand, or set `policy: Sync`.",
    turn: "user",
  },
];
