/** The exit codes of the process, documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** The command line was correct, but the command failed. */
  failed: 1,
  /** `plan`: there are changes. */
  changes: 2,
  /** The command line or the environment is wrong (sysexits.h EX_USAGE). */
  usage: 64,
  /** The reader of the output ended first: 128 + SIGPIPE. */
  readerEnded: 141,
} as const;
