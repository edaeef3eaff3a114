import { familyOf } from "../../../src/dns/address/address.ts";
import { isWithin } from "../history/claims.ts";
import { hadEver, staticsOf, targetsOf } from "../history/target-facts.ts";
import { textOf } from "./plane-comparison.ts";
import {
  dnsZoneOf,
  factsOf,
  hasGuard,
  hasNewLeader,
  hasOnlyNewTargets,
  hasUnreadTarget,
  isBehind,
  isFamily,
  isForeign,
  mayBeUnknown,
  namesWithoutRecords,
  objectsAnswer,
  rotatingTargets,
  unservedDomains,
  type QueryFacts,
} from "./plane-facts.ts";
import type { RetainedZone } from "../replicas-world.ts";
import { publishedAnswer, type AnsweredSet, type PlaneAnswer } from "./published-answer.ts";

/** A difference between the planes that is no fault. docs/concepts/two-planes.md has the same list. */
export interface PlaneDifference {
  readonly id: string;
  readonly difference: string;
  readonly reason: string;
}

export interface PlaneException extends PlaneDifference {
  /** The largest share of all comparisons that it excuses in the fixed histories. */
  readonly maxShare: number;
  /** The zones above, if the answer can be of one of them in place of the published zone. Its TTLs go by that one then. */
  readonly zonesAbove?: (facts: QueryFacts) => QueryFacts;
  /** Whether the history has what the exception is for. */
  readonly applies: (facts: QueryFacts) => boolean;
  /** The limit: whether the answers differ by nothing else. `want` is what the published records say. */
  readonly permits: (facts: QueryFacts, want: PlaneAnswer, got: PlaneAnswer) => boolean;
}

/** Differences of any answer, each with a rule of its own. */
export const PERMANENT_DIFFERENCES: readonly PlaneDifference[] = [
  {
    id: "ttl",
    difference:
      "TTL of the records of an alias: a published TTL is fixed. At the responder the TTL counts down, is between 5 s and `ttl.max`, and is 30 s for stale answers.",
    reason:
      "dnsalias doesn't rewrite a published record to count its TTL down. At query time, a fixed TTL would ignore the age of the copies at dnsalias and its recursive resolver.",
  },
  {
    id: "order",
    difference: "Order of addresses, and answers by client subnet (RFC 7871, opt-in).",
    reason: "A published RRset is the same for every client, and its server decides the order of the addresses.",
  },
  {
    id: "serial",
    difference:
      "SOA serial: the serial of a published zone increases with every change. The serial of the responder increases only with changes of the base zone and of names.",
    reason: "The responder has no zone version for looked-up addresses. Zone transfers come from `provider.transfer`.",
  },
];

