import * as fc from "../../../support/property.ts";
import type { TYPE } from "../../../../src/dns/registry.ts";

type Bytes = fc.Arbitrary<readonly number[]>;

/** RDATA that is valid for a type, in the form that the codec produces: names in lower case, parameters in order. */
export function arbitraryRdata(type: keyof typeof LAYOUTS): fc.Arbitrary<Uint8Array> {
  return LAYOUTS[type].map((bytes) => Uint8Array.from(bytes));
}

function join(...parts: readonly Bytes[]): Bytes {
  return fc.tuple(...parts).map((all) => all.flat());
}

function bytes(minLength: number, maxLength = 40): Bytes {
  return fc.uint8Array({ minLength, maxLength }).map((array) => [...array]);
}

function oneOf(...values: readonly number[]): Bytes {
  return fc.constantFrom(...values).map((value) => [value]);
}

function withLength(content: Bytes): Bytes {
  return content.map((all) => [all.length, ...all]);
}

function list(item: Bytes, minLength: number, maxLength = 4): Bytes {
  return fc.array(item, { minLength, maxLength }).map((all) => all.flat());
}

const u8 = bytes(1, 1);
const u16 = bytes(2, 2);
const u32 = bytes(4, 4);
const string = withLength(bytes(0, 20));
const strings = list(string, 1);
const lowerCase = fc.nat({ max: 255 }).map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
const substitution = withLength(
  fc
    .constantFrom("", "!^.*$!sip:a@example.com!", "/(a)[b]\\/(c)/\\2 \\1\\/\u00e9/i", '"a"\\\\"')
    .map((text) => [...Buffer.from(text, "latin1")]),
);
const label = withLength(fc.array(lowerCase, { minLength: 1, maxLength: 12 }));
const name = list(label, 0).map((labels) => [...labels, 0]);
const address4 = bytes(4, 4);
const address16 = bytes(16, 16);

const digest = fc.oneof(
  join(oneOf(1), bytes(20, 20)),
  join(oneOf(2, 3), bytes(32, 32)),
  join(oneOf(4), bytes(48, 48)),
  join(oneOf(0, 5, 255), bytes(1)),
);
const fingerprint = fc.oneof(join(oneOf(1), bytes(20, 20)), join(oneOf(2), bytes(32, 32)), join(oneOf(0, 3), bytes(1)));
const ds = join(u16, u8, digest);
const key = join(u16, u8, u8, bytes(1));
const tag = withLength(fc.stringMatching(/^[A-Za-z0-9]{1,10}$/).map((text) => [...Buffer.from(text)]));
const gateway = (numbers: Bytes, flag = 0): Bytes =>
  fc.oneof(
    ...[fc.constant([]), address4, address16, name].map((form, index) => join(numbers, oneOf(index | flag), form)),
  );
const relay = fc.oneof(gateway(u8), gateway(u8, 0x80));
/** A mantissa and a power of ten; 0 has one form only. */
const size = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 9 }))
  .map(([mantissa, power]) => [(mantissa << 4) | power]);
const angle = (degrees: number): Bytes =>
  fc.integer({ min: -3_600_000 * degrees, max: 3_600_000 * degrees }).map((value) => uint(value + 2 ** 31, 4));
const location = join(oneOf(0), fc.oneof(size, oneOf(0)), size, size, angle(90), angle(180), u32);
const prefix = (family: number, length: number): Bytes =>
  fc.tuple(fc.nat({ max: 8 * length }), fc.boolean(), bytes(0, length)).map(([bits, negated, whole]) => {
    const part = whole.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * index))));
    const cut = part.slice(0, part.findLastIndex((byte) => byte !== 0) + 1);
    return [0, family, bits, cut.length | (negated ? 0x80 : 0), ...cut];
  });
const bitmap = fc
  .uniqueArray(fc.nat({ max: 5 }), { maxLength: 3 })
  .chain((windows) =>
    fc.tuple(
      ...windows
        .sort((a, b) => a - b)
        .map((window) =>
          join(
            oneOf(window),
            withLength(
              join(
                bytes(0, 31).map((all) => all.map((byte) => byte & 0x7f)),
                fc.integer({ min: 1, max: 127 }).map((last) => [last]),
              ),
            ),
          ),
        ),
    ),
  )
  .map((all) => all.flat());
const identity = fc
  .tuple(u8, bytes(1, 20), bytes(1, 40), list(name, 0, 3))
  .map(([algorithm, hit, publicKey, servers]) => [
    hit.length,
    ...algorithm,
    ...uint(publicKey.length, 2),
    ...hit,
    ...publicKey,
    ...servers,
  ]);

