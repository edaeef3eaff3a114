/** What {@link readAddress} found. 0: no address. */
export type AddressFamily = 0 | 4 | 6;

/**
 * Reads an address as sockets give it into 32-bit words, first word first: one for IPv4 (and for `::ffff:192.0.2.1`, as dual-stack sockets write it), four for
 * IPv6 (a zone such as `%eth0` is left out). Makes no objects, as it runs for every packet. Never throws.
 */
export function readAddress(text: string, words: Uint32Array): AddressFamily {
  words.fill(0);
  return text.includes(":") ? readIPv6(text, words) : readIPv4(text, 0, text.length, words, 0);
}

function readIPv4(text: string, start: number, end: number, words: Uint32Array, at: number): AddressFamily {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT && octet >= 0) {
      word = (word << 8) | octet;
      octet = -1;
      dots += 1;
    } else if (code >= DIGIT_0 && code <= DIGIT_9) {
      octet = Math.max(octet, 0) * 10 + code - DIGIT_0;
    } else {
      return 0;
    }
    if (octet > 255) {
      return 0;
    }
  }
  words[at] = (word << 8) | octet;
  return dots === 3 && octet >= 0 ? 4 : 0;
}

/** Groups before `::` are put in from the left as they come; those after it are moved to the right at the end. */
function readIPv6(text: string, words: Uint32Array): AddressFamily {
  let groups = 0;
  let gapAt = -1;
  let index = 0;
  const end = text.includes("%") ? text.indexOf("%") : text.length;
  while (index < end) {
    if (text.charCodeAt(index) === COLON) {
      const isGap = text.charCodeAt(index + 1) === COLON;
      if (isGap ? gapAt >= 0 : groups === 0 || index + 1 === end) {
        return 0;
      }
      gapAt = isGap ? groups : gapAt;
      index += isGap ? 2 : 1;
    }
    const next = endOfGroup(text, index, end);
    if (text.charCodeAt(next) === DOT) {
      return groups <= 6 ? withTail({ text, start: index, end, groups, gapAt }, words) : 0;
    }
    if (next > index) {
      if (next - index > 4 || groups === 8) {
        return 0;
      }
      putGroup(words, groups, Number.parseInt(text.slice(index, next), 16));
      groups += 1;
    } else if (next < end) {
      return 0;
    }
    index = next;
  }
  return settle(words, groups, gapAt);
}

/** The index after the last hexadecimal digit. */
function endOfGroup(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isHexDigit(text.charCodeAt(index))) {
    index += 1;
  }
  return index;
}

function isHexDigit(code: number): boolean {
  return (code >= DIGIT_0 && code <= DIGIT_9) || ((code | LOWER) >= LETTER_A && (code | LOWER) <= LETTER_F);
}

interface Tail {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly groups: number;
  readonly gapAt: number;
}

function withTail({ text, start, end, groups, gapAt }: Tail, words: Uint32Array): AddressFamily {
  const scratch = new Uint32Array(1);
  if (readIPv4(text, start, end, scratch, 0) === 0) {
    return 0;
  }
  const [word = 0] = scratch;
  putGroup(words, groups, word >>> 16);
  putGroup(words, groups + 1, word & 0xffff);
  return settle(words, groups + 2, gapAt);
}

function settle(words: Uint32Array, groups: number, gapAt: number): AddressFamily {
  if (gapAt < 0 ? groups !== 8 : groups === 8) {
    return 0;
  }
  const last = gapAt < 0 ? 0 : groups - gapAt;
  for (let moved = 1; moved <= last; moved += 1) {
    const value = groupAt(words, groups - moved);
    putGroup(words, groups - moved, 0);
    putGroup(words, 8 - moved, value);
  }
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  if (isMapped) {
    words[0] = words[3] ?? 0;
    words.fill(0, 1);
  }
  return isMapped ? 4 : 6;
}

function groupAt(words: Uint32Array, group: number): number {
  return ((words[group >> 1] ?? 0) >>> ((group & 1) === 0 ? 16 : 0)) & 0xffff;
}

function putGroup(words: Uint32Array, group: number, value: number): void {
  const shift = (group & 1) === 0 ? 16 : 0;
  words[group >> 1] = ((words[group >> 1] ?? 0) & ~(0xffff << shift)) | (value << shift);
}

const DOT = 46;
const COLON = 58;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const LOWER = 0x20;
const LETTER_A = 97;
const LETTER_F = 102;
