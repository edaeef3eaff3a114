import { TYPE } from "../registry.ts";

/** RDATA that holds domain names: octets before the first, how many names, octets after the last. */
export interface RdataLayout {
  readonly before: number;
  readonly names: number;
  readonly after: number;
  /** RFC 3597 4: only the types of RFC 1035 may be written with compressed names; more of them have to be read so. */
  readonly compress: boolean;
}

/** The layout of a type whose RDATA may come with compressed names (RFC 1035 3.3, RFC 3597 4); undefined for all others. */
export function rdataLayout(type: number): RdataLayout | undefined {
  return LAYOUTS.get(type);
}

/** The one length that the RDATA of a type has; undefined when it varies. */
export function rdataLength(type: number): number | undefined {
  return LENGTHS.get(type);
}

const LAYOUTS: ReadonlyMap<number, RdataLayout> = new Map([
  [TYPE.NS, { before: 0, names: 1, after: 0, compress: true }],
  [TYPE.CNAME, { before: 0, names: 1, after: 0, compress: true }],
  [TYPE.SOA, { before: 0, names: 2, after: 20, compress: true }],
  [TYPE.PTR, { before: 0, names: 1, after: 0, compress: true }],
  [TYPE.MX, { before: 2, names: 1, after: 0, compress: true }],
  [TYPE.RP, { before: 0, names: 2, after: 0, compress: false }],
  [TYPE.AFSDB, { before: 2, names: 1, after: 0, compress: false }],
  [TYPE.SRV, { before: 6, names: 1, after: 0, compress: false }],
  [TYPE.DNAME, { before: 0, names: 1, after: 0, compress: false }],
]);

const LENGTHS: ReadonlyMap<number, number> = new Map([
  [TYPE.A, 4],
  [TYPE.AAAA, 16],
]);
