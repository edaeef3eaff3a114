import { readUint32, readUint8 } from "../../wire/wire-reader.ts";
import { appendBytes, appendUint } from "../field/byte-buffer.ts";
import { type Field, invalid, missing, takeRest } from "../field/field.ts";

/**
 * LOC (RFC 1876 3): degrees, minutes and seconds, meters of altitude, size and precisions. Every field is printed. RFC 1876 permits
 * a text without size and precisions, but CoreDNS does not.
 */
export const loc: Field = {
  noun: 'a location, such as "52 22 23.000 N 4 53 32.000 E -2.00m"',
  parse: (text, into) => {
    const tokens = takeRest(text);
    const [first] = tokens;
    const line = tokens.map(({ raw }) => raw).join(" ");
    const location = readLocation(line);
    if (first === undefined) {
      return missing(loc.noun);
    }
    if (location === undefined) {
      return invalid(LOCATION_NOUN, { ...first, raw: line });
    }
    appendBytes(into, [0, ...location.sizes]);
    for (const number of [location.up, location.right, location.height]) {
      appendUint(into, number, 4);
    }
    return undefined;
  },
  print: (reader) => {
    const version = readUint8(reader);
    const sizes = [readUint8(reader), readUint8(reader), readUint8(reader)];
    const up = readUint32(reader) - ORIGIN;
    const right = readUint32(reader) - ORIGIN;
    const height = readUint32(reader) - SEA_LEVEL;
    const isFine = sizes.every((size) => size >>> 4 <= 9 && (size & 15) <= 9 && (size >>> 4 > 0 || size === 0));
    if (version !== 0 || !isFine || Math.abs(up) > 90 * DEGREE || Math.abs(right) > 180 * DEGREE) {
      return undefined;
    }
    return [
      angleText(up, "N", "S"),
      angleText(right, "E", "W"),
      metersText(height),
      ...sizes.map((size) => metersText((size >>> 4) * 10 ** (size & 15))),
    ].join(" ");
  },
};

const LOCATION_NOUN = "location (RFC 1876 3)";
const ANGLE = String.raw`(\d{1,3}(?: \d{1,2}(?: \d{1,2}(?:\.\d{1,3})?)?)?)`;
const METERS = String.raw`(\d{1,8}(?:\.\d{1,2})?)m?`;
const LOCATION = new RegExp(
  `^${ANGLE} ([NS]) ${ANGLE} ([EW]) (-?\\d{1,8}(?:\\.\\d{1,2})?)m?(?: ${METERS})?(?: ${METERS})?(?: ${METERS})?$`,
  "i",
);

/** The equator and the prime meridian, in thousandths of a second of arc. */
const ORIGIN = 2 ** 31;
const DEGREE = 3_600_000;
/** The reference spheroid, in centimeters above the lowest altitude of the format. */
const SEA_LEVEL = 10_000_000;
/** Size 1 m, horizontal 10 km, vertical 10 m (RFC 1876 3). */
const DEFAULT_CENTIMETERS = [100, 1_000_000, 1_000];

interface Location {
  readonly sizes: readonly number[];
  readonly up: number;
  readonly right: number;
  readonly height: number;
}

function readLocation(line: string): Location | undefined {
  const [, latitude, north, longitude, east, altitude, ...lengths] = LOCATION.exec(line) ?? [];
  const up = angleOf(latitude, 90);
  const right = angleOf(longitude, 180);
  const sizes = DEFAULT_CENTIMETERS.map((normal, index) => lengthByte(lengths[index], normal)).filter(
    (size) => size !== undefined,
  );
  const height = Math.round(Number(altitude) * 100) + SEA_LEVEL;
  if (up === undefined || right === undefined || sizes.length < 3 || !(height >= 0 && height <= 0xffff_ffff)) {
    return undefined;
  }
  return {
    sizes,
    up: ORIGIN + (north?.toUpperCase() === "N" ? up : -up),
    right: ORIGIN + (east?.toUpperCase() === "E" ? right : -right),
    height,
  };
}

function angleOf(text: string | undefined, limit: number): number | undefined {
  const [degrees = Number.NaN, minutes = 0, seconds = 0] = (text ?? "").split(" ").map(Number);
  const whole = degrees * DEGREE + minutes * 60_000 + Math.round(seconds * 1_000);
  return minutes < 60 && seconds < 60 && whole <= limit * DEGREE ? whole : undefined;
}

/** One byte for a length: one digit and a power of ten, in centimeters. */
function lengthByte(meters: string | undefined, normal: number): number | undefined {
  const centimeters = meters === undefined ? normal : Math.round(Number(meters) * 100);
  const power = centimeters === 0 ? 0 : Math.floor(Math.log10(centimeters) + 1e-9);
  return power > 9 ? undefined : (Math.floor(centimeters / 10 ** power) << 4) | power;
}

function angleText(thousandths: number, positive: string, negative: string): string {
  const size = Math.abs(thousandths);
  const seconds = ((size % 60_000) / 1_000).toFixed(3);
  return `${Math.floor(size / DEGREE)} ${Math.floor(size / 60_000) % 60} ${seconds} ${thousandths < 0 ? negative : positive}`;
}

function metersText(centimeters: number): string {
  return `${(centimeters / 100).toFixed(2)}m`;
}
