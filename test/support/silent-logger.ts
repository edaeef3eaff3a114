import type { Logger } from "../../src/base/log.ts";

/** For code under test whose log no one reads. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
