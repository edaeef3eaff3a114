/** What the process says to whoever started it; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** It was asked rightly and could not be done. */
  failed: 1,
  /** `plan`: there is something to change. */
  changes: 2,
  /** The command line or the environment is wrong (sysexits.h EX_USAGE). */
  usage: 64,
} as const;
