import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import { addressesFor, glueFor } from "./additional-section.ts";
import { aliasHttps, minimalAny } from "./alias-records.ts";
import type { AnswerContext, AnswerResult, LiveUse, ReadyAnswer } from "./answer-types.ts";
import { nameFromWire } from "../../dns/name/name-wire.ts";
import { substituteDname } from "./cname-dname.ts";
import { findIn, type NameMatch } from "../zone/find-name.ts";
import { addressRecords, isStale } from "../live/live-records.ts";
import type { Question, WireRecord } from "../../dns/message/message.ts";
import type { Family, Seconds } from "../../dns/record.ts";
import { CLASS, RCODE, TYPE } from "../../dns/registry.ts";
import { packRdata, rdataOf, recordsOf } from "../zone/packed-rrset.ts";
import { setOf, type ServedAliasData, type ZoneView } from "../zone/zone-view.ts";

/**
 * Returns the answer of a zone to a query for a name at or below its domain: RFC 1034 4.3.2 without recursion. It is a pure
 * function, and returns `ask` if a live answer is missing. Only queries for A or AAAA, and for HTTPS at an alias with
 * `httpsTarget`, can need a live answer.
 */
export function answer(view: ZoneView, question: Question, context: AnswerContext): AnswerResult {
  if (question.class !== CLASS.IN || question.type === TYPE.AXFR || question.type === TYPE.IXFR) {
    return { ...EMPTY, rcode: RCODE.REFUSED, authoritative: false };
  }
  if (negativeSoa(view).length === 0) {
    return { ...EMPTY, rcode: RCODE.SERVFAIL, authoritative: false, failure: "the zone has no SOA record" };
  }
  const chain: WireRecord[] = [];
  const seen = new Set<Name>();
  let name = question.name;
  while (!seen.has(name)) {
    seen.add(name);
    const step = stepAt({ view, name, type: question.type, context });
    if (step.kind === "ask") {
      return step;
    }
    if (step.kind === "answer") {
      if (step.failure === RESERVED && chain.length > 0) {
        // The client follows the rest of the chain itself, as with a CNAME into another zone.
        break;
      }
      return behind(chain, step);
    }
    if (seen.size > MAX_HOPS) {
      break;
    }
    chain.push(
      ...step.records.filter(({ name, type }) => !chain.some((one) => one.name === name && one.type === type)),
    );
    if (!isServedHere(view, step.next, context)) {
      break;
    }
    name = step.next;
  }
  return { ...EMPTY, answers: chain };
}

/** Other servers follow the same number of CNAMEs, and leave the rest to the client. */
const MAX_HOPS = 16;

const EMPTY: ReadyAnswer = {
  kind: "answer",
  rcode: RCODE.NOERROR,
  authoritative: true,
  answers: [],
  authorities: [],
  additionals: [],
  glue: 0,
  uses: [],
  stale: false,
};

interface NameLookup {
  readonly view: ZoneView;
  readonly name: Name;
  readonly type: number;
  readonly context: AnswerContext;
}

type Step = AnswerResult | { readonly kind: "alias"; readonly records: readonly WireRecord[]; readonly next: Name };

function isServedHere({ domain }: ZoneView, name: Name, { isElsewhere }: AnswerContext): boolean {
  return isAtOrBelow(name, domain) && isElsewhere?.(name) !== true;
}

/**
 * Returns the answer at the end of a chain, with the records of the chain before its own. AA applies to the first owner name (RFC
 * 1035 4.1.1), and the rcode to the last (RFC 6604 3).
 */
function behind(chain: readonly WireRecord[], end: ReadyAnswer): ReadyAnswer {
  if (chain.length === 0 || end.rcode === RCODE.SERVFAIL) {
    return end;
  }
  const uses = end.uses.map((use) => (use.section === "answers" ? { ...use, start: use.start + chain.length } : use));
  return { ...end, authoritative: true, answers: [...chain, ...end.answers], uses };
}

function stepAt(lookup: NameLookup): Step {
  const { view, name, type } = lookup;
  const found = findIn(view, name);
  switch (found.kind) {
    case "reserved":
      // RFC 8020 2: NXDOMAIN would deny every name below, and NODATA could also be wrong.
      return { ...EMPTY, rcode: RCODE.SERVFAIL, authoritative: false, failure: RESERVED };
    case "absent":
      return { ...EMPTY, rcode: RCODE.NXDOMAIN, authorities: negativeSoa(view) };
    case "dname": {
      const { records, next } = substituteDname(name, found.owner, found.dname);
      if (next === undefined) {
        return { ...EMPTY, rcode: RCODE.YXDOMAIN, answers: records };
      }
      // The synthesized CNAME answers a query for CNAME, like any other CNAME (RFC 1034 3.6.2).
      return isForCname(type) ? { ...EMPTY, answers: records } : { kind: "alias", records, next };
    }
    case "cut":
      return type === TYPE.DS && found.owner === name ? recordsAt(lookup, found) : referral(lookup, found);
    case "node":
      return nodeAt(lookup, found);
  }
}

