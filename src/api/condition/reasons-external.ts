import type { ReasonEntry } from "./reason-entry.ts";

/** What DNS servers and services outside the cluster answer, and what keeps them from being asked. */
export const EXTERNAL_REASONS: readonly ReasonEntry[] = [
  {
    reason: "SecretMissing",
    on: ["Programmed"],
    meaning:
      "The Secret or the key in it that the DnsZone names is not there, in the DnsZone's own namespace. dnsalias goes on by itself when it appears, within a minute.",
    whatToDo: "Create it, or correct the reference in the DnsZone.",
    turn: "dnsalias",
  },
  {
    reason: "SecretInvalid",
    on: ["Programmed"],
    meaning: "What stands in the Secret cannot be a credential of this kind: a TSIG secret that is not base64, say.",
    whatToDo: "Write the secret as the provider's manual page says. It is read again every minute.",
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
      "The server does not accept the credential (HTTP 401, or 403 of a service that does not tell them apart). It is tried again every minute with what the Secret holds then.",
    whatToDo: "Put the right API key into the Secret that the message names.",
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
      "The TSIG secret here and at the server differ: one of the two refused the other's signature (BADSIG, RFC 8945).",
    whatToDo: "Put the server's secret into the Secret that the DnsZone names.",
    turn: "user",
  },
  {
    reason: "BadTime",
    on: ["Programmed"],
    meaning:
      "The clocks of the server and of dnsalias differ by more than TSIG allows, usually 300 s (BADTIME, RFC 8945).",
    whatToDo: "Set the clocks, by NTP for instance. The message says how far apart they are.",
    turn: "user",
  },
  {
    reason: "NotAuthoritative",
    on: ["Programmed"],
    meaning: "The server does not have the zone as its primary (NOTAUTH), so that it takes no updates of it.",
    whatToDo: "Correct `servers` to the zone's primary, or `domain` to the zone that the server has.",
    turn: "user",
  },
  {
    reason: "ZoneNotFound",
    on: ["Programmed"],
    meaning: "The server or service has no zone of this domain, or does not let this credential see it.",
    whatToDo: "Create the zone there, or correct `domain` in the DnsZone.",
    turn: "user",
  },
  {
    reason: "ReadOnly",
    on: ["Programmed"],
    meaning:
      "The server can be read but takes no changes: it is a secondary, in read-only mode, or does not permit updates of this zone.",
    whatToDo: "Permit changes at the server, or name the server that takes them.",
    turn: "user",
  },
  {
    reason: "NotSupported",
    on: ["Programmed"],
    meaning:
      "The server does not offer what is needed: another version of a protocol, a kind of zone that it cannot change, or a name or record type that it cannot hold.",
    whatToDo: "See the message and the manual page of the provider.",
    turn: "user",
  },
  {
    reason: "NotKept",
    on: ["Programmed"],
    meaning:
      "The provider took the change without an error, and does not have it afterwards. The message names the records.",
    whatToDo:
      "See the provider's own log and its filters (domain, record types, zone ids): it leaves out what they do not admit.",
    turn: "user",
  },
  {
    reason: "OwnerIdNotUnique",
    on: ["Programmed"],
    meaning:
      "The owner id of this installation does not distinguish its records from those of other installations: it is `default`, or in folder mode the random id cannot be saved in the state file. dnsalias writes nothing to servers and services outside CoreDNS's files and ConfigMaps. What is served stays.",
    whatToDo:
      "Remove `--owner-id default` (`ownerId` in the chart), and set `--adopt-owner-id default` if this installation has written records with it ([changing the owner id](concepts/ownership.md#changing-the-owner-id)). In folder mode make the state file writable, or set `--owner-id`.",
    turn: "user",
  },
  {
    reason: "CircuitOpen",
    on: ["Programmed"],
    meaning:
      "The provider failed several times in a row and is left alone for a while, so that it can recover. What is served stays; the message says when the next try is and what failed last.",
    whatToDo: "If it lasts, see the message and the health of the provider.",
    turn: "dnsalias",
  },
];
