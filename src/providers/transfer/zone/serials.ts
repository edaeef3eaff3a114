import { isNewerSerial, nextSerial } from "../../../dns/serial.ts";
import type { Seconds } from "../../../dns/record.ts";

/** The newest serial (RFC 1982). Undefined if there is none. */
export function newestSerial(serials: readonly (number | undefined)[]): number | undefined {
  return serials.reduce(
    (newest, serial) =>
      serial !== undefined && (newest === undefined || isNewerSerial(serial, newest)) ? serial : newest,
    undefined,
  );
}

/** A serial that is newer than all of these. It is the time, if the time is newer. */
export function serialAfter(serials: readonly (number | undefined)[], unixSeconds: Seconds): number {
  const now = Math.floor(unixSeconds);
  return nextSerial(newestSerial(serials) ?? now - 1, now);
}

/**
 * Returns how long to wait before a version with this serial is published. Serials are at most a few seconds ahead of the time, so that the time is soon newer after a restart without
 * a known serial. If the serial of a base zone is not a time (2026112501), there is no wait.
 */
export function serialWait(serial: number, unixSeconds: Seconds): Seconds {
  const ahead = aheadOf(serial, Math.floor(unixSeconds));
  return ahead > MAX_AHEAD && ahead <= OTHER_COUNT ? ahead - MAX_AHEAD : 0;
}

const MAX_AHEAD: Seconds = 5;
const OTHER_COUNT: Seconds = 3_600;

export interface FirstSerialInput {
  /** The serial in the status, which is written about a second after the change. Undefined: the status has none. */
  readonly remembered: number | undefined;
  readonly known: readonly (number | undefined)[];
  readonly unixSeconds: Seconds;
}

/**
 * Returns the serial after a restart. It is newer than any serial that the previous process can have used, because the status may
 * not have recorded the last one.
 */
export function firstSerial({ remembered, known, unixSeconds }: FirstSerialInput): number {
  const now = Math.floor(unixSeconds);
  const last = remembered === undefined ? undefined : (remembered + notNotified(aheadOf(remembered, now))) % MODULUS;
  return serialAfter([...known, last], now + 1);
}

const MODULUS = 2 ** 32;
/** The maximum time from a change until the status has its serial. */
const STATUS_LAG: Seconds = 3;
/** For serials that do not follow the time: more than the possible number of changes within {@link STATUS_LAG}. */
const MANY = 600;

function notNotified(ahead: Seconds): number {
  if (ahead > OTHER_COUNT) {
    return MANY;
  }
  return ahead >= -STATUS_LAG ? MAX_AHEAD : 0;
}

/** The distance between two serials by RFC 1982. Negative: older. */
function aheadOf(serial: number, now: Seconds): Seconds {
  return (serial - now) | 0;
}
