/** Serial numbers are 32 bits wide and compare on a circle (RFC 1982). */
const MODULUS = 2 ** 32;
const HALF = 2 ** 31;

/**
 * The serial that follows `old`: the Unix time where that is an advance, so that a serial tells its age and two writers choose the same;
 * else `old` + 1. Always newer than `old` in the sense of RFC 1982, so secondaries and CoreDNS take the zone up.
 */
export function nextSerial(old: number, unixSeconds: number): number {
  const now = Math.floor(unixSeconds) % MODULUS;
  return isNewerSerial(now, old) ? now : (old + 1) % MODULUS;
}

/** RFC 1982 3.2: true when `candidate` comes after `reference`; two serials exactly half the circle apart are in no order. */
export function isNewerSerial(candidate: number, reference: number): boolean {
  const distance = (candidate - reference + MODULUS) % MODULUS;
  return distance > 0 && distance < HALF;
}
