import { objectKey } from "../../../src/api/meta.ts";
import { sceneZone } from "./scene.ts";
import { isDelegated, isWithin } from "./claims.ts";
import { type AnswerFacts, placeAt, START_MS } from "./answer-facts.ts";
import { isInBaseZone } from "./place-facts.ts";

/** An answer without addresses that is right although the aliases of the name have some. */
export interface AnswerException {
  readonly id: string;
  readonly reason: string;
  /** The page that has the reason, and its section. */
  readonly source: string;
  readonly rcodes: readonly string[];
  /** Whether the history has what the exception is for. */
  readonly applies: (facts: AnswerFacts) => boolean;
}

export const ANSWER_EXCEPTIONS: readonly AnswerException[] = [
  {
    id: "starting",
    reason: "A replica that starts serves a zone once it has read it.",
    source: "docs/concepts/responder.md#served-zones",
    rcodes: ["REFUSED", "SERVFAIL"],
    applies: ({ judged, answer: { replica } }) => judged.world.clock.now() - replica.startedAt < START_MS,
  },
  {
    id: "not served",
    reason: "The responder doesn't know the other records of a DnsZone that has no valid base zone.",
    source: "docs/concepts/responder-answers.md#names-of-a-dnszone-that-isnt-served",
    rcodes: ["REFUSED", "SERVFAIL"],
    applies: (facts) => facts.zones.every((zone) => !hasBase(objectKey(zone.meta))) || isBaseSpoilt(facts),
  },
  {
    id: "reserved",
    reason:
      "The records of a DnsZone that can't be read, was deleted, or isn't delegated are not known, until it can be read and is served.",
    source: "docs/concepts/responder-answers.md#names-of-a-dnszone-that-cant-be-read-or-was-deleted",
    rcodes: ["REFUSED", "SERVFAIL"],
    applies: ({ judged: { world, deletedZones, changedAt }, answer: { name }, since }) =>
      [...world.zones.values(), ...deletedZones.values()].some((zone) => {
        const key = objectKey(zone.meta);
        const isKnown = world.zones.has(key) && !world.unreadZones.has(key) && isDelegated(world, zone);
        const isMended = (changedAt.get(`mended zone ${key}`) ?? -Infinity) >= since;
        return isWithin(name, zone.spec.domain) && (!isKnown || isMended);
      }),
  },
  {
    id: "base zone",
    reason: "A, AAAA, and CNAME records of the base zone take precedence at the hostname of a DnsAlias.",
    source: "docs/concepts/responder-answers.md#hostnames-of-dnsaliases",
    rcodes: ["NOERROR"],
    applies: (facts) => isInBaseZone(facts.judged, placeAt(facts) ?? "", facts.answer.name),
  },
  {
    id: "unread alias",
    reason: "A replica that started after a bad edit of a DnsAlias doesn't know its targets.",
    source: "docs/concepts/claims.md#a-dnszone-that-cant-be-read-or-was-deleted",
    rcodes: ["SERVFAIL", "NOERROR", "NXDOMAIN"],
    applies: ({ judged: { world, changedAt }, answer: { replica }, steady }) =>
      steady.some(({ meta }) => {
        const key = objectKey(meta);
        return world.unread.has(key) && replica.startedAt >= (changedAt.get(`spoilt ${key}`) ?? 0);
      }),
  },
];

function hasBase(key: string): boolean {
  return sceneZone(key).backend === "zoneFile";
}

/** Whether the base zone is bad now, or was until its next read. */
function isBaseSpoilt(facts: AnswerFacts): boolean {
  const { world, changedAt } = facts.judged;
  const place = placeAt(facts) ?? "";
  const isBad = !(world.bases.get(place) ?? "").includes("SOA");
  return isBad || (changedAt.get(`place ${place}`) ?? -Infinity) >= facts.since;
}
