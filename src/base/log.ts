/** Fields have one spelling each in the whole program: zone, alias, hostname, target, provider, tookMs, err. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the program needs of a logger; constant messages, everything that varies is a field. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
