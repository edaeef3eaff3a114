import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import { wireOfName } from "../../dns/name/name-wire.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import { packRdata, recordsOf, type WireSet } from "../zone/packed-rrset.ts";
import { setOf, type ZoneNode } from "../zone/zone-view.ts";

/** What an alias adds at its name besides addresses: `HTTPS 0 target` where it is wanted (RFC 9460 2.4.2). */
export function aliasSet({ alias }: ZoneNode, type: number): WireSet | undefined {
  if (type !== TYPE.HTTPS || alias?.httpsTarget === undefined) {
    return undefined;
  }
  const rdata = Uint8Array.of(0, 0, ...wireOfName(alias.httpsTarget));
  return { type, ttl: alias.maxTtl, packed: packRdata([rdata]) };
}

/** One record set in place of all (RFC 8482 4.1, 4.2): the CNAME or HINFO that is there, else a made-up HINFO. Nothing where there is nothing. */
export function minimalAny(node: ZoneNode, name: Name): readonly WireRecord[] {
  const own = setOf(node, TYPE.CNAME) ?? setOf(node, TYPE.HINFO);
  if (own !== undefined) {
    return recordsOf(own, name);
  }
  return node.sets.length === 0 && node.alias === undefined
    ? []
    : [{ name, type: TYPE.HINFO, class: CLASS.IN, ttl: ANY_TTL, rdata: ANY_RDATA }];
}

const ANY_TTL = 3_600;
/** RFC 8482 4.2: CPU is "RFC8482", OS is empty. */
const ANY_RDATA = Uint8Array.of(7, ...Buffer.from("RFC8482"), 0);
