import type { ReasonEntry } from "./reason-entry.ts";
import { EXTERNAL_REASONS } from "./reasons-external.ts";
import { REFUSED_REASONS } from "./reasons-not-written.ts";

/** Whether the servers give what is wanted. */
export const PROGRAMMED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Programmed",
    on: ["Programmed"],
    meaning: "What is wanted is written, and every server that could be asked gives it.",
    whatToDo: "Nothing. If the message says that propagation is not verified, set `spec.servedBy` of the DnsZone.",
    turn: "nobody",
  },
  {
    reason: "Pending",
    on: ["Programmed"],
    meaning: "The zone has not been planned yet.",
    whatToDo: "Wait some seconds.",
    turn: "dnsalias",
  },
  {
    reason: "Propagating",
    on: ["Programmed"],
    meaning:
      "The change is written; not every server gives it yet. The kubelet takes about a minute to hand over a ConfigMap.",
    whatToDo: "Wait. `nudge` in the DnsZone makes it a matter of seconds.",
    turn: "dnsalias",
  },
  {
    reason: "Moving",
    on: ["Programmed"],
    meaning:
      "The name has another DnsZone now. Its records stay in the old DnsZone and follow the targets until the new DnsZone has written them, however long that takes. Then they stay until every server serves the new ones, for at most 10 minutes.",
    whatToDo: "Wait. If it lasts, see why the new DnsZone can't be written.",
    turn: "dnsalias",
  },
  {
    reason: "PropagationSlow",
    on: ["Programmed"],
    meaning: "Some servers have not given the change for much longer than it usually takes.",
    whatToDo:
      "Check the CoreDNS pods: do they mount the ConfigMap (not with `subPath`, which never updates), do `auto` or `reload` stand in the Corefile, does the log name an error?",
    turn: "dnsalias",
  },
  {
    reason: "NoEndpoints",
    on: ["Programmed"],
    meaning:
      "No server of the zone can be queried, although `servedBy` names a Service: it doesn't exist, selects no pods, has no ready endpoint, or its EndpointSlices can't be listed. What is written may not be served.",
    whatToDo:
      "See the message. Check the name of the Service in `servedBy`, and its pods. dnsalias goes on by itself when a pod is ready.",
    turn: "dnsalias",
  },
  {
    reason: "NothingToPublish",
    on: ["Programmed"],
    meaning:
      "There are no addresses to publish: none was found yet, they were withdrawn as the spec asks, or no name is the alias's to publish.",
    whatToDo: "See the conditions Accepted and Resolved for why.",
    turn: "dnsalias",
  },
  {
    reason: "WriteFailed",
    on: ["Programmed"],
    meaning:
      "The place could not be read or written for now (the apiserver, or the DNS server or service that has the zone, is down or busy). What is served stays, and it is tried again.",
    whatToDo: "If it lasts, see the message and the health of what it names.",
    turn: "dnsalias",
  },
  {
    reason: "BaseZoneMissing",
    on: ["Programmed"],
    meaning:
      "The ConfigMap or key of `baseZone.configMapKeyRef` is not there, or could not be read for a minute. Where a base zone was valid before, that one stays in force and names continue to follow. dnsalias goes on by itself when it appears.",
    whatToDo: "Create it, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "CorefileMissing",
    on: ["Programmed"],
    meaning: "The ConfigMap or key of `overlay.configMap` is not there. dnsalias goes on by itself when it appears.",
    whatToDo: "Create it, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "NotFound",
    on: ["Programmed"],
    meaning: "The namespace that the ConfigMap or DNSEndpoint belongs in does not exist, or is being deleted.",
    whatToDo: "Create the namespace, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  ...REFUSED_REASONS,
  ...EXTERNAL_REASONS,
];
