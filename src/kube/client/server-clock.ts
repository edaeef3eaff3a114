import type { Clock, Millis } from "../../base/clock.ts";

/**
 * The wall clock of the API server, from the Date headers of its responses. The API server dates objects with this clock, which can
 * differ from the clock of this process.
 */
export interface ServerClock {
  /** Records the Date header of a response (RFC 9110 6.6.1), which has whole seconds. */
  note(date: string | undefined): void;
  /** Undefined before the first response. */
  now(): Millis | undefined;
}

/** `clock` measures the time since the last response, so it must not jump. */
export function createServerClock(clock: Pick<Clock, "now">): ServerClock {
  let last: { readonly date: Millis; readonly at: Millis } | undefined;
  return {
    note(text) {
      const date = Date.parse(text ?? "");
      last = Number.isNaN(date) ? last : { date, at: clock.now() };
    },
    now: () => (last === undefined ? undefined : last.date + clock.now() - last.at),
  };
}
