import type { ReasonEntry } from "./reason-entry.ts";
import { EXTERNAL_REASONS } from "./reasons-external.ts";
import { REFUSED_REASONS } from "./reasons-not-written.ts";

/** Whether the name servers serve the desired records. */
export const PROGRAMMED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Programmed",
    on: ["Programmed"],
    meaning: "The records are written, and every server that could be queried serves them.",
    whatToDo: "Nothing. If propagation is not verified, the message shows it: set `spec.servedBy` of the DnsZone.",
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
      "The change is written. Not every server serves it yet. The kubelet takes about a minute to project a ConfigMap.",
    whatToDo: "Wait. `nudge` in the DnsZone reduces the time to seconds.",
    turn: "dnsalias",
  },
  {
    reason: "Moving",
    on: ["Programmed"],
    meaning:
      "The name has another DnsZone now. Its records remain in the old DnsZone and follow the targets until the new DnsZone has written them, however long that takes. Then they remain until every server serves the new ones, for at most 10 minutes.",
    whatToDo: "Wait. If it lasts, see why the new DnsZone can't be written.",
    turn: "dnsalias",
  },
  {
    reason: "PropagationSlow",
    on: ["Programmed"],
    meaning: "Some servers have not served the change for much longer than usual.",
    whatToDo:
      "Check the CoreDNS pods. Do they mount the ConfigMap (not with `subPath`, which never updates)? Does the Corefile have `auto` or `reload`? Does the log name an error?",
    turn: "dnsalias",
  },
  {
    reason: "NoEndpoints",
    on: ["Programmed"],
    meaning:
      "No server of the zone can be queried, although `servedBy` names a Service. It doesn't exist, selects no pods, has no ready endpoint, or its EndpointSlices can't be listed. Possibly no server serves the written records.",
    whatToDo:
      "See the message. Check the name of the Service in `servedBy`, and its pods. dnsalias continues automatically when a pod is ready.",
    turn: "dnsalias",
  },
  {
    reason: "NothingToPublish",
    on: ["Programmed"],
    meaning:
      "There are no addresses to publish. None was found yet, they were withdrawn as the spec requires, or no hostname of the DnsAlias is accepted.",
    whatToDo: "See the conditions Accepted and Resolved.",
    turn: "dnsalias",
  },
  {
    reason: "WriteFailed",
    on: ["Programmed"],
    meaning:
      "The place could not be read or written for now. The API server, or the DNS server or service that has the zone, is down or busy. The served records remain, and dnsalias tries again.",
    whatToDo: "If it lasts, see the message and the health of the server that it names.",
    turn: "dnsalias",
  },
  {
    reason: "BaseZoneMissing",
    on: ["Programmed"],
    meaning:
      "The ConfigMap or key of `baseZone.configMapKeyRef` is not there, or could not be read for a minute. The last valid base zone, if there is one, remains in effect, and names continue to follow. dnsalias continues automatically when the key appears.",
    whatToDo: "Create it, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "CorefileMissing",
    on: ["Programmed"],
    meaning:
      "The ConfigMap or key of `overlay.configMap` is not there. dnsalias continues automatically when it appears.",
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
