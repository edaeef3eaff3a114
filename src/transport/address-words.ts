/** The result of {@link readAddress}. 0: the text is not an address. */
export type AddressFamily = 0 | 4 | 6;

/** An address as text or as words, as its socket reports it. */
export type AnyAddress = string | AddressWords;

/** An address as 32-bit words, first word first. An IPv4 address has one word, and the others are 0. */
export interface AddressWords {
  readonly family: 4 | 6;
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly fourth: number;
}

/**
 * Reads an address, in the form that sockets report, into 32-bit words, first word first. An IPv4 address has one word, also in the
 * form `::ffff:192.0.2.1` of a dual-stack socket. An IPv6 address has four words, and a zone such as `%eth0` is ignored. The
 * function allocates no objects, because it runs for every packet. Never throws.
 */
export function readAddress(address: AnyAddress, words: Uint32Array): AddressFamily {
  return typeof address === "string" ? readText(address, words) : copyWords(address, words);
}

function copyWords({ family, first, second, third, fourth }: AddressWords, words: Uint32Array): AddressFamily {
  words[0] = first;
  words[1] = second;
  words[2] = third;
  words[3] = fourth;
  return family;
}

function readText(text: string, words: Uint32Array): AddressFamily {
  words[0] = words[1] = words[2] = words[3] = 0;
  if (readIPv4(text, 0, text.length, words) === 4) {
    return 4;
  }
  return text.includes(":") ? readIPv6(text, words) : 0;
}

/** Writes the address into the words, from the first word on. It changes nothing if the text is not an address. */
function readIPv4(text: string, start: number, end: number, words: Uint32Array): AddressFamily {
  let word = 0;
  let byte = NONE;
  let dots = 0;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT && byte !== NONE) {
      word = (word << 8) | byte;
      byte = NONE;
      dots += 1;
    } else if (code >= DIGIT_0 && code <= DIGIT_9) {
      byte = Math.max(byte, 0) * 10 + code - DIGIT_0;
    } else {
      return 0;
    }
    if (byte > 255) {
      return 0;
    }
  }
  if (dots !== 3 || byte === NONE) {
    return 0;
  }
  words[0] = (word << 8) | byte;
  return 4;
}

/** Writes groups before `::` from the left. It moves the groups after `::` to the right at the end. */
function readIPv6(text: string, words: Uint32Array): AddressFamily {
  const zone = text.indexOf("%");
  const end = zone < 0 ? text.length : zone;
  let groups = 0;
  let gapAt = NONE;
  let value = 0;
  let digits = 0;
  for (let index = 0; index < end; index += 1) {
    const code = text.charCodeAt(index);
    const digit = HEX[code] ?? NONE;
    if (digit !== NONE && digits < 4) {
      value = (value << 4) | digit;
      digits += 1;
      continue;
    }
    if (code === DOT) {
      return withTail({ text, start: index - digits, end, groups, gapAt }, words);
    }
    const isGap = text.charCodeAt(index + 1) === COLON;
    if (code !== COLON || (isGap ? gapAt !== NONE : digits === 0 || index + 1 === end)) {
      return 0;
    }
    if (digits > 0) {
      addGroup(words, groups, value);
      groups += 1;
      value = digits = 0;
    }
    if (isGap) {
      gapAt = groups;
      index += 1;
    }
  }
  if (digits > 0) {
    addGroup(words, groups, value);
    groups += 1;
  }
  return settle(words, groups, gapAt);
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
  if (readIPv4(text, start, end, scratch) === 0) {
    return 0;
  }
  const [word = 0] = scratch;
  addGroup(words, groups, word >>> 16);
  addGroup(words, groups + 1, word & 0xffff);
  return settle(words, groups + 2, gapAt);
}

function settle(words: Uint32Array, groups: number, gapAt: number): AddressFamily {
  if (gapAt === NONE ? groups !== GROUPS : groups >= GROUPS) {
    return 0;
  }
  if (gapAt !== NONE) {
    moveRight(words, gapAt, groups);
  }
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  if (isMapped) {
    words[0] = words[3] ?? 0;
    words.fill(0, 2);
  }
  return isMapped ? 4 : 6;
}

/** Moves the groups from `start` up to `end` to the end of the address. */
function moveRight(words: Uint32Array, start: number, end: number): void {
  for (let from = end - 1, to = GROUPS - 1; from >= start; from -= 1, to -= 1) {
    const value = groupAt(words, from);
    addGroup(words, from, 0);
    addGroup(words, to, value);
  }
}

function groupAt(words: Uint32Array, group: number): number {
  return ((words[group >> 1] ?? 0) >>> ((group & 1) === 0 ? 16 : 0)) & 0xffff;
}

/** A group after the eighth one is lost. */
function addGroup(words: Uint32Array, group: number, value: number): void {
  const shift = (group & 1) === 0 ? 16 : 0;
  words[group >> 1] = ((words[group >> 1] ?? 0) & ~(0xffff << shift)) | (value << shift);
}

/** The text of an address, as sockets report it (RFC 5952). */
export function textOfAddress(address: AnyAddress): string {
  if (typeof address === "string") {
    return address;
  }
  const { family, first, second, third, fourth } = address;
  if (family === 4) {
    return `${first >>> 24}.${(first >>> 16) & 0xff}.${(first >>> 8) & 0xff}.${first & 0xff}`;
  }
  const groups = [first, second, third, fourth].flatMap((word) => [word >>> 16, word & 0xffff]);
  const gap = longestGap(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return gap === undefined ? hex(groups) : `${hex(groups.slice(0, gap.at))}::${hex(groups.slice(gap.at + gap.length))}`;
}

interface Gap {
  readonly at: number;
  readonly length: number;
}

/** The first of the longest gaps. A single group of zeros isn't one (RFC 5952 4.2.2 and 4.2.3). */
function longestGap(groups: readonly number[]): Gap | undefined {
  let longest: Gap | undefined;
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > (longest?.length ?? 1)) {
      longest = { at: index + 1 - length, length };
    }
  }
  return longest;
}

const GROUPS = 8;
/** No byte, no digit, or no gap yet. */
const NONE = -1;

const DOT = 46;
const COLON = 58;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
/**
 * The value of a hexadecimal digit by its code; -1 for other characters. A table is faster than comparisons, because a processor
 * can't predict whether the next character is a digit or a letter.
 */
const HEX = Int8Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase()),
);
