import type { WireRecord } from "../../dns/message/message.ts";
import { type Name, parentOf } from "../../dns/name/name.ts";
import { synthesizeCname } from "../../dns/name/synthesize-cname.ts";
import type { Seconds } from "../../dns/record.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import { nameFromWire } from "../../dns/name/name-wire.ts";

/** One step of a chain: `owner` is an alias of `target`. */
export interface CnameHop {
  readonly owner: Name;
  readonly type: "CNAME" | "DNAME";
  readonly target: Name;
  readonly ttl: Seconds;
}

/** The records of class IN by owner. */
export type RecordIndex = ReadonlyMap<Name, readonly WireRecord[]>;

export function indexRecords(records: readonly WireRecord[]): RecordIndex {
  return Map.groupBy(
    records.filter((record) => record.class === CLASS.IN),
    (record) => record.name,
  );
}

export type Alias =
  | { readonly kind: "hop"; readonly hop: CnameHop }
  | { readonly kind: "malformed"; readonly detail: string };

/**
 * Returns the next name of a chain, by the CNAME of the name or by a DNAME above it. The server may omit the CNAME that is
 * synthesized from a DNAME (RFC 6672 3.1). Two CNAMEs with different targets at one name are malformed (RFC 2181 10.1). Undefined:
 * the name has neither.
 */
export function aliasAt(records: RecordIndex, owner: Name): Alias | undefined {
  const cnames = (records.get(owner) ?? []).filter(({ type }) => type === TYPE.CNAME);
  const [target, other] = new Set(cnames.map(({ rdata }) => nameFromWire(rdata)));
  if (other !== undefined) {
    return { kind: "malformed", detail: `${owner} has more than one CNAME` };
  }
  if (target === undefined) {
    return dnameAbove(records, owner);
  }
  return { kind: "hop", hop: { owner, type: "CNAME", target, ttl: Math.min(...cnames.map(({ ttl }) => ttl)) } };
}

function dnameAbove(records: RecordIndex, name: Name): Alias | undefined {
  for (let owner = parentOf(name); owner !== undefined; owner = parentOf(owner)) {
    const dname = records.get(owner)?.find(({ type }) => type === TYPE.DNAME);
    if (dname !== undefined) {
      return hopByDname(name, owner, dname);
    }
  }
  return undefined;
}

function hopByDname(name: Name, owner: Name, dname: WireRecord): Alias {
  const target = synthesizeCname(name, { owner, target: nameFromWire(dname.rdata) });
  return target === undefined
    ? { kind: "malformed", detail: `the DNAME at ${owner} makes ${name} too long` }
    : { kind: "hop", hop: { owner: name, type: "DNAME", target, ttl: dname.ttl } };
}
