/** Serial numbers are 32 bits wide and compare on a circle (RFC 1982). */
const MODULUS = 2 ** 32;
const HALF = 2 ** 31;

/**
 * Returns the serial after `old`: the Unix time if that is an increase, otherwise `old` + 1. The Unix time shows the age of a serial, and two writers
 * choose the same one. The result is always newer than `old` (RFC 1982), so secondaries and CoreDNS load the zone.
 */
export function nextSerial(old: number, unixSeconds: number): number {
  const now = Math.floor(unixSeconds) % MODULUS;
  return isNewerSerial(now, old) ? now : (old + 1) % MODULUS;
}

/** RFC 1982 3.2: true if `candidate` comes after `reference`. Two serials that differ by exactly half the range have no order. */
export function isNewerSerial(candidate: number, reference: number): boolean {
  const distance = (candidate - reference + MODULUS) % MODULUS;
  return distance > 0 && distance < HALF;
}
