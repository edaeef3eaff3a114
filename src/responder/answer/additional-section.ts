import type { WireRecord } from "../../dns/message/message.ts";
import { isAtOrBelow, ROOT, type Name } from "../../dns/name/name.ts";
import { FAMILIES, type Family } from "../../dns/record.ts";
import { TYPE } from "../../dns/registry.ts";
import type { AnswerContext, LiveUse } from "./answer-types.ts";
import { nameFromWire } from "../../dns/name/name-wire.ts";
import { rdataOf, recordsOf, type WireSet } from "../zone/packed-rrset.ts";
import { findIn } from "../zone/find-name.ts";
import { setOf, type ServedAliasData, type ZoneNode, type ZoneView } from "../zone/zone-view.ts";
import { addressRecords, isStale } from "../live/live-records.ts";

/**
 * Records for the additional section. They include the addresses of an alias only if a fresh live answer is available. Nothing
 * waits for a live answer.
 */
export interface Additional {
  readonly records: readonly WireRecord[];
  readonly uses: readonly LiveUse[];
}

/**
 * Returns the addresses of the names in a set's RDATA, if the zone is authoritative for them (RFC 1035 3.3, RFC 2782). For an SVCB
 * or HTTPS record, it also returns the SVCB or HTTPS records of the record's target (RFC 9460 4.1).
 */
export function addressesFor(
  view: ZoneView,
  { set, name }: { readonly set: WireSet; readonly name: Name },
  context: AnswerContext,
): Additional {
  const before = NAME_AT.get(set.type);
  if (before === undefined) {
    return NOTHING;
  }
  const targets = rdataOf(set).flatMap((rdata) => targetOf(set.type, rdata, { before, name }) ?? []);
  return gather(targets, (target) => {
    const found = isServed(view, target, context) ? findIn(view, target) : undefined;
    if (found?.kind !== "node") {
      return NOTHING;
    }
    const service = isService(set.type) && target !== name ? setOf(found.node, set.type) : undefined;
    const services = service === undefined ? NOTHING : { records: recordsOf(service, target), uses: [] };
    return joined([services, addressesAt(found.node, { name: target, owner: found.owner }, context)]);
  });
}

/**
 * Returns the addresses of a delegation's servers. The addresses of servers at or below the delegation itself are required, so
 * they come first. The addresses of other servers in the zone, or below another delegation, follow (RFC 9471 2.1, 2.2).
 */
export function glueFor(
  view: ZoneView,
  { owner, servers }: { readonly owner: Name; readonly servers: WireSet },
  context: AnswerContext,
): Additional & { readonly glue: number } {
  const names = rdataOf(servers).map(nameFromWire);
  const at = (server: Name): Additional => {
    if (!isAtOrBelow(server, view.domain)) {
      return NOTHING;
    }
    const found = findIn(view, server);
    if (found.kind === "node") {
      return addressesAt(found.node, { name: server, owner: found.owner }, context);
    }
    const occluded = found.kind === "cut" ? view.nodes.get(server) : undefined;
    return occluded === undefined ? NOTHING : addressesAt(occluded, { name: server, owner: server }, context);
  };
  const proper = gather(
    names.filter((server) => isAtOrBelow(server, owner)),
    at,
  );
  const others = gather(
    names.filter((server) => !isAtOrBelow(server, owner)),
    at,
  );
  return { ...joined([proper, others]), glue: proper.records.length };
}

const NOTHING: Additional = { records: [], uses: [] };

/** The number of bytes before the name in RDATA. */
const NAME_AT: ReadonlyMap<number, number> = new Map([
  [TYPE.NS, 0],
  [TYPE.MX, 2],
  [TYPE.SRV, 6],
  [TYPE.SVCB, 2],
  [TYPE.HTTPS, 2],
]);

/** "." means no target (RFC 7505, RFC 2782). In an SVCB or HTTPS record in ServiceMode, "." means the owner name (RFC 9460 2.5). */
function targetOf(
  type: number,
  rdata: Uint8Array,
  { before, name }: { readonly before: number; readonly name: Name },
): Name | undefined {
  const target = nameFromWire(rdata.subarray(before));
  if (target !== ROOT) {
    return target;
  }
  return isService(type) && (rdata[0] !== 0 || rdata[1] !== 0) ? name : undefined;
}

function isService(type: number): boolean {
  return type === TYPE.SVCB || type === TYPE.HTTPS;
}

function isServed({ domain }: ZoneView, name: Name, { isElsewhere }: AnswerContext): boolean {
  return isAtOrBelow(name, domain) && isElsewhere?.(name) !== true;
}

function gather(names: readonly Name[], at: (name: Name) => Additional): Additional {
  return joined([...new Set(names)].map(at));
}

function joined(parts: readonly Additional[]): Additional {
  const records: WireRecord[] = [];
  const uses: LiveUse[] = [];
  for (const part of parts) {
    uses.push(...part.uses.map((use) => ({ ...use, start: use.start + records.length })));
    records.push(...part.records);
  }
  return { records, uses };
}

interface Owned {
  readonly name: Name;
  /** The name of the node: the queried name, or a wildcard. */
  readonly owner: Name;
}

function addressesAt(node: ZoneNode, owned: Owned, context: AnswerContext): Additional {
  return joined(
    FAMILIES.map((family) => {
      const set = setOf(node, TYPE[family]);
      if (set !== undefined) {
        return { records: recordsOf(set, owned.name), uses: [] };
      }
      return node.alias?.families.includes(family) === true
        ? liveAddresses(node.alias, { ...owned, family }, context)
        : NOTHING;
    }),
  );
}

function liveAddresses(
  { maxTtl }: ServedAliasData,
  { name, owner, family }: Owned & { readonly family: Family },
  { live, now }: AnswerContext,
): Additional {
  const present = live(owner, family);
  const records =
    present?.kind === "addresses" && !isStale(present.freshUntil, now)
      ? addressRecords(present, { name, family, maxTtl, now })
      : [];
  const use: LiveUse = {
    alias: owner,
    family,
    live: present,
    maxTtl,
    section: "additionals",
    start: 0,
    count: records.length,
  };
  return { records, uses: [use] };
}
