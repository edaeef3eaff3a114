import type { ReasonEntry } from "./reason-entry.ts";

/** The reasons of entries in `status.history`: why a set of addresses was published. */
export const HISTORY_ENTRIES: readonly ReasonEntry[] = [
  {
    reason: "Initial",
    on: ["History"],
    meaning: "dnsalias published the first addresses of the DnsAlias.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Changed",
    on: ["History"],
    meaning: "The addresses of the selected targets changed, or a pin ended.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Edited",
    on: ["History"],
    meaning: "The addresses changed for the first time after an edit of the spec.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Rotating",
    on: ["History"],
    meaning:
      "The addresses change 30 times an hour or more often. All these changes share one entry, with the latest addresses.",
    whatToDo: "Nothing. To keep the addresses of such a target, pin them.",
    turn: "nobody",
  },
  {
    reason: "Pinned",
    on: ["Event", "History"],
    meaning:
      "The annotation `dnsalias.io/pin` is in effect: dnsalias publishes the addresses of the pin, and not the addresses of the targets. The message and the condition Programmed have the end of the pin.",
    whatToDo: "Nothing. The pin ends at the time in the annotation. To end it earlier, remove the annotation.",
    turn: "nobody",
  },
  {
    reason: "PinEnded",
    on: ["Event"],
    meaning: "A pin has ended: its time is over, or the annotation `dnsalias.io/pin` was removed.",
    whatToDo: "Nothing. dnsalias publishes the addresses of the targets again.",
    turn: "nobody",
  },
];
