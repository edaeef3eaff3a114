import type { ReasonEntry } from "./reason-entry.ts";

/** The reasons of Resolved: whether the targets' addresses are known and fresh. */
export const RESOLVED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Resolved",
    on: ["Resolved"],
    meaning: "dnsalias knows addresses of every target, and looked them up as often as the TTLs require.",
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
      "See `status.targets` for the failure, and run `dnsalias resolve NAME`. Check that the resolvers are reachable, and that the name servers of the target answer.",
    turn: "dnsalias",
  },
  {
    reason: "LookupOverdue",
    on: ["Resolved"],
    meaning:
      "A due lookup has no result within the time that `status.stalenessBound` allows. The lookup waits for its turn, or it hangs. The last known good addresses remain published, and can be older than the bound.",
    whatToDo:
      "Check whether the resolvers answer slowly, and whether the processor of the Pod is busy. With many targets, raise `--concurrency`. Lookups of other namespaces, and lookups of targets that fail, don't cause this reason.",
    turn: "dnsalias",
  },
  {
    reason: "Stale",
    on: ["Resolved"],
    meaning:
      "Lookups of a target have failed for longer than `spec.maxStaleness`, and dnsalias has applied `spec.onStale`.",
    whatToDo: "Do the same as for LookupFailed. With `onStale: Keep`, the last known good addresses remain published.",
    turn: "dnsalias",
  },
  {
    reason: "NoAddresses",
    on: ["Resolved"],
    meaning:
      "Several lookups confirm that a target has no addresses, or does not exist. dnsalias has applied `spec.onEmpty`: with Keep, the last known good addresses remain. For a target that never had addresses, nothing is published.",
    whatToDo:
      "Correct the name of the target, or add address records to it. dnsalias looks up the target again after its negative TTL.",
    turn: "dnsalias",
  },
  {
    reason: "LoopDetected",
    on: ["Resolved"],
    meaning:
      "The CNAME chain of the target leads back to itself or to a hostname of the DnsAlias, or has more than 16 hops. Or a wildcard of the DnsAlias answers for the target of the DnsAlias. The message shows the chain. The last known good addresses remain published.",
    whatToDo:
      "Correct the CNAME or the target so that the chain ends at addresses. If only the wildcard answers for the target, add records for the target.",
    turn: "user",
  },
  {
    reason: "SpecialUseRefused",
    on: ["Resolved", "Event"],
    meaning:
      "The answer of a target has private, loopback, or other special-use addresses (RFC 6890), which can be an attack (DNS rebinding). Or the answer has IPv6 addresses that contain an IPv4 address (IPv4-mapped, NAT64, 6to4, Teredo), which work only in some networks. dnsalias doesn't publish these addresses, and the last known good addresses of their family remain. The message names the first such address. If only the other family ever had addresses, `Resolved` remains True, with the same message and an Event. In a DnsZone of another namespace, dnsalias also omits private addresses that the DnsAlias lists itself.",
    whatToDo:
      "If special-use addresses are intended, set `spec.allowPrivate: true` in the DnsAlias. For a DnsZone of another namespace, also set `spec.tenants.privateAddresses: Allow` in the DnsZone. Otherwise correct the target. dnsalias never publishes addresses that contain an IPv4 address. Such addresses come from a resolver with DNS64, or from the target. If they come from the target, ask its owner to remove them. With `spec.ipFamilies: [IPv4]`, dnsalias makes no lookups for AAAA records.",
    turn: "user",
  },
  {
    reason: "RefMissing",
    on: ["Resolved"],
    meaning:
      "The object of a `resourceRef` does not exist. If the object never existed, nothing is published for it. If it was deleted, its last known good addresses remain for 60 s. Then `spec.onEmpty` applies.",
    whatToDo: "Create the object, or correct `resourceRef`. dnsalias continues automatically when the object appears.",
    turn: "dnsalias",
  },
  {
    reason: "RefForbidden",
    on: ["Resolved"],
    meaning:
      "dnsalias has no right to watch the object of a `resourceRef`, or the ReferenceGrants of its namespace. The last known good addresses remain for `spec.maxStaleness`. Other targets and other aliases continue.",
    whatToDo:
      "Add the rule in the message to a Role in the namespace of the object. `deploy/options/resource-refs` and the chart value `resourceRefs.namespaces` have all rules.",
    turn: "user",
  },
];
