import type { WireRecord } from "../../dns/message/message.ts";
import type { Seconds } from "../../dns/record.ts";
import { TYPE } from "../../dns/registry.ts";
import { rdataOf, recordsOf } from "../zone/packed-rrset.ts";
import { setOf, type ZoneView } from "../zone/zone-view.ts";

/** The SOA of NXDOMAIN and NODATA, whose TTL is min(SOA TTL, MINIMUM) (RFC 2308 3); nothing in a zone without one. */
export function negativeSoa(view: ZoneView): readonly WireRecord[] {
  const apex = view.nodes.get(view.domain);
  const soa = apex === undefined ? undefined : setOf(apex, TYPE.SOA);
  const [rdata] = soa === undefined ? [] : rdataOf(soa);
  return soa === undefined || rdata === undefined
    ? []
    : recordsOf(soa, view.domain, Math.min(soa.ttl, minimumOf(rdata)));
}

function minimumOf(rdata: Uint8Array): Seconds {
  return new DataView(rdata.buffer, rdata.byteOffset, rdata.length).getUint32(rdata.length - 4);
}
