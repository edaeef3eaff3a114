import type { ReasonEntry } from "./reason-entry.ts";

/** Why a set of addresses in `status.history` was published. */
export const HISTORY_ENTRIES: readonly ReasonEntry[] = [
  {
    reason: "Initial",
    on: ["History"],
    meaning: "The first published addresses of the DnsAlias.",
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
    meaning: "The first change of the addresses after an edit of the spec.",
    whatToDo: "Nothing.",
    turn: "nobody",
  },
  {
    reason: "Rotating",
    on: ["History"],
    meaning:
      "The addresses change 30 times an hour or more often. These changes have one entry, with the latest addresses.",
    whatToDo: "Nothing. To keep the addresses of such a target, pin them.",
    turn: "nobody",
  },
  {
    reason: "Pinned",
    on: ["Event", "History"],
    meaning:
      "The annotation `dnsalias.io/pin` is in effect: the addresses that it names are published, and not those of the targets. The message has the end. The condition Programmed has it too.",
    whatToDo: "Nothing. The pin ends by itself. To end it earlier, remove the annotation.",
    turn: "nobody",
  },
  {
    reason: "PinEnded",
    on: ["Event"],
    meaning: "A pin has ended: its time is over, or the annotation `dnsalias.io/pin` was removed.",
    whatToDo: "Nothing. The addresses of the targets are published again.",
    turn: "nobody",
  },
];
