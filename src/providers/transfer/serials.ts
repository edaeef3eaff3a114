import { isNewerSerial, nextSerial } from "../../dns/serial.ts";

/** The newest of them (RFC 1982); undefined when there is none. */
export function newestSerial(serials: readonly (number | undefined)[]): number | undefined {
  return serials.reduce(
    (newest, serial) =>
      serial !== undefined && (newest === undefined || isNewerSerial(serial, newest)) ? serial : newest,
    undefined,
  );
}

/** Newer than all of them, and the time where that is. */
export function serialAfter(serials: readonly (number | undefined)[], unixSeconds: number): number {
  const now = Math.floor(unixSeconds);
  return nextSerial(newestSerial(serials) ?? now - 1, now);
}

export interface FirstSerialInput {
  /** Of a status, which is written a second or so after what it tells of. */
  readonly remembered: number | undefined;
  readonly known: readonly (number | undefined)[];
  /** Unix time. */
  readonly seconds: number;
}

/**
 * The serial after a restart: later than the second in which the process before may have given out its last. One that runs ahead of the time, after many changes in a second, may have come further than the status knows: then it
 * leaps. Later ones wait for the time to catch up, one a change.
 */
export function firstSerial({ remembered, known, seconds }: FirstSerialInput): number {
  const soon = Math.floor(seconds) + 1;
  const unseen = remembered === undefined ? undefined : (remembered + UNSEEN) % 2 ** 32;
  const isAhead = unseen !== undefined && isNewerSerial(unseen, soon);
  return serialAfter([...known, isAhead ? unseen : remembered], soon);
}

const UNSEEN = 600;
