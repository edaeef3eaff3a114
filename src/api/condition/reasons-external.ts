import type { ReasonEntry } from "./reason-entry.ts";

/** The reasons for refusals by external DNS servers and services, and for failures to use them. */
export const EXTERNAL_REASONS: readonly ReasonEntry[] = [
  {
    reason: "SecretMissing",
    on: ["Programmed"],
    meaning:
      "The namespace of the DnsZone doesn't have the Secret that the DnsZone names, or the Secret doesn't have the key. dnsalias continues automatically within a minute after the Secret or the key appears.",
    whatToDo: "Create the Secret or the key, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "SecretInvalid",
    on: ["Programmed"],
    meaning:
      "The content of the Secret is not a valid credential for the provider. For example, a TSIG secret is not base64.",
    whatToDo: "Write the Secret as the manual page of the provider describes. dnsalias reads it again every minute.",
    turn: "user",
  },
  {
    reason: "CertificateInvalid",
    on: ["Programmed"],
    meaning:
      "The certificates that `caBundleRef` or `clientCertificateRef` of the DnsZone refers to don't exist, or can't be used. dnsalias sends nothing to the server.",
    whatToDo:
      "Create the object that the message names, or write certificates as PEM into it. dnsalias reads the object again every minute.",
    turn: "user",
  },
  {
    reason: "Unauthorized",
    on: ["Programmed"],
    meaning:
      "The server does not accept the credential (HTTP 401, or HTTP 403 if the service uses it for wrong credentials too). dnsalias tries again every minute with the current content of the Secret.",
    whatToDo: "Write the correct API key into the Secret that the message names.",
    turn: "user",
  },
  {
    reason: "BadKey",
    on: ["Programmed"],
    meaning: "The server does not know a TSIG key with the name and algorithm in the DnsZone (BADKEY, RFC 8945).",
    whatToDo: "Make `tsig.keyName` and `tsig.algorithm` the same at the server and in the DnsZone.",
    turn: "user",
  },
  {
    reason: "BadSignature",
    on: ["Programmed"],
    meaning:
      "The TSIG secrets of dnsalias and of the server differ. The server refused the signature of dnsalias, or dnsalias refused the signature of the server (BADSIG, RFC 8945).",
    whatToDo: "Write the secret of the server into the Secret that the DnsZone names.",
    turn: "user",
  },
  {
    reason: "BadTime",
    on: ["Programmed"],
    meaning:
      "The clocks of the server and of dnsalias differ by more than TSIG allows, usually 300 s (BADTIME, RFC 8945).",
    whatToDo: "Synchronize the clocks, for example with NTP. The message shows the difference.",
    turn: "user",
  },
  {
    reason: "NotAuthoritative",
    on: ["Programmed"],
    meaning: "The server is not the primary of the zone (NOTAUTH), so it accepts no updates of the zone.",
    whatToDo: "Set `servers` to the primary of the zone, or `domain` to the zone that the server has.",
    turn: "user",
  },
  {
    reason: "ZoneNotFound",
    on: ["Programmed"],
    meaning: "The server or service has no zone with this domain, or doesn't show the zone to this credential.",
    whatToDo: "Create the zone at the server or service, or correct `domain` in the DnsZone.",
    turn: "user",
  },
  {
    reason: "ReadOnly",
    on: ["Programmed"],
    meaning:
      "dnsalias can read the zone, but the server accepts no changes. The server is a secondary, is in read-only mode, or does not permit updates of this zone.",
    whatToDo: "Permit changes at the server, or name the server that accepts changes in the DnsZone.",
    turn: "user",
  },
  {
    reason: "NotSupported",
    on: ["Programmed"],
    meaning:
      "The server lacks a feature. It has another version of a protocol, can't change this kind of zone, or doesn't support a name or record type.",
    whatToDo: "See the message and the manual page of the provider.",
    turn: "user",
  },
  {
    reason: "NotKept",
    on: ["Programmed"],
    meaning:
      "The provider accepted a change without an error, but then doesn't list the changed records. The message names the records.",
    whatToDo:
      "See the log of the provider, and check its filters (domain, record types, zone ids). The provider drops records that its filters exclude.",
    turn: "user",
  },
  {
    reason: "OwnerIdNotUnique",
    on: ["Programmed"],
    meaning:
      "The owner id of this installation does not distinguish its records from the records of other installations. The owner id is `default`, or, in folder mode, dnsalias can't save the random id in the state file. dnsalias writes only to files and ConfigMaps of CoreDNS, and not to other servers and services. The records there remain.",
    whatToDo:
      "Remove `--owner-id default` (`ownerId` in the chart). If this installation has written records with this id, set `--adopt-owner-id default` ([changing the owner id](concepts/ownership.md#changing-the-owner-id)). In folder mode, make the state file writable, or set `--owner-id`.",
    turn: "user",
  },
  {
    reason: "CircuitOpen",
    on: ["Programmed"],
    meaning:
      "Several consecutive requests to the provider failed, so dnsalias pauses its requests to let the provider recover. The served records remain. The message shows the last failure and the time of the next attempt.",
    whatToDo: "If this reason remains, see the failure in the message, and check the provider.",
    turn: "dnsalias",
  },
];
