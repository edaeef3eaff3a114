import { addressBytes, addressText } from "../../address/address-wire.ts";
import { quotedText } from "../../presentation/escapes.ts";
import { isBase64 } from "./binary.ts";
import { unsigned } from "./integer.ts";

/** The value of a registered SvcParamKey. */
export interface SvcParamValue {
  readonly name: string;
  /** Converts the text, without quotes and escapes (RFC 9460 appendix A), to the wire form. Undefined if it is invalid. */
  parse(text: Uint8Array): Uint8Array | undefined;
  /** True for a wire form that the key allows. */
  isValid(value: Uint8Array): boolean;
  /** The text of a valid wire form that is not empty. */
  print(value: Uint8Array): string;
}

/** Returns the codec for the value of a registered key. Undefined for all other keys. */
export function svcParamValue(key: number): SvcParamValue | undefined {
  return VALUES[key];
}

/** The number of `alpn` or `key1`. Undefined if the text is not a key. */
export function keyNumber(text: string): number | undefined {
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(text)?.[1];
  if (digits !== undefined) {
    return Number(digits) < 0xffff ? Number(digits) : undefined;
  }
  return NUMBERS.get(text);
}

export function keyText(key: number): string {
  return VALUES[key]?.name ?? `key${key}`;
}

const mandatory: SvcParamValue = {
  name: "mandatory",
  parse: (text) => {
    const keys = words(text).map(keyNumber);
    const known = keys.filter((key) => key !== undefined).sort((a, b) => a - b);
    return known.length === keys.length ? uint16s(known) : undefined;
  },
  // RFC 9460 8: the keys are in ascending order, and `mandatory` itself is not among them.
  isValid: (value) => hasParts(value, 2) && chunks(value, 2).every((key, at, all) => number(key) > number(all[at - 1])),
  print: (value) =>
    chunks(value, 2)
      .map((key) => keyText(number(key)))
      .join(","),
};

const alpn: SvcParamValue = {
  name: "alpn",
  parse: lengthAndBytes,
  isValid: (value) => value.length > 0 && isLengthAndBytes(value),
  print: listText,
};

const port: SvcParamValue = {
  name: "port",
  parse: (text) => {
    const value = unsigned(latin1(text), 2);
    return value === undefined ? undefined : uint16s([value]);
  },
  isValid: (value) => value.length === 2,
  print: (value) => String(number(value)),
};

const ech: SvcParamValue = {
  name: "ech",
  parse: (text) => (isBase64(latin1(text)) ? Buffer.from(latin1(text), "base64") : undefined),
  isValid: (value) => value.length > 0,
  print: (value) => Buffer.from(value).toString("base64"),
};

