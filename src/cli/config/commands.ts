/** The commands, in the order in which the help shows them. */
export const COMMANDS = [
  "run",
  "plan",
  "resolve",
  "explain",
  "drain",
  "force",
  "pin",
  "unpin",
  "failback",
  "history",
  "pause",
  "resume",
  "approve",
  "crds",
  "remove-finalizers",
  "version",
] as const;
export type Command = (typeof COMMANDS)[number];
