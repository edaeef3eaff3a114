import type { ReasonEntry } from "./reason-entry.ts";

/** What is told once, by an Event, because it is no state. */
export const EVENT_REASONS: readonly ReasonEntry[] = [
  {
    reason: "Published",
    on: ["Event"],
    meaning: "Records of the DnsAlias were written. The message has what stood there before and what stands there now.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Withdrawn",
    on: ["Event"],
    meaning: "Records of a name that no DnsAlias has any more were removed from the DnsZone.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "MoveOverdue",
    on: ["Event"],
    meaning:
      "The new DnsZone of a name wrote its records 10 minutes ago, and a server still doesn't serve them. The old DnsZone withdraws the name.",
    whatToDo:
      "See the conditions of the DnsZone that the message names: its servers lag, or its base zone has the name.",
    turn: "user",
  },
  {
    reason: "RecordsLeft",
    on: ["Event"],
    meaning:
      "spec.provider of the DnsZone names another place now. The records at the place before stay as they are, so that no name is gone before the new place is served.",
    whatToDo: "Remove them there once nothing queries that place any more.",
    turn: "user",
  },
  {
    reason: "DriftRepaired",
    on: ["Event"],
    meaning: "Someone changed what dnsalias had written, and it was put right.",
    whatToDo: "Find out who, if it comes again: change the DnsAlias or the base zone and not the rendered text.",
    turn: "nobody",
  },
  {
    reason: "NotServed",
    on: ["Event"],
    meaning:
      "The responder does not serve the DnsZone: nothing says which records the zone has beside the aliases, they are missing or broken, or an older DnsZone has the domain.",
    whatToDo:
      "Nothing, if only the provider is to show the names. Else give the zone's records in `spec.responder.baseZone`, or put the base zone right that the message names.",
    turn: "user",
  },
  {
    reason: "ServedOutOfDate",
    on: ["Event"],
    meaning:
      "The base zone of the DnsZone is missing or broken, and the responder serves the names with the last one that was valid.",
    whatToDo: "Put the base zone right; the message has the line.",
    turn: "user",
  },
  {
    reason: "Adopted",
    on: ["Event"],
    meaning:
      "Records that somebody else had written and nobody owned were taken over, as `conflict: Adopt` in the DnsZone asks. The message has what stood there.",
    whatToDo: "Nothing, if that was meant. To give them back, delete the DnsAlias and write the records anew.",
    turn: "nobody",
  },
  {
    reason: "Abandoned",
    on: ["Event"],
    meaning:
      "A deleted DnsAlias, or a deleted DnsZone with `deletionPolicy: Delete`, was let go while its records could not be withdrawn. The records of a DnsAlias stay until the zone can be written again.",
    whatToDo: "Repair the zone's place. If the DnsZone is gone for good, remove the records by hand.",
    turn: "user",
  },
];
