import { portableTypeName, type TYPE, typeNumber } from "../registry.ts";
import type { Field } from "./field/field.ts";
import { a, aaaa, nimrod, nsap } from "./type/addresses.ts";
import { apl } from "./type/apl.ts";
import { caa } from "./type/caa.ts";
import { cert, opaqueBase64, sshfp, tlsa } from "./type/certificate.ts";
import { csync, dnskey, ds, rkey } from "./type/dnssec.ts";
import { amtrelay, ipseckey } from "./type/gateway.ts";
import { hip } from "./type/hip.ts";
import { eui48, eui64, locator32, locator64 } from "./type/identifiers.ts";
import { loc } from "./type/loc.ts";
import { naptr, preferenceAndName, px, srv } from "./type/mx-srv.ts";
import { oneName, twoNames } from "./type/names.ts";
import { soa } from "./type/soa.ts";
import { isPortableSvcb, svcb } from "./type/svcb.ts";
import { gpos, hinfo, isdn, txt, x25 } from "./type/txt.ts";
import { doa, uri } from "./type/uri.ts";

export interface RdataType {
  readonly number: number;
  readonly mnemonic: string;
  /** Undefined: the type is read and written only as `\#` (RFC 3597 5). */
  readonly codec: Field | undefined;
  /** The names in the RDATA that may be compressed on the wire. */
  readonly layout: NameLayout | undefined;
  /** The only length that the RDATA may have. */
  readonly length: number | undefined;
  /** True if the record signs the zone as a whole. Such a zone cannot get other records (RFC 4034, 5155, 8976). */
  readonly isSignature: boolean;
  /** True if BIND refuses a zone with it and other servers don't use it. */
  readonly isObsolete: boolean;
  /** True if CoreDNS, BIND, Knot and NSD all read this text of the codec. All of them read `\#`. */
  isPortable(text: string): boolean;
}

/** The positions of domain names in RDATA: bytes before the first, number of names, and bytes after the last. */
interface NameLayout {
  readonly before: number;
  readonly names: number;
  readonly after: number;
  /**
   * RFC 3597 4: only the types of RFC 1035 may be written with compressed names. Compressed names of some other types must still
   * be read.
   */
  readonly compress: boolean;
}

/** The row of a type. Undefined for a type that is read and written only as `\#`. */
export function rdataType(type: number): RdataType | undefined {
  return TABLE.get(type);
}

const COMPRESSED = { before: 0, names: 1, after: 0, compress: true };
const ONE_NAME = { codec: oneName, layout: COMPRESSED };
const PREFERENCE = { codec: preferenceAndName, layout: { ...COMPRESSED, before: 2, compress: false } };
const SIGNATURE = { isSignature: true };
/** RFC 973, 3755, 6563. */
const OBSOLETE = { isObsolete: true };
/** CoreDNS reads no value that is longer than a character string. */
const SHORT_VALUE = { isPortable: (text: string) => /"(?:[^"\\]|\\\d{3}|\\[^\d]){0,255}"$/.test(text) };
/** NSD reads up to 15 lower-case letters and digits. */
const SHORT_TAG = /^\d+ [a-z0-9]{1,15} /;
const SERVICE = { codec: svcb, isPortable: isPortableSvcb };

const ROWS: Readonly<Partial<Record<keyof typeof TYPE, Partial<RdataType>>>> = {
  A: { codec: a, length: 4 },
  NS: ONE_NAME,
  MD: OBSOLETE,
  MF: OBSOLETE,
  CNAME: ONE_NAME,
  SOA: { codec: soa, layout: { before: 0, names: 2, after: 20, compress: true } },
  MB: ONE_NAME,
  MG: ONE_NAME,
  MR: ONE_NAME,
  PTR: ONE_NAME,
  HINFO: { codec: hinfo },
  MINFO: { codec: twoNames, layout: { ...COMPRESSED, names: 2 } },
  MX: { codec: preferenceAndName, layout: { ...COMPRESSED, before: 2 } },
  TXT: { codec: txt },
  RP: { codec: twoNames, layout: { ...COMPRESSED, names: 2, compress: false } },
  AFSDB: PREFERENCE,
  X25: { codec: x25 },
  ISDN: { codec: isdn },
  RT: PREFERENCE,
  NSAP: { codec: nsap },
  "NSAP-PTR": { codec: oneName },
  SIG: OBSOLETE,
  KEY: { codec: dnskey },
  PX: { codec: px, layout: { before: 2, names: 2, after: 0, compress: false } },
  GPOS: { codec: gpos },
  AAAA: { codec: aaaa, length: 16 },
  LOC: { codec: loc },
  NXT: OBSOLETE,
  EID: { codec: nimrod },
  NIMLOC: { codec: nimrod },
  SRV: { codec: srv, layout: { ...COMPRESSED, before: 6, compress: false } },
  NAPTR: { codec: naptr },
  KX: { codec: preferenceAndName },
  CERT: { codec: cert },
  A6: OBSOLETE,
  DNAME: { codec: oneName, layout: { ...COMPRESSED, compress: false } },
  APL: { codec: apl },
  DS: { codec: ds },
  SSHFP: { codec: sshfp },
  IPSECKEY: { codec: ipseckey },
  RRSIG: SIGNATURE,
  NSEC: SIGNATURE,
  DNSKEY: { codec: dnskey },
  DHCID: { codec: opaqueBase64 },
  NSEC3: SIGNATURE,
  NSEC3PARAM: SIGNATURE,
  TLSA: { codec: tlsa },
  SMIMEA: { codec: tlsa },
  HIP: { codec: hip },
  NINFO: { codec: txt },
  RKEY: { codec: rkey },
  TALINK: { codec: twoNames },
  CDS: { codec: ds },
  CDNSKEY: { codec: dnskey },
  OPENPGPKEY: { codec: opaqueBase64 },
  CSYNC: { codec: csync },
  ZONEMD: SIGNATURE,
  SVCB: SERVICE,
  HTTPS: SERVICE,
  SPF: { codec: txt },
  NID: { codec: locator64 },
  L32: { codec: locator32 },
  L64: { codec: locator64 },
  LP: { codec: preferenceAndName },
  EUI48: { codec: eui48 },
  EUI64: { codec: eui64 },
  URI: { codec: uri, ...SHORT_VALUE },
  CAA: { codec: caa, isPortable: (text) => SHORT_TAG.test(text) && SHORT_VALUE.isPortable(text) },
  AVC: { codec: txt },
  DOA: { codec: doa },
  AMTRELAY: { codec: amtrelay },
  RESINFO: { codec: txt },
  WALLET: { codec: txt },
  TA: { codec: ds },
  DLV: { codec: ds },
};

const TABLE: ReadonlyMap<number, RdataType> = new Map(
  Object.entries(ROWS).map(([mnemonic, row]) => {
    const number = typeNumber(mnemonic) ?? 0;
    const isPortableType = portableTypeName(number) === mnemonic;
    const { codec, layout, length, isSignature = false, isObsolete = false, isPortable = () => isPortableType } = row;
    return [number, { number, mnemonic, codec, layout, length, isSignature, isObsolete, isPortable }];
  }),
);
