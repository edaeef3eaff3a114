import type { ReasonEntry } from "./reason-entry.ts";

/** The reasons that only Events have. An Event reports something that has happened, once. */
export const EVENT_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Published",
    on: ["Event"],
    meaning:
      "dnsalias wrote records of the DnsAlias. The message has the new records, and the records that they replace.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Withdrawn",
    on: ["Event"],
    meaning: "dnsalias removed the records of a name without a DnsAlias from the DnsZone.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "FailedBack",
    on: ["Event", "History"],
    meaning:
      "dnsalias selects a target with a better priority again, because that target has been healthy for `spec.failback.after`.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "FailbackDelayed",
    on: ["Event"],
    meaning:
      "The selection changed at least three times within an hour, so `spec.failback.after` doubles with each change, up to an hour. dnsalias still switches away from an unhealthy target at once.",
    whatToDo: "Find out why the target changes its health so often. The message has the time when the name returns.",
    turn: "user",
  },
  {
    reason: "TargetUnhealthy",
    on: ["Event"],
    meaning: "A target became unhealthy. The message has the failure of its last check.",
    whatToDo: "Repair the target. In the next outage, dnsalias can't switch to an unhealthy standby.",
    turn: "user",
  },
  {
    reason: "TargetHealthy",
    on: ["Event"],
    meaning: "A target became healthy again.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "DrainEnded",
    on: ["Event"],
    meaning: "The drain of a target has ended: its time is over, or the annotation `dnsalias.io/drain` was removed.",
    whatToDo: "Nothing. With Failover, the name returns when the target has been healthy for `spec.failback.after`.",
    turn: "nobody",
  },
  {
    reason: "BadAnnotation",
    on: ["Event"],
    meaning:
      "An annotation of the DnsAlias has a mistake: `dnsalias.io/drain`, `dnsalias.io/force`, `dnsalias.io/pin`, or `dnsalias.io/failback-at`. dnsalias ignores the whole annotation.",
    whatToDo: "Correct the annotation. The message has the mistake and a value that works.",
    turn: "user",
  },
  {
    reason: "StandbyLacksFamily",
    on: ["Event"],
    meaning:
      "A standby has no addresses of a family that the selected target has. A failover would delete the A or AAAA records of the name, because A and AAAA records never come from two targets.",
    whatToDo:
      "Give the standby addresses of both families, or set `spec.ipFamilies` to the family that all targets have.",
    turn: "user",
  },
  {
    reason: "SharesApproximate",
    on: ["Event"],
    meaning:
      "The published addresses differ from the weights of the targets by 10 percentage points or more, because the targets have too few addresses. `status.targets[].share` has the wanted and the published percentages.",
    whatToDo:
      "Nothing, if the shares are good enough. Use targets with more addresses, or serve the zone with the responder, which reaches the exact shares.",
    turn: "user",
  },
  {
    reason: "HealthDisputed",
    on: ["Event"],
    meaning:
      "Enough checks of an address by the leader have failed, but at least as many replicas reach the address as don't. The address counts as up. `Healthy` is Unknown with the reason Disputed.",
    whatToDo: "Check the network of the node of the leader. If the target is down for your users, drain it.",
    turn: "user",
  },
  {
    reason: "CheckedInsideOnly",
    on: ["Event"],
    meaning:
      "A target with a health check refers to a Service whose load balancer has an IP address of the mode VIP. Inside the cluster, kube-proxy answers for this address, so the check reaches the Pods, and never the load balancer.",
    whatToDo: "Use an external monitor for the load balancer.",
    turn: "nobody",
  },
  {
    reason: "SelectionMerged",
    on: ["Event"],
    meaning:
      "Another DnsAlias of the namespace has the same hostname. dnsalias selects the targets of each DnsAlias separately, and merges the addresses.",
    whatToDo:
      "List the hostname in only one DnsAlias. Otherwise an address of the unhealthy target can remain after a failover.",
    turn: "user",
  },
  {
    reason: "MoveOverdue",
    on: ["Event"],
    meaning:
      "dnsalias wrote the records of a hostname to its new DnsZone 10 minutes ago, and a server still doesn't serve them. dnsalias now withdraws the hostname from the old DnsZone.",
    whatToDo:
      "See the conditions of the DnsZone that the message names: its servers are out of date, or its base zone has records at the hostname.",
    turn: "user",
  },
  {
    reason: "RecordsLeft",
    on: ["Event"],
    meaning:
      "`spec.provider` of the DnsZone was changed to another location. The records at the former location remain, so that no name disappears before the servers of the new location serve it.",
    whatToDo: "Remove the former records when no client queries the former location any more.",
    turn: "user",
  },
  {
    reason: "DriftRepaired",
    on: ["Event"],
    meaning: "Another writer changed records of dnsalias, and dnsalias restored them.",
    whatToDo:
      "If this Event is repeated, find the other writer. Change the DnsAlias or the base zone instead of the rendered zone or the records.",
    turn: "nobody",
  },
  {
    reason: "NotServed",
    on: ["Event"],
    meaning:
      "The responder does not serve the DnsZone. It has no base zone, the base zone is missing or not valid, or an older DnsZone with the same domain is served.",
    whatToDo:
      "Nothing, if only the provider publishes the names. Otherwise set `spec.responder.baseZone`, or correct the base zone that the message names.",
    turn: "user",
  },
  {
    reason: "ServedOutOfDate",
    on: ["Event"],
    meaning:
      "The base zone of the DnsZone is missing or not valid. The responder serves the names with the last valid base zone.",
    whatToDo: "Correct the base zone. The message has the line.",
    turn: "user",
  },
  {
    reason: "Adopted",
    on: ["Event"],
    meaning:
      "dnsalias adopted records of another writer that had no owner, as `conflict: Adopt` in the DnsZone requires. The message has the former records.",
    whatToDo:
      "Nothing, if the adoption was intended. To restore the former records, delete the DnsAlias and write these records again.",
    turn: "nobody",
  },
  {
    reason: "Abandoned",
    on: ["Event"],
    meaning:
      "The finalizer of a deleted DnsAlias, or of a deleted DnsZone with `deletionPolicy: Delete`, was removed although its records could not be withdrawn. The records of a DnsAlias remain until the zone can be written again.",
    whatToDo:
      "Repair the server or service that has the zone. If the DnsZone is gone permanently, remove the records by hand.",
    turn: "user",
  },
];