export const PLANE_EXCEPTIONS: readonly PlaneException[] = [
  {
    id: "name without records",
    difference:
      "A name of an alias without addresses: the responder answers NODATA. For a server of published records the name doesn't exist, so it answers NXDOMAIN, or with a wildcard of the zone.",
    reason:
      "A backend can't have a name without records. The responder knows the name from its DnsAlias, without a lookup of every name. NXDOMAIN would deny all names below the name (RFC 8020).",
    maxShare: 0.05,
    applies: (facts) => facts.zones.some((zone) => namesWithoutRecords(facts, zone).length > 0),
    permits: (facts, _want, got) => textOf(wantWithEmptyNames(facts)) === textOf(got),
  },
  {
    id: "no usable data",
    difference:
      "No usable data of a family yet: the responder answers SERVFAIL for this family, and the published name has no RRset of it. If the other family has addresses and lookups of this family continue to fail, the responder answers NODATA after a minute.",
    reason: "A NODATA answer would be cached for the zone's negative TTL.",
    maxShare: 0.02,
    applies: (facts) => isFamily(facts.type) && facts.aliases.length > 0 && mayBeUnknown(facts, facts.type),
    permits: (_facts, _want, got) => isServfail(got),
  },
  {
    id: "rotation",
    difference:
      "A target that rotates: the responder returns its newest set. The published set remains steady while the target returns all of its addresses in turn.",
    reason: "A steady published set saves writes. An answer of the responder needs no write.",
    maxShare: 0.02,
    applies: (facts) => isFamily(facts.type) && rotatingTargets(facts, facts.type).length > 0,
    permits(facts, _want, got) {
      const want = wantWithEmptyNames(facts);
      return (
        textOf(withoutAddresses(want, facts)) === textOf(withoutAddresses(got, facts)) && isRotated(facts, want, got)
      );
    },
  },
  {
    id: "not served",
    difference:
      "A DnsZone without a valid base zone is published, but the responder doesn't serve it. The responder answers SERVFAIL if it serves a zone above, and REFUSED otherwise.",
    reason: "The responder can't know the other records of the zone (Event `NotServed`).",
    maxShare: 0.1,
    zonesAbove: servedAbove,
    applies: ({ stage, end }) => unservedDomains(stage).some((domain) => isWithin(end, domain)),
    permits: (facts, _want, got) => isServfail(got) || got.rcode === "REFUSED" || isByObjects(servedAbove(facts), got),
  },
  {
    id: "reserved",
    difference:
      "A DnsZone that can't be read, or was deleted while its records remain: the responder answers SERVFAIL at and below its domain. A replica that started later knows only the names in statuses, and answers for other names from the zone above.",
    reason: "The published records remain, and the responder doesn't know them any more.",
    maxShare: 0.05,
    zonesAbove: aboveRetained,
    applies: (facts) => retainedAt(facts).length > 0,
    permits: (facts, _want, got) =>
      isServfail(got) || (!isKnownRetained(facts) && isByObjects(aboveRetained(facts), got)),
  },
  {
    id: "inherited",
    difference:
      "After a start or a change of leader: published records of names without a DnsAlias remain for a minute. Published addresses remain for as long as a target of the name can't be read. An HTTPS record next to them remains until a new target has addresses. The responder follows the objects, and returns the last known good addresses. It has an HTTPS record only for a target that had addresses.",
    reason:
      "Published records can be newer than the memory of a replica, or belong to another target. An answer of the responder replaces no records.",
    maxShare: 0.02,
    applies: (facts) =>
      hasNewLeader(facts) ||
      (isFamily(facts.type) && hasUnreadTarget(facts)) ||
      (facts.type === "HTTPS" && hasOnlyNewTargets(facts)),
    permits(facts, want, got) {
      if (hasNewLeader(facts)) {
        return isByObjects(facts, got);
      }
      const { type, aliases, stage } = facts;
      if (type === "HTTPS") {
        return addressesOf(got, facts).length === 0 && isByObjects(facts, got);
      }
      const before = addressesOf(want, facts);
      const isKnown = (address: string): boolean =>
        aliases.flatMap(targetsOf).some((target) => stage.world.lastSeenOf.get(`${target} ${type}`)?.includes(address));
      const now = addressesOf(got, facts);
      const isAllowed = now.every((address) => before.includes(address) || isKnown(address));
      return now.length > 0 && isAllowed && isByObjects(facts, got);
    },
  },
  {
    id: "writes",
    difference: "`policy`, `guard`, `conflict`, limits of repairs, and budgets apply only to published records.",
    reason: "These settings limit writes to a backend that has other writers. The responder writes to no backend.",
    maxShare: 0.05,
    applies: (facts) => dnsZoneOf(facts)?.spec.policy !== "Sync" || isForeign(facts) || hasGuard(facts),
    permits: (facts, _want, got) => isByObjects(facts, got),
  },
  {
    id: "lacks",
    difference:
      "Features that a backend doesn't support: HTTPS records (`coreDNSEtcd`, `externalDNSWebhook`, `dnsEndpoint`), wildcards (`coreDNSEtcd`), other types than the alias's (`overlay`).",
    reason: "The page of the provider and the status name each case.",
    maxShare: 0.02,
    applies: (facts) =>
      facts.type === "HTTPS" &&
      dnsZoneOf(facts)?.spec.provider.kind === "externalDNSWebhook" &&
      facts.aliases.some(({ spec }) => spec.httpsAlias),
    permits: (facts, _want, got) => isByObjects(facts, got),
  },
  {
    id: "paused https",
    difference:
      "`httpsAlias` that is edited while a DnsAlias of the name is paused: the published HTTPS record doesn't change. The responder follows the edit.",
    reason: "No status shows whether the record was published.",
    maxShare: 0.01,
    applies: ({ type, aliases }) => type === "HTTPS" && aliases.some(({ spec }) => spec.paused),
    permits: (facts, _want, got) => isByObjects(facts, got),
  },
  {
    id: "no leader",
    difference:
      "No replica holds the Lease: the responder continues to follow its targets, and published records don't change.",
    reason: "Only the holder of the Lease publishes. Every replica answers queries.",
    maxShare: 0.1,
    applies: ({ stage }) => [...stage.world.replicas].every((replica) => !replica.leads()),
    permits: (facts, _want, got) => isByObjects(facts, got),
  },
  {
    id: "delivery",
    difference:
      "A backend that can't be read or written: published records don't change until the failure ends, or at most six minutes longer.",
    reason: "A failure changes nothing. The responder needs no backend.",
    maxShare: 0.1,
    applies: isBehind,
    permits: (facts, _want, got) => isByObjects(facts, got),
  },
];

