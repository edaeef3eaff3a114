import type { WireRecord } from "../../dns/message/message.ts";
import { ROOT, type Name } from "../../dns/name/name.ts";
import { nameFromWire, wireOfName } from "../../dns/name/name-wire.ts";
import { synthesizeCname } from "../../dns/name/synthesize-cname.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import { rdataOf, recordsOf, type WireSet } from "../zone/packed-rrset.ts";

export interface Substitution {
  readonly records: readonly WireRecord[];
  /** Undefined: the new name is too long, so the answer is YXDOMAIN (RFC 6672 2.2). */
  readonly next: Name | undefined;
}

/** Returns the DNAME above a name, and the CNAME that is synthesized from the DNAME, with the same TTL (RFC 6672 3.1). */
export function substituteDname(name: Name, owner: Name, dname: WireSet): Substitution {
  const records = recordsOf(dname, owner);
  const [rdata] = rdataOf(dname);
  const target = rdata === undefined ? ROOT : nameFromWire(rdata);
  const next = synthesizeCname(name, { owner, target });
  if (next === undefined) {
    return { records, next };
  }
  const cname: WireRecord = { name, type: TYPE.CNAME, class: CLASS.IN, ttl: dname.ttl, rdata: wireOfName(next) };
  return { records: [...records, cname], next };
}