/** RFC 9461 5: a relative URI template in UTF-8 with the variable `dns` (RFC 6570 2). */
const dohpath: SvcParamValue = {
  name: "dohpath",
  parse: (text) => text,
  isValid: (value) => {
    const template = Buffer.from(value).toString("utf8");
    return template.startsWith("/") && DNS_VARIABLE.test(template) && Buffer.from(template).equals(value);
  },
  print: quotedText,
};
const DNS_VARIABLE = /\{[+#./;?&]?(?:[^{},]+,)*dns(?::\d{1,4}|\*)?(?:,[^{},]+)*\}/;

/** draft-ietf-tls-key-share-prediction: numbers of groups, without duplicates. */
const tlsSupportedGroups: SvcParamValue = {
  name: "tls-supported-groups",
  parse: (text) => {
    const groups = words(text).map((word) => unsigned(word, 2));
    const known = groups.filter((group) => group !== undefined);
    return known.length === groups.length ? uint16s(known) : undefined;
  },
  isValid: (value) => hasParts(value, 2) && new Set(chunks(value, 2).map(number)).size === value.length / 2,
  print: (value) => chunks(value, 2).map(number).join(","),
};

/** RFC 9953: the segments of a CoAP path. The list can be empty. */
const docpath: SvcParamValue = {
  name: "docpath",
  parse: (text) => (text.length === 0 ? text : lengthAndBytes(text)),
  isValid: (value) => isLengthAndBytes(value),
  print: listText,
};

/** The IANA registry "DNS Service Parameter Keys (SvcParamKeys)", by number. */
const VALUES: readonly SvcParamValue[] = [
  mandatory,
  alpn,
  flag("no-default-alpn"),
  port,
  hint("ipv4hint", 4),
  ech,
  hint("ipv6hint", 16),
  dohpath,
  flag("ohttp"),
  tlsSupportedGroups,
  docpath,
];
const NUMBERS: ReadonlyMap<string, number> = new Map(VALUES.map(({ name }, key) => [name, key]));

function flag(name: string): SvcParamValue {
  return { name, parse: (text) => text, isValid: (value) => value.length === 0, print: () => "" };
}

function hint(name: string, size: 4 | 16): SvcParamValue {
  return {
    name,
    parse: (text) => {
      const addresses = words(text).map(addressBytes);
      return addresses.every((address) => address?.length === size)
        ? Buffer.concat(addresses.filter((address) => address !== undefined))
        : undefined;
    },
    isValid: (value) => hasParts(value, size) && !chunks(value, size).some(isMapped),
    print: (value) => chunks(value, size).map(addressText).join(","),
  };
}

/** An IPv4 address in an IPv6 one (RFC 4291 2.5.5.2). CoreDNS drops a whole zone that contains one. */
function isMapped(address: Uint8Array): boolean {
  return address.length === 16 && Buffer.from(address).toString("hex").startsWith("00000000000000000000ffff");
}

/** RFC 9460 appendix A.1: items between commas, in which `\,` is a comma and `\\` a backslash. Undefined for other escapes. */
function items(text: Uint8Array): readonly (readonly number[])[] | undefined {
  const list: number[][] = [[]];
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (byte === COMMA) {
      list.push([]);
      continue;
    }
    at += byte === BACKSLASH ? 1 : 0;
    const item = text[at] ?? 0;
    if (byte === BACKSLASH && item !== COMMA && item !== BACKSLASH) {
      return undefined;
    }
    list.at(-1)?.push(item);
  }
  return list;
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** The items, each after its length. */
function lengthAndBytes(text: Uint8Array): Uint8Array | undefined {
  const list = items(text);
  const isFine = list?.every((item) => item.length > 0 && item.length <= 255) === true;
  return isFine ? Uint8Array.from(list.flatMap((item) => [item.length, ...item])) : undefined;
}

function isLengthAndBytes(value: Uint8Array): boolean {
  let at = 0;
  while (at < value.length && (value[at] ?? 0) > 0) {
    at += 1 + (value[at] ?? 0);
  }
  return at === value.length;
}

/**
 * Prints a list of plain items without quotes. Any other list is one quoted string: first its items are escaped, and then the
 * string (RFC 9460 appendix A.1).
 */
function listText(value: Uint8Array): string {
  const texts = segments(value).map(latin1);
  if (texts.every((text) => /^[\w./+:~-]+$/.test(text))) {
    return texts.join(",");
  }
  return quotedText(Buffer.from(texts.map((text) => text.replaceAll(/[\\,]/g, "\\$&")).join(","), "latin1"));
}

function segments(value: Uint8Array): readonly Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < value.length; at += 1 + (value[at] ?? 0)) {
    list.push(value.subarray(at + 1, at + 1 + (value[at] ?? 0)));
  }
  return list;
}

function words(text: Uint8Array): readonly string[] {
  return latin1(text).split(",");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function hasParts(value: Uint8Array, size: number): boolean {
  return value.length > 0 && value.length % size === 0;
}

function chunks(value: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: value.length / size }, (_, index) => value.subarray(size * index, size * (index + 1)));
}

/** The number in two bytes. 0 if there are none. */
function number(bytes: Uint8Array = new Uint8Array(2)): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

function uint16s(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}
