/** Fields have one spelling each in the whole program: zone, alias, hostname, target, provider, tookMs, err. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger as the program uses it. Messages are constant, and every value that varies is a field. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
