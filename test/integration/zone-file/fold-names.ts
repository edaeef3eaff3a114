import { Buffer } from "node:buffer";

/**
 * The same RDATA with the names in it in lowercase: names are equal in any case (RFC 4343), and some servers write them in lowercase. All
 * other bytes remain as they are.
 */
export function foldNames(type: number, rdata: Buffer): Buffer {
  const folded = Buffer.from(rdata);
  let at = namesAt(type, rdata);
  for (let names = NAMES.get(type)?.names ?? 0; names > 0 && at !== undefined && at < folded.length; names -= 1) {
    at = foldName(folded, at);
  }
  return folded;
}

interface Layout {
  /** Bytes before the first name. */
  readonly skip: number;
  /** Character-strings between these bytes and the first name. */
  readonly strings?: number;
  /** How many names follow each other. */
  readonly names: number;
}

const ONE: Layout = { skip: 0, names: 1 };
const TWO: Layout = { skip: 0, names: 2 };
const AFTER_16_BITS: Layout = { skip: 2, names: 1 };

const IPSECKEY = 45;
const HIP = 55;
const AMTRELAY = 260;

/** By the number of the type, as the registry of IANA has it. */
const NAMES: ReadonlyMap<number, Layout> = new Map([
  [2, ONE], // NS
  [3, ONE], // MD
  [4, ONE], // MF
  [5, ONE], // CNAME
  [6, TWO], // SOA
  [7, ONE], // MB
  [8, ONE], // MG
  [9, ONE], // MR
  [12, ONE], // PTR
  [14, TWO], // MINFO
  [15, AFTER_16_BITS], // MX
  [17, TWO], // RP
  [18, AFTER_16_BITS], // AFSDB
  [21, AFTER_16_BITS], // RT
  [23, ONE], // NSAP-PTR
  [26, { skip: 2, names: 2 }], // PX
  [33, { skip: 6, names: 1 }], // SRV
  [35, { skip: 4, strings: 3, names: 1 }], // NAPTR
  [36, AFTER_16_BITS], // KX
  [39, ONE], // DNAME
  [IPSECKEY, { skip: 3, names: 1 }],
  [HIP, { skip: 0, names: Infinity }],
  [58, TWO], // TALINK
  [64, AFTER_16_BITS], // SVCB
  [65, AFTER_16_BITS], // HTTPS
  [107, AFTER_16_BITS], // LP
  [AMTRELAY, { skip: 2, names: 1 }],
]);

const GATEWAY_IS_NAME = 3;

function namesAt(type: number, rdata: Buffer): number | undefined {
  const layout = NAMES.get(type);
  if (layout === undefined) {
    return undefined;
  }
  switch (type) {
    case IPSECKEY: // RFC 4025 2.3: the second byte is the type of the gateway
      return rdata[1] === GATEWAY_IS_NAME ? layout.skip : undefined;
    case AMTRELAY: // RFC 8777 4.2: so are the low seven bits of it
      return ((rdata[1] ?? 0) & 0x7f) === GATEWAY_IS_NAME ? layout.skip : undefined;
    case HIP: // RFC 8005 5: lengths of the HIT and of the key, then both, then the rendezvous servers
      return 4 + (rdata[0] ?? 0) + rdata.readUInt16BE(2);
    default:
      return afterStrings(rdata, layout.skip, layout.strings ?? 0);
  }
}

function afterStrings(rdata: Buffer, from: number, strings: number): number {
  let at = from;
  for (let left = strings; left > 0; left -= 1) {
    at += 1 + (rdata[at] ?? 0);
  }
  return at;
}

/** Where the name ends. */
function foldName(bytes: Buffer, from: number): number {
  let at = from;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    for (let index = at + 1; index <= at + length; index += 1) {
      const byte = bytes[index] ?? 0;
      bytes[index] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    }
    at += 1 + length;
  }
  return at + 1;
}
