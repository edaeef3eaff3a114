import type { ReasonEntry } from "./reason-entry.ts";

/** Whether the targets' addresses are known and fresh. */
export const RESOLVED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Resolved",
    on: ["Resolved"],
    meaning: "Every target has addresses, and they are as fresh as the TTLs ask.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "StaticOnly",
    on: ["Resolved"],
    meaning: "All targets are addresses, so that nothing is looked up.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Resolving",
    on: ["Resolved"],
    meaning: "The first look-up of a target is under way.",
    whatToDo: "Wait some seconds.",
    turn: "dnsalias",
  },
  {
    reason: "LookupFailed",
    on: ["Resolved"],
    meaning:
      "Look-ups of a target fail (time-out, SERVFAIL, REFUSED, a malformed answer). The last good addresses stay published, and it is tried again with growing waits of at most 300 s.",
    whatToDo:
      "See `status.targets` for the failure; try `dnsalias resolve NAME`. Check that the resolvers can be reached and that the target's name servers answer.",
    turn: "dnsalias",
  },
  {
    reason: "LookupOverdue",
    on: ["Resolved"],
    meaning:
      "A lookup that was due has no result, beyond the time that `status.stalenessBound` allows: it waits for its turn, or it hangs. The last good addresses stay published, and can be older than the bound.",
    whatToDo:
      "See whether the resolvers answer slowly and whether the processor of the Pod is busy. With many targets, raise `--concurrency`. Lookups of other namespaces and of targets that fail don't cause this.",
    turn: "dnsalias",
  },
  {
    reason: "Stale",
    on: ["Resolved"],
    meaning: "Look-ups have failed for longer than `spec.maxStaleness`, and `spec.onStale` was applied.",
    whatToDo: "As for LookupFailed. With `onStale: Keep` the last good addresses are still published.",
    turn: "dnsalias",
  },
  {
    reason: "NoAddresses",
    on: ["Resolved"],
    meaning:
      "A target exists without addresses, or does not exist; several readings agree. `spec.onEmpty` was applied: with Keep the last addresses stay. A target that never had addresses publishes nothing.",
    whatToDo: "Correct the target's name, or give it addresses. It is looked up again as its negative TTL asks.",
    turn: "dnsalias",
  },
  {
    reason: "LoopDetected",
    on: ["Resolved"],
    meaning:
      "The target's CNAME chain leads back to itself or to one of the alias's own names, a wildcard of the alias answers for its own target, or the chain has over 16 hops. The message shows the path. The last good addresses stay.",
    whatToDo:
      "Correct the CNAME or the target so that the chain ends at addresses. A target that only the wildcard answers for needs records of its own.",
    turn: "user",
  },
  {
    reason: "SpecialUseRefused",
    on: ["Resolved", "Event"],
    meaning:
      "A target's answer has private, loopback or other special-use addresses (RFC 6890), which can be an attack (DNS rebinding), or IPv6 addresses that carry an IPv4 address (IPv4-mapped, NAT64, 6to4, Teredo), which exist in some networks only. They are not published; the last good addresses of that family remain. The message names the first address. A target that has addresses of the other family, and never had any of this one, stays `Resolved=True`, with the same message and an Event. A DnsZone of another namespace also leaves out private addresses that the DnsAlias lists itself.",
    whatToDo:
      "If special-use addresses are meant, set `spec.allowPrivate: true`, and in a DnsZone of another namespace `spec.tenants.privateAddresses: Allow`. Otherwise correct the target. Addresses that carry an IPv4 address are never published: a resolver with DNS64 makes them, or the target's owner has to remove them. `spec.ipFamilies: [IPv4]` ends the lookups.",
    turn: "user",
  },
];
