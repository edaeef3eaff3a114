import type { WireField } from "../field/field.ts";
import { readUint32, readUint8 } from "../../wire/wire-reader.ts";

/** A place on earth (RFC 1876 3): degrees, minutes and seconds, metres of altitude, size and precisions. */
export const location: WireField = {
  rest: 1,
  toWire: (tokens) => {
    const [, latitude, north, longitude, east, altitude, ...sizes] =
      LOCATION.exec(tokens.map(({ raw }) => raw).join(" ")) ?? [];
    const up = angleOf(latitude, 90);
    const right = angleOf(longitude, 180);
    const lengths = DEFAULT_CENTIMETRES.map((normal, index) => lengthByte(sizes[index], normal));
    const height = Math.round(Number(altitude) * 100) + SEA_LEVEL;
    if (up === undefined || right === undefined || lengths.includes(BAD) || !(height >= 0 && height <= 0xffff_ffff)) {
      return undefined;
    }
    const wire = Buffer.alloc(16);
    wire.set([0, ...lengths]);
    wire.writeUInt32BE(ORIGIN + (north === "N" ? up : -up), 4);
    wire.writeUInt32BE(ORIGIN + (east === "E" ? right : -right), 8);
    wire.writeUInt32BE(height, 12);
    return wire;
  },
  fromWire: (reader) => {
    const version = readUint8(reader);
    const sizes = [readUint8(reader), readUint8(reader), readUint8(reader)];
    const up = readUint32(reader) - ORIGIN;
    const right = readUint32(reader) - ORIGIN;
    const height = readUint32(reader) - SEA_LEVEL;
    const fine = sizes.every((size) => size >>> 4 <= 9 && (size & 15) <= 9 && (size >>> 4 > 0 || size === 0));
    if (version !== 0 || !fine || Math.abs(up) > 90 * DEGREE || Math.abs(right) > 180 * DEGREE) {
      return undefined;
    }
    return [
      angleText(up, "N", "S"),
      angleText(right, "E", "W"),
      `${metresText(height)}m`,
      ...sizes.map((size) => `${metresText((size >>> 4) * 10 ** (size & 15))}m`),
    ];
  },
};

const ANGLE = String.raw`(\d{1,3}(?: \d{1,2}(?: \d{1,2}(?:\.\d{1,3})?)?)?)`;
const METRES = String.raw`(\d{1,8}(?:\.\d{1,2})?)m?`;
const LOCATION = new RegExp(
  `^${ANGLE} ([NS]) ${ANGLE} ([EW]) (-?\\d{1,8}(?:\\.\\d{1,2})?)m?(?: ${METRES})?(?: ${METRES})?(?: ${METRES})?$`,
);

/** The equator and the prime meridian, in thousandths of a second of arc. */
const ORIGIN = 2 ** 31;
const DEGREE = 3_600_000;
/** The reference spheroid, in centimetres above the lowest that can be said. */
const SEA_LEVEL = 10_000_000;
/** Size 1 m, horizontal 10 km, vertical 10 m (RFC 1876 3). */
const DEFAULT_CENTIMETRES = [100, 1_000_000, 1_000];
const BAD = -1;

function angleOf(text: string | undefined, limit: number): number | undefined {
  const [degrees = Number.NaN, minutes = 0, seconds = 0] = (text ?? "").split(" ").map(Number);
  const whole = degrees * DEGREE + minutes * 60_000 + Math.round(seconds * 1_000);
  return minutes < 60 && seconds < 60 && whole <= limit * DEGREE ? whole : undefined;
}

/** One digit and a power of ten of centimetres. */
function lengthByte(metres: string | undefined, normal: number): number {
  const centimetres = metres === undefined ? normal : Math.round(Number(metres) * 100);
  const power = centimetres === 0 ? 0 : Math.floor(Math.log10(centimetres) + 1e-9);
  return power > 9 ? BAD : (Math.floor(centimetres / 10 ** power) << 4) | power;
}

function angleText(thousandths: number, positive: string, negative: string): string {
  const size = Math.abs(thousandths);
  const seconds = ((size % 60_000) / 1_000).toFixed(3);
  return `${Math.floor(size / DEGREE)} ${Math.floor(size / 60_000) % 60} ${seconds} ${thousandths < 0 ? negative : positive}`;
}

function metresText(centimetres: number): string {
  return (centimetres / 100).toFixed(2);
}
