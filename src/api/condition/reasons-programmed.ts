import type { ReasonEntry } from "./reason-entry.ts";
import { EXTERNAL_REASONS } from "./reasons-external.ts";
import { REFUSED_REASONS } from "./reasons-not-written.ts";

/** The reasons of Programmed: whether the name servers serve the desired records. */
export const PROGRAMMED_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Programmed",
    on: ["Programmed"],
    meaning: "The records are written, and every server that could be queried serves them.",
    whatToDo: "Nothing. If the message shows that propagation is not verified, set `spec.servedBy` of the DnsZone.",
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
      "dnsalias has written the change, but not every server serves it yet. The kubelet takes about a minute to project a ConfigMap.",
    whatToDo: "Wait. `nudge` in the DnsZone reduces the time to seconds.",
    turn: "dnsalias",
  },
  {
    reason: "Moving",
    on: ["Programmed"],
    meaning:
      "The hostname now belongs to another DnsZone. Its records remain in the old DnsZone and follow the targets until dnsalias has written them to the new DnsZone, without a time limit. After that, the old records remain until every server serves the new records, but at most for 10 minutes.",
    whatToDo: "Wait. If this reason remains, the conditions of the new DnsZone show why it can't be written.",
    turn: "dnsalias",
  },
  {
    reason: "PropagationSlow",
    on: ["Programmed"],
    meaning: "Some servers have not served the change for much longer than usual.",
    whatToDo:
      "Check the CoreDNS pods. Do they mount the ConfigMap without `subPath` (which never updates)? Does the Corefile have `auto` or `reload`? Does the log of CoreDNS name an error?",
    turn: "dnsalias",
  },
  {
    reason: "NoEndpoints",
    on: ["Programmed"],
    meaning:
      "No server of the zone can be queried, although `servedBy` names a Service. The Service doesn't exist, selects no pods, has no ready endpoint, or its EndpointSlices can't be listed. Possibly no server serves the written records.",
    whatToDo:
      "See the message. Check the name of the Service in `servedBy`, and its pods. dnsalias continues automatically when a pod is ready.",
    turn: "dnsalias",
  },
  {
    reason: "NothingToPublish",
    on: ["Programmed"],
    meaning:
      "There are no addresses to publish. No lookup found addresses yet, the addresses were withdrawn as the spec requires, or no hostname of the DnsAlias is accepted.",
    whatToDo: "See the conditions Accepted and Resolved.",
    turn: "dnsalias",
  },
  {
    reason: "WriteFailed",
    on: ["Programmed"],
    meaning:
      "dnsalias could not read or write the records. The API server, or the DNS server or service that has the zone, is down or busy. The served records remain, and dnsalias tries again.",
    whatToDo: "If this reason remains, check the server that the message names.",
    turn: "dnsalias",
  },
  {
    reason: "BaseZoneMissing",
    on: ["Programmed"],
    meaning:
      "The ConfigMap or key of `baseZone.configMapKeyRef` does not exist, or could not be read for a minute. The last valid base zone, if there is one, remains in effect, and hostnames continue to follow their targets. dnsalias reads the base zone automatically when the key appears.",
    whatToDo: "Create the ConfigMap or the key, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "CorefileMissing",
    on: ["Programmed"],
    meaning:
      "The ConfigMap or key of `overlay.configMap` does not exist. dnsalias continues automatically when it appears.",
    whatToDo: "Create the ConfigMap or the key, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "NotFound",
    on: ["Programmed"],
    meaning: "The namespace for the ConfigMap or DNSEndpoint does not exist, or is being deleted.",
    whatToDo: "Create the namespace, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  ...REFUSED_REASONS,
  ...EXTERNAL_REASONS,
];
