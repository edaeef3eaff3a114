import type { ReasonEntry } from "./reason-entry.ts";

/** Why a zone or a record is not written until a user has changed something. */
export const REFUSED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Forbidden",
    on: ["Programmed"],
    meaning:
      "The API server does not let dnsalias read or write the ConfigMap, Secret or DNSEndpoint, list the EndpointSlices of `servedBy.service`, or set a finalizer; or the provider's credential lacks the right.",
    whatToDo:
      "Grant the right that the message names; docs/rbac.md has the Roles, and each provider's manual page what its credential needs.",
    turn: "user",
  },
  {
    reason: "Rejected",
    on: ["Programmed"],
    meaning:
      "The apiserver, an admission policy of the cluster, or the provider rejects these records or this object, and accepts others. The other names of the zone are written. A rejected write is tried again every minute.",
    whatToDo:
      "See the message, which has the server's own words. Change the rule at the server, except the object from the policy, or choose another name or key.",
    turn: "user",
  },
  {
    reason: "ForeignRecord",
    on: ["Programmed"],
    meaning:
      "Records that someone else wrote stand at the name: A, AAAA or CNAME records in the base zone, or in a zone outside the cluster. They are not touched.",
    whatToDo:
      "Remove them from where they come from, or take the name out of the DnsAlias. In a zone outside the cluster `conflict: Adopt` takes A and AAAA records over.",
    turn: "user",
  },
  {
    reason: "ForeignOwner",
    on: ["Programmed"],
    meaning: "Another installation of dnsalias, with another owner id, wrote what stands there.",
    whatToDo:
      "Let one installation alone have the name or the place. If the other is gone, delete what it left. If the message names a former owner id of this installation, adopt its records ([changing the owner id](concepts/ownership.md#changing-the-owner-id)).",
    turn: "user",
  },
  {
    reason: "ForeignManager",
    on: ["Programmed"],
    meaning:
      "Another field manager (Helm, Argo CD, kubectl) owns the ConfigMap's key; the message names it. It is not overwritten.",
    whatToDo: "Choose a name and key that nobody else writes, or take the key out of the other's manifests.",
    turn: "user",
  },
  {
    reason: "WriterConflict",
    on: ["Programmed"],
    meaning:
      "Something keeps changing what dnsalias wrote, again and again. To stop the fight, dnsalias waits before it writes once more: the whole ConfigMap key, or in a zone outside the cluster the one record set.",
    whatToDo:
      "Stop the other writer: exclude the key from Argo CD (`ignoreDifferences` with `RespectIgnoreDifferences=true`) or Flux (`ssa: IfNotPresent`), or choose a place of its own.",
    turn: "user",
  },
  {
    reason: "BaseZoneInvalid",
    on: ["Programmed"],
    meaning:
      "The base zone cannot be used: it is no zone file, lacks SOA or NS, or has records that contradict ours. The message names the line. Where a base zone was valid before, that one stays in force: only the DnsZone has this reason, and names continue to follow in it.",
    whatToDo: "Correct the base zone; `named-checkzone` helps.",
    turn: "user",
  },
  {
    reason: "ProviderInvalid",
    on: ["Programmed"],
    meaning:
      "The provider can't be made of `spec.provider`, for example because the file of `configMap.key` has a name that folder mode doesn't write (`.hidden`). What is served stays, and other DnsZones continue.",
    whatToDo: "Correct the field that the message names.",
    turn: "user",
  },
  {
    reason: "CatalogInvalid",
    on: ["Programmed"],
    meaning:
      "The catalog zone of `provider.transfer.catalog` can't be made, because its name leaves no room for the names below it. The zone itself is served, and other catalog zones are kept.",
    whatToDo: "Name a catalog zone of at most 214 characters.",
    turn: "user",
  },
  {
    reason: "ZoneTooLarge",
    on: ["Programmed"],
    meaning:
      "The rendered zone would be over the 1,048,576 bytes that a ConfigMap holds. Only names that don't fit are refused, by name: published names continue to follow their targets, and a published name that would grow too much gets as many addresses as it had. A base zone for which there is no room leaves the last good one in force.",
    whatToDo:
      "Publish the zone by `provider.transfer`, which has no such limit, take names or addresses out, or make the base zone smaller.",
    turn: "user",
  },
  {
    reason: "TooLarge",
    on: ["Programmed"],
    meaning:
      "The ConfigMap would be over its 1,048,576 bytes, all keys counted; or a zone or answer of a provider is over what dnsalias takes.",
    whatToDo: "Use a ConfigMap of its own, or make the other keys smaller. For a provider, see its manual page.",
    turn: "user",
  },
  {
    reason: "CorefileInvalid",
    on: ["Programmed"],
    meaning:
      "The Corefile cannot be read, or its markers are damaged in a way that does not tell what is ours. It is left as it is.",
    whatToDo: "Correct the line that the message names.",
    turn: "user",
  },
  {
    reason: "OverlayFull",
    on: ["Programmed"],
    meaning: "The overlay has `maxNames` names already; this one is not published.",
    whatToDo: "Raise `overlay.maxNames` (each name costs CoreDNS about 33 KiB), remove aliases, or use `zoneFile`.",
    turn: "user",
  },
  {
    reason: "PlanHeld",
    on: ["Programmed"],
    meaning:
      "The zone would lose more than `spec.guard.maxDeletePercent` of its record sets within an hour, which looks like an accident. The removals wait; everything else goes on.",
    whatToDo:
      "Look at `dnsalias plan`. If it is meant, annotate the DnsZone with `dnsalias.io/approve-plan` and the hash in `status.planHash`.",
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
