import type { ReasonEntry } from "./reason-entry.ts";

/** Whether the targets' addresses are known and fresh. */
export const RESOLVED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Resolved",
    on: ["Resolved"],
    meaning: "Every target has addresses, and they are as fresh as the TTLs require.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "StaticOnly",
    on: ["Resolved"],
    meaning: "All targets are addresses, so dnsalias makes no lookups.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Resolving",
    on: ["Resolved"],
    meaning: "The first lookup of a target is in progress.",
    whatToDo: "Wait some seconds.",
    turn: "dnsalias",
  },
  {
    reason: "LookupFailed",
    on: ["Resolved"],
    meaning:
      "Lookups of a target fail (timeout, SERVFAIL, REFUSED, a malformed answer). The last known good addresses remain published. dnsalias tries again with growing waits of at most 300 s.",
    whatToDo:
      "See `status.targets` for the failure; try `dnsalias resolve NAME`. Check that the resolvers are reachable, and that the name servers of the target answer.",
    turn: "dnsalias",
  },
  {
    reason: "LookupOverdue",
    on: ["Resolved"],
    meaning:
      "A lookup that was due has no result, beyond the time that `status.stalenessBound` allows. It waits for its turn, or it hangs. The last known good addresses remain published, and can be older than the bound.",
    whatToDo:
      "See whether the resolvers answer slowly and whether the processor of the Pod is busy. With many targets, raise `--concurrency`. Lookups of other namespaces and of targets that fail don't cause this.",
    turn: "dnsalias",
  },
  {
    reason: "Stale",
    on: ["Resolved"],
    meaning: "Lookups have failed for longer than `spec.maxStaleness`, and `spec.onStale` was applied.",
    whatToDo: "As for LookupFailed. With `onStale: Keep` the last known good addresses remain published.",
    turn: "dnsalias",
  },
  {
    reason: "NoAddresses",
    on: ["Resolved"],
    meaning:
      "Several readings agree that a target has no addresses, or does not exist. `spec.onEmpty` was applied: with Keep the last known good addresses remain. A target that never had addresses publishes nothing.",
    whatToDo: "Correct the name of the target, or add addresses to it. dnsalias refreshes it after its negative TTL.",
    turn: "dnsalias",
  },
  {
    reason: "LoopDetected",
    on: ["Resolved"],
    meaning:
      "The CNAME chain of the target leads back to itself or to a hostname of the DnsAlias, or has over 16 hops. Or a wildcard of the DnsAlias answers for its own target. The message shows the path. The last known good addresses remain published.",
    whatToDo:
      "Correct the CNAME or the target so that the chain ends at addresses. If only the wildcard answers for a target, the target needs its own records.",
    turn: "user",
  },
  {
    reason: "SpecialUseRefused",
    on: ["Resolved", "Event"],
    meaning:
      "The answer of a target has private, loopback, or other special-use addresses (RFC 6890), which can be an attack (DNS rebinding). Or it has IPv6 addresses that carry an IPv4 address (IPv4-mapped, NAT64, 6to4, Teredo), which exist in some networks only. dnsalias doesn't publish them, and the last known good addresses of that family remain. The message names the first address. If the target has addresses of the other family, and never had any of this one, `Resolved` remains True, with the same message and an Event. A DnsZone of another namespace also leaves out private addresses that the DnsAlias lists itself.",
    whatToDo:
      "If special-use addresses are intended, set `spec.allowPrivate: true`, and in a DnsZone of another namespace `spec.tenants.privateAddresses: Allow`. Otherwise correct the target. Addresses that carry an IPv4 address are never published. A resolver with DNS64 makes them, or the owner of the target has to remove them. `spec.ipFamilies: [IPv4]` ends the lookups.",
    turn: "user",
  },
  {
    reason: "RefMissing",
    on: ["Resolved"],
    meaning:
      "The object of a `resourceRef` does not exist. If it never existed, nothing is published for it. If it was deleted, its last known good addresses remain for 60 s, and then `spec.onEmpty` applies.",
    whatToDo: "Create the object, or correct `resourceRef`. dnsalias continues by itself when the object appears.",
    turn: "dnsalias",
  },
  {
    reason: "RefForbidden",
    on: ["Resolved"],
    meaning:
      "dnsalias has no right to watch the object of a `resourceRef`, or the ReferenceGrants of its namespace. The last known good addresses remain until `spec.maxStaleness`. Other targets and other aliases continue.",
    whatToDo:
      "Add the rule that the message has to a Role in that namespace. `deploy/options/resource-refs` and the chart value `resourceRefs.namespaces` have all rules.",
    turn: "user",
  },
];
