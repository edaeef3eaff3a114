import type { ReasonEntry } from "./reason-entry.ts";

/** Answers of external DNS servers and services, and the reasons why dnsalias cannot query them. */
export const EXTERNAL_REASONS: readonly ReasonEntry[] = [
  {
    reason: "SecretMissing",
    on: ["Programmed"],
    meaning:
      "The Secret that the DnsZone names, or the key in it, is not in the namespace of the DnsZone. dnsalias continues automatically within a minute after it appears.",
    whatToDo: "Create it, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "SecretInvalid",
    on: ["Programmed"],
    meaning: "The content of the Secret is not a credential of this kind. For example, a TSIG secret is not base64.",
    whatToDo: "Write the Secret as the manual page of the provider describes. dnsalias reads it again every minute.",
    turn: "user",
  },
  {
    reason: "CertificateInvalid",
    on: ["Programmed"],
    meaning:
      "The certificates that `caBundleRef` or `clientCertificateRef` of the DnsZone name don't exist, or can't be used. Nothing is sent to the server.",
    whatToDo: "See the message. Create the object, or put certificates as PEM into it. It is read again every minute.",
    turn: "user",
  },
  {
    reason: "Unauthorized",
    on: ["Programmed"],
    meaning:
      "The server does not accept the credential (HTTP 401, or 403 of a service that does not distinguish them). dnsalias tries again every minute with the current content of the Secret.",
    whatToDo: "Write the correct API key into the Secret that the message names.",
    turn: "user",
  },
  {
    reason: "BadKey",
    on: ["Programmed"],
    meaning: "The server does not know the TSIG key by this name and algorithm (BADKEY, RFC 8945).",
    whatToDo: "Make `tsig.keyName` and `tsig.algorithm` the same at the server and in the DnsZone.",
    turn: "user",
  },
  {
    reason: "BadSignature",
    on: ["Programmed"],
    meaning:
      "The TSIG secrets of dnsalias and of the server differ. One of the two refused the signature of the other (BADSIG, RFC 8945).",
    whatToDo: "Write the secret of the server into the Secret that the DnsZone names.",
    turn: "user",
  },
  {
    reason: "BadTime",
    on: ["Programmed"],
    meaning:
      "The clocks of the server and of dnsalias differ by more than TSIG allows, usually 300 s (BADTIME, RFC 8945).",
    whatToDo: "Set the clocks, for example with NTP. The message shows the difference.",
    turn: "user",
  },
  {
    reason: "NotAuthoritative",
    on: ["Programmed"],
    meaning: "The server is not the primary of the zone (NOTAUTH), so it takes no updates of it.",
    whatToDo: "Correct `servers` to the zone's primary, or `domain` to the zone that the server has.",
    turn: "user",
  },
  {
    reason: "ZoneNotFound",
    on: ["Programmed"],
    meaning: "The server or service has no zone of this domain, or hides it from this credential.",
    whatToDo: "Create the zone there, or correct `domain` in the DnsZone.",
    turn: "user",
  },
  {
    reason: "ReadOnly",
    on: ["Programmed"],
    meaning:
      "The server can be read but takes no changes. It is a secondary, is in read-only mode, or does not permit updates of this zone.",
    whatToDo: "Permit changes at the server, or name the server that takes them.",
    turn: "user",
  },
  {
    reason: "NotSupported",
    on: ["Programmed"],
    meaning:
      "The server lacks a feature. It has another version of a protocol, can't change this kind of zone, or can't have a name or record type.",
    whatToDo: "See the message and the manual page of the provider.",
    turn: "user",
  },
  {
    reason: "NotKept",
    on: ["Programmed"],
    meaning:
      "The provider accepted the change without an error, and doesn't have it afterwards. The message names the records.",
    whatToDo:
      "See the log of the provider and its filters (domain, record types, zone ids). It leaves out records that they don't admit.",
    turn: "user",
  },
  {
    reason: "OwnerIdNotUnique",
    on: ["Programmed"],
    meaning:
      "The owner id of this installation does not distinguish its records from those of other installations. It is `default`, or in folder mode the random id can't be saved in the state file. dnsalias writes only to files and ConfigMaps of CoreDNS, and not to other servers and services. The served records remain.",
    whatToDo:
      "Remove `--owner-id default` (`ownerId` in the chart). If this installation has written records with it, set `--adopt-owner-id default` ([changing the owner id](concepts/ownership.md#changing-the-owner-id)). In folder mode make the state file writable, or set `--owner-id`.",
    turn: "user",
  },
  {
    reason: "CircuitOpen",
    on: ["Programmed"],
    meaning:
      "The provider failed several times in a row, so dnsalias pauses requests to it until it can recover. The served records remain. The message shows the last failure and the time of the next attempt.",
    whatToDo: "If it lasts, see the message and the health of the provider.",
    turn: "dnsalias",
  },
];