const RESERVED = "another zone has this name, and its DnsZone can't be read or was deleted";

function referral({ view, context }: NameLookup, cut: Extract<NameMatch, { kind: "cut" }>): ReadyAnswer {
  const additionals = glueFor(view, cut, context);
  return {
    ...EMPTY,
    authoritative: false,
    authorities: recordsOf(cut.servers, cut.owner),
    additionals: additionals.records,
    glue: additionals.glue,
    uses: additionals.uses,
  };
}

type NodeMatch = Extract<NameMatch, { kind: "node" | "cut" }>;

function nodeAt(lookup: NameLookup, found: NodeMatch): Step {
  const { name, type } = lookup;
  const { node } = found;
  const cname = setOf(node, TYPE.CNAME);
  if (cname !== undefined && !isForCname(type)) {
    const [rdata] = rdataOf(cname);
    return { kind: "alias", records: recordsOf(cname, name), next: rdata === undefined ? name : nameFromWire(rdata) };
  }
  if (type === TYPE.ANY) {
    const records = minimalAny(node, name);
    return records.length > 0 ? { ...EMPTY, answers: records } : noData(lookup.view);
  }
  const { alias } = node;
  const family = familyOf(type);
  if (alias !== undefined && family !== undefined) {
    return liveAt(lookup, { alias, owner: found.owner, family });
  }
  return type === TYPE.HTTPS && alias?.httpsTarget !== undefined && setOf(node, type) === undefined
    ? httpsAt(lookup, alias, found.owner)
    : recordsAt(lookup, found);
}

function isForCname(type: number): boolean {
  return type === TYPE.CNAME || type === TYPE.ANY;
}

function familyOf(type: number): Family | undefined {
  return type === TYPE.A ? "A" : type === TYPE.AAAA ? "AAAA" : undefined;
}

function httpsAt({ view, name, context }: NameLookup, alias: ServedAliasData, owner: Name): AnswerResult {
  const https = aliasHttps(alias, { name, owner }, context);
  if (https.kind === "ask") {
    return https;
  }
  const { records, uses, stale } = https;
  if (records.length === 0) {
    return { ...noData(view), uses };
  }
  const set = { type: TYPE.HTTPS, ttl: alias.maxTtl, packed: packRdata(records.map(({ rdata }) => rdata)) };
  const additionals = addressesFor(view, { set, name }, context);
  return {
    ...EMPTY,
    answers: records,
    additionals: additionals.records,
    uses: [...uses, ...additionals.uses],
    stale,
  };
}

function recordsAt(lookup: NameLookup, { node }: NodeMatch): ReadyAnswer {
  const { view, name, type, context } = lookup;
  const set = setOf(node, type);
  if (set === undefined) {
    return noData(view);
  }
  const answers = recordsOf(set, name);
  const { records, uses } = addressesFor(view, { set, name }, context);
  return { ...EMPTY, answers, additionals: records, uses };
}

function noData(view: ZoneView): ReadyAnswer {
  return { ...EMPTY, authorities: negativeSoa(view) };
}

interface AliasFamily {
  readonly alias: ServedAliasData;
  readonly owner: Name;
  readonly family: Family;
}

function liveAt({ view, name, context }: NameLookup, { alias, owner, family }: AliasFamily): AnswerResult {
  if (!alias.families.includes(family)) {
    return noData(view);
  }
  const live = context.live(owner, family);
  if (live === undefined) {
    return { kind: "ask", alias: owner, family };
  }
  const { maxTtl } = alias;
  const use: LiveUse = { alias: owner, family, live, maxTtl, section: "answers", start: 0, count: 0 };
  switch (live.kind) {
    case "none":
      return { ...noData(view), uses: [use] };
    case "failed":
      return { ...EMPTY, rcode: RCODE.SERVFAIL, authoritative: false, uses: [use], failure: live.detail };
    case "addresses": {
      const answers = addressRecords(live, { name, family, maxTtl, now: context.now });
      const stale = isStale(live.freshUntil, context.now);
      return { ...EMPTY, answers, uses: [{ ...use, count: answers.length }], stale };
    }
  }
}

/**
 * The SOA record for answers with NXDOMAIN or NODATA. Its TTL is min(SOA TTL, MINIMUM) (RFC 2308 3). Empty for a zone without a
 * SOA.
 */
function negativeSoa(view: ZoneView): readonly WireRecord[] {
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