function retainedAt({ stage: { world }, end }: QueryFacts): readonly RetainedZone[] {
  return [...world.retainedZones.values()].filter(({ zone }) => isWithin(end, zone.spec.domain));
}

/** A replica that started after the deletion knows of it only what statuses say. */
function isKnownRetained(facts: QueryFacts): boolean {
  return retainedAt(facts).some(({ knownTo }) => knownTo.has(facts.stage.replica));
}

function aboveRetained(facts: QueryFacts): QueryFacts {
  return withoutZones(facts, [...facts.stage.world.retainedZones.keys()]);
}

function servedAbove(facts: QueryFacts): QueryFacts {
  const domains = unservedDomains(facts.stage);
  const unserved = facts.zones.filter(({ domain }) => domains.includes(domain));
  return withoutZones(
    facts,
    unserved.map(({ key }) => key),
  );
}

/** What the zones above have, such as a name that waits there. */
function withoutZones({ stage, zones, ...query }: QueryFacts, keys: readonly string[]): QueryFacts {
  const left = zones.filter(({ key }) => !keys.includes(key));
  return factsOf(stage, left, query);
}

function isServfail({ rcode, answers }: PlaneAnswer): boolean {
  return rcode === "SERVFAIL" && answers.length === 0;
}

/** The published records if names without records could be published. */
function wantWithEmptyNames(facts: QueryFacts): PlaneAnswer {
  const all = facts.zones.map((zone) => ({ ...zone, emptyNames: namesWithoutRecords(facts, zone) }));
  return publishedAnswer(all, facts.name, facts.type);
}

/** Each address that is new is what a rotating target has now, and each that is missing is one that such a target had. */
function isRotated(facts: QueryFacts, want: PlaneAnswer, got: PlaneAnswer): boolean {
  const { type, stage } = facts;
  const { world } = stage;
  const rotating = isFamily(type) ? rotatingTargets(facts, type) : [];
  const before = addressesOf(want, facts);
  const now = addressesOf(got, facts);
  const isNow = (address: string): boolean =>
    rotating.some((target) => world.lastSeenOf.get(`${target} ${type}`)?.includes(address));
  return (
    now.length > 0 &&
    now.every((address) => before.includes(address) || isNow(address)) &&
    before.every((address) => now.includes(address) || rotating.some((target) => hadEver(world, target, address)))
  );
}

/** An answer as the objects have it: the base zone's records, and at names of aliases nothing but addresses of theirs. */
function isByObjects(facts: QueryFacts, got: PlaneAnswer): boolean {
  const { type, aliases, stage } = facts;
  const { world } = stage;
  const isOwn = (address: string): boolean =>
    aliases.some(
      (alias) =>
        alias.spec.families.some((family) => family === familyOf(address)) &&
        (staticsOf(alias).includes(address) ||
          alias.spec.fallbackAddresses.includes(address) ||
          targetsOf(alias).some((target) => hadEver(world, target, address))),
    );
  const isHttps = (data: string): boolean =>
    aliases.some(
      ({ spec }) =>
        spec.httpsAlias && spec.targets.some((one) => one.kind === "hostname" && data === `0 ${one.hostname}`),
    );
  if (aliases.length > 0 && isFamily(type) && isServfail(got)) {
    return mayBeUnknown(facts, type);
  }
  const own = addressesOf(got, facts);
  const isAllowed = own.every(type === "HTTPS" ? isHttps : isOwn);
  const isOfAlias = aliases.length > 0 && (isFamily(type) || type === "HTTPS");
  return isOfAlias
    ? isAllowed && textOf(skeleton(objectsAnswer(facts), facts)) === textOf(skeleton(got, facts))
    : textOf(objectsAnswer(facts)) === textOf(got);
}

/** Without the records of an alias, and without the SOA that is there where it has none. */
function skeleton(answer: PlaneAnswer, facts: QueryFacts): PlaneAnswer {
  return { ...withoutAddresses(answer, facts), authorities: [] };
}

function addressesOf({ answers }: PlaneAnswer, facts: QueryFacts): readonly string[] {
  return answers.filter((set) => isAtEnd(set, facts)).flatMap(({ data }) => data);
}

function withoutAddresses(answer: PlaneAnswer, facts: QueryFacts): PlaneAnswer {
  return { ...answer, answers: answer.answers.filter((set) => !isAtEnd(set, facts)) };
}

function isAtEnd(set: AnsweredSet, { end, type }: QueryFacts): boolean {
  return set.name === end && set.type === type;
}