/** Values by key. `mandatory` and `no-default-alpn` depend on other keys and come separately. */
const PARAMS: readonly (readonly [number, Bytes])[] = [
  [1, list(withLength(bytes(1, 10)), 1)],
  [3, u16],
  [4, list(address4, 1)],
  [5, bytes(1)],
  [6, list(address16, 1)],
  [7, fc.constantFrom("/q{?dns}", "/{+x,dns*}{é}", "/a/{dns:7}").map((text) => [...Buffer.from(text)])],
  [8, fc.constant([])],
  [
    9,
    fc
      .uniqueArray(fc.nat({ max: 0xffff }), { minLength: 1, maxLength: 4 })
      .map((all) => all.flatMap((one) => uint(one, 2))),
  ],
  [10, list(withLength(bytes(1, 10)), 0)],
  [11, bytes(0)],
  [667, bytes(0)],
  [65_534, bytes(0)],
];
const params = fc
  .subarray([...PARAMS])
  .chain((chosen) =>
    fc.tuple(
      fc.subarray(chosen.map(([number]) => number)),
      fc.tuple(...chosen.map(([number, value]) => value.map((all) => param(number, all)))),
      fc.constant(chosen.some(([number]) => number === 1)),
    ),
  )
  .map(([mandatory, values, hasAlpn]) => {
    const first =
      mandatory.length === 0
        ? []
        : param(
            0,
            mandatory.flatMap((one) => uint(one, 2)),
          );
    const [alpn, ...others] = hasAlpn ? values : [[], ...values];
    return [...first, ...(alpn ?? []), ...(hasAlpn ? param(2, []) : []), ...others.flat()];
  });
const service = join(
  fc.integer({ min: 1, max: 0xffff }).map((priority) => uint(priority, 2)),
  name,
  params,
);
const svcb = fc.oneof({ weight: 5, arbitrary: service }, { weight: 1, arbitrary: join(oneOf(0), oneOf(0), name) });

function param(number: number, value: readonly number[]): readonly number[] {
  return [...uint(number, 2), ...uint(value.length, 2), ...value];
}

function uint(value: number, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
}

const preference = join(u16, name);
const LAYOUTS = {
  A: address4,
  NS: name,
  CNAME: name,
  SOA: join(name, name, u32, u32, u32, u32, u32),
  MB: name,
  MG: name,
  MR: name,
  PTR: name,
  HINFO: join(string, string),
  MINFO: join(name, name),
  MX: preference,
  TXT: strings,
  RP: join(name, name),
  AFSDB: preference,
  X25: withLength(fc.stringMatching(/^\d{4,15}$/).map((text) => [...Buffer.from(text)])),
  ISDN: list(string, 1, 2),
  RT: preference,
  NSAP: bytes(1),
  "NSAP-PTR": name,
  KEY: key,
  PX: join(u16, name, name),
  GPOS: join(string, string, string),
  AAAA: address16,
  LOC: location,
  EID: bytes(1),
  NIMLOC: bytes(1),
  SRV: join(u16, u16, u16, name),
  NAPTR: join(u16, u16, string, string, substitution, name),
  KX: preference,
  CERT: join(u16, u16, u8, bytes(1)),
  DNAME: name,
  APL: list(fc.oneof(prefix(1, 4), prefix(2, 16)), 0),
  DS: ds,
  SSHFP: join(u8, fingerprint),
  IPSECKEY: fc
    .tuple(
      gateway(u8),
      fc.integer({ min: 1, max: 255 }).map((value) => [value]),
      bytes(1),
    )
    .map(([[precedence = 0, type = 0, ...form], algorithm, all]) => [precedence, type, ...algorithm, ...form, ...all]),
  DNSKEY: key,
  DHCID: bytes(1),
  TLSA: join(u8, u8, u8, bytes(1)),
  SMIMEA: join(u8, u8, u8, bytes(1)),
  HIP: identity,
  NINFO: strings,
  RKEY: join(oneOf(0), oneOf(0), u8, u8, bytes(1)),
  TALINK: join(name, name),
  CDS: ds,
  CDNSKEY: key,
  OPENPGPKEY: bytes(1),
  CSYNC: join(u32, u16, bitmap),
  SVCB: svcb,
  HTTPS: svcb,
  SPF: strings,
  NID: bytes(10, 10),
  L32: bytes(6, 6),
  L64: bytes(10, 10),
  LP: preference,
  EUI48: bytes(6, 6),
  EUI64: bytes(8, 8),
  URI: join(u16, u16, bytes(1, 300)),
  CAA: join(u8, tag, bytes(0, 300)),
  AVC: strings,
  DOA: join(u32, u32, u8, string, bytes(0)),
  AMTRELAY: relay,
  RESINFO: strings,
  WALLET: strings,
  TA: ds,
  DLV: ds,
} satisfies Partial<Record<keyof typeof TYPE, Bytes>>;

export const GENERATED_TYPES = Object.keys(LAYOUTS).filter((type): type is keyof typeof LAYOUTS => type in LAYOUTS);
