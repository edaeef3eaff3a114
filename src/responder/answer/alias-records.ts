import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import { wireOfName } from "../../dns/name/name-wire.ts";
import { CLASS, TYPE } from "../../dns/registry.ts";
import type { Family } from "../../dns/record.ts";
import type { ClientAnswer } from "../answer-source.ts";
import { isStale, liveTtl } from "../live/live-records.ts";
import { recordsOf } from "../zone/packed-rrset.ts";
import { setOf, type ServedAliasData, type ZoneNode } from "../zone/zone-view.ts";
import type { AnswerContext, LiveUse } from "./answer-types.ts";

/** The HTTPS record of an alias, with the live answers that it depends on. */
export type AliasHttps =
  | {
      readonly kind: "ready";
      readonly records: readonly WireRecord[];
      readonly uses: readonly LiveUse[];
      readonly stale: boolean;
    }
  | { readonly kind: "ask"; readonly alias: Name; readonly family: Family };

/**
 * Returns the record `HTTPS 0 target` (RFC 9460 2.4.2), with the TTL of the target's addresses. Without addresses of the target
 * there is no such record, because a client that follows it never gets fallback addresses. Records in external zones follow the
 * same rule.
 */
export function aliasHttps(
  { families, httpsTarget, maxTtl }: ServedAliasData,
  { name, owner }: { readonly name: Name; readonly owner: Name },
  { live, now }: AnswerContext,
): AliasHttps {
  const uses: LiveUse[] = [];
  for (const family of families) {
    const answer = live(owner, family);
    if (answer === undefined) {
      return { kind: "ask", alias: owner, family };
    }
    uses.push({ alias: owner, family, live: answer, maxTtl, section: "answers", start: 0, count: 0 });
  }
  const first = uses.filter(hasTarget).toSorted((a, b) => a.live.freshUntil - b.live.freshUntil)[0];
  if (first === undefined || httpsTarget === undefined) {
    return { kind: "ready", records: [], uses, stale: false };
  }
  const { freshUntil, ttlUntil } = first.live;
  const rdata = Uint8Array.of(0, 0, ...wireOfName(httpsTarget));
  const record = {
    name,
    type: TYPE.HTTPS,
    class: CLASS.IN,
    ttl: liveTtl({ freshUntil, ttlUntil, maxTtl }, now, 0),
    rdata,
  };
  return {
    kind: "ready",
    records: [record],
    uses: uses.map((use) => (use.family === first.family ? { ...use, count: 1 } : use)),
    stale: isStale(freshUntil, now),
  };
}

interface TargetUse extends LiveUse {
  readonly live: Extract<ClientAnswer, { readonly kind: "addresses" }>;
}

function hasTarget(use: LiveUse): use is TargetUse {
  return use.live?.kind === "addresses" && use.live.isSubstitute !== true;
}

/** Returns one RRset instead of all (RFC 8482 4.1, 4.2): an existing CNAME or HINFO, otherwise a synthesized HINFO. Empty if the name has no records. */
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
