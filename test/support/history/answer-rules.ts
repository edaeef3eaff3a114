import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import { ANSWER_EXCEPTIONS } from "./answer-exceptions.ts";
import {
  type Answer,
  type AnswerFacts,
  answerFactsOf,
  isAnswerable,
  knownAddresses,
  mayFallBack,
  mayStandBehind,
  type OwnerName,
  pausedSince,
  presentOf,
  publishedSince,
  publishedThroughout,
} from "./answer-facts.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { describe, isInBaseZone } from "./place-facts.ts";
import { MINUTE, UNDERWAY_MS, ZONES } from "./scene.ts";
import { goneForMs, RETRY_MS, staticsOf, targetsOf } from "./target-facts.ts";
import { isOwnForgery } from "./write-rules.ts";

/**
 * What is wrong with an answer of a responder. Each address comes from an alias that has the name, and is no older than the bound of docs/concepts/responder.md. A name with known addresses
 * isn't blank, and fails only as an entry of {@link ANSWER_EXCEPTIONS} has it. A paused name is answered as it was at the pause.
 */
export function faultsOfAnswer(judged: JudgedWorld, answer: Answer): readonly string[] {
  const facts = answerFactsOf(judged, answer);
  return [...faultsOfAddresses(facts), ...faultsOfBlank(facts), ...faultsOfMissing(facts)];
}

function faultsOfAddresses(facts: AnswerFacts): readonly string[] {
  const { name, addresses } = facts.answer;
  const wrong = addresses.filter(
    (address) => !isOfBaseZone(facts, address) && !facts.owners.some((owner) => isRight(facts, owner, address)),
  );
  return wrong.map((address) => {
    const targets = facts.owners.flatMap(({ versions }) => versions.flatMap(targetsOf));
    const isPast = targets.some((target) => goneForMs(facts.judged.world, target, address) < Infinity);
    return isPast
      ? `old answer: ${name} was answered with ${address}, which its target gave up long ago`
      : `answer: ${name} was answered with ${address}, which none of its aliases has`;
  });
}

function isRight(facts: AnswerFacts, { owner, versions }: OwnerName, address: string): boolean {
  const since = pausedSince(facts, owner);
  if (since !== undefined && publishedSince(facts, owner, since - RETRY_MS).has(address)) {
    return true;
  }
  return (
    !isFrozen(facts, { owner, versions }, since) &&
    versions.some((alias) => isOfAlias(facts, alias, address) || isPublished(facts, owner, alias, address))
  );
}

/**
 * Whether the published records alone answer for a paused name: one that has the name is paused, and doesn't only list it. Without a status nothing shows the records, and the answer
 * comes from the targets.
 */
function isFrozen(facts: AnswerFacts, { owner, versions }: OwnerName, since: Millis | undefined): boolean {
  const { judged, answer, steady } = facts;
  return (
    since !== undefined &&
    owner === answer.name &&
    steady.some(({ spec }) => spec.paused) &&
    judged.world.clock.now() - since > 2 * MINUTE &&
    answer.knownUntil === Infinity &&
    !isStatusLost(facts, versions, since)
  );
}

/** Published records of a moment ago, while nothing newer can be known. */
function isPublished(facts: AnswerFacts, owner: string, alias: DnsAlias, address: string): boolean {
  const since = facts.judged.world.clock.now() - RETRY_MS;
  return mayStandBehind(facts, alias, address) && publishedSince(facts, owner, since).has(address);
}

function isOfAlias(facts: AnswerFacts, alias: DnsAlias, address: string): boolean {
  const { judged } = facts;
  return (
    staticsOf(alias).includes(address) ||
    mayFallBack(facts, alias, address) ||
    targetsOf(alias).some((target) => isAnswerable(facts, alias, target, address)) ||
    isOwnForgery(judged, alias, address)
  );
}

/** A record of the base zone takes precedence. */
function isOfBaseZone({ judged, answer: { name } }: AnswerFacts, address: string): boolean {
  const places = ZONES.map(({ place }) => place).filter((place) => isInBaseZone(judged, place, name));
  return places.some((place) => (judged.world.bases.get(place) ?? "").includes(` ${address}\n`));
}

/** Whether a status of the name's aliases is missing, or was lost since then. */
function isStatusLost({ judged: { changedAt } }: AnswerFacts, versions: readonly DnsAlias[], since: Millis): boolean {
  return versions.some(
    ({ meta, status }) =>
      status === undefined || (changedAt.get(`status ${objectKey(meta)}`) ?? -Infinity) > since - UNDERWAY_MS,
  );
}

/** A name whose aliases have known addresses of the family is answered without any. */
function faultsOfBlank(facts: AnswerFacts): readonly string[] {
  const { name, family, rcode, addresses } = facts.answer;
  const isBlank = addresses.every((address) => familyOf(address) !== family);
  const known = isBlank && !isExcepted(facts) ? addressesInForce(facts) : [];
  return known.length === 0
    ? []
    : [
        `blank answer: ${name} ${family} was answered with ${rcode}, and ${describe(facts.steady)} has ${known.join(" ")}`,
      ];
}

/** What the answer has to come from: the published records of a paused name, the targets of another one. A pause that has just begun or ended can count or not. */
function addressesInForce(facts: AnswerFacts): readonly string[] {
  if (!wasPaused(facts)) {
    return knownAddresses(facts);
  }
  const published = pausedAddresses(facts);
  const isSteady = facts.steady.some(({ spec }) => spec.paused);
  return isSteady || knownAddresses(facts).length > 0 ? published : [];
}

/** Whether one that has the name is paused, or was a moment ago. */
function wasPaused({ owners }: AnswerFacts): boolean {
  return owners.flatMap(({ versions }) => versions).some(({ spec }) => spec.paused);
}

function isExcepted(facts: AnswerFacts): boolean {
  return ANSWER_EXCEPTIONS.some(({ rcodes, applies }) => rcodes.includes(facts.answer.rcode) && applies(facts));
}

/** What was published long before the pause, and still is. */
function pausedAddresses(facts: AnswerFacts): readonly string[] {
  const { answer } = facts;
  const since = pausedSince(facts, answer.name);
  return since === undefined || isStatusLost(facts, facts.steady, since)
    ? []
    : publishedThroughout(facts, since - RETRY_MS).filter((address) => familyOf(address) === answer.family);
}

/** A target that everybody can see has all its addresses in the answer, if the answer has any. */
function faultsOfMissing(facts: AnswerFacts): readonly string[] {
  const { name, family, addresses } = facts.answer;
  if (addresses.length === 0 || wasPaused(facts) || isExcepted(facts)) {
    return [];
  }
  const present = facts.steady.flatMap((alias) => targetsOf(alias).flatMap((target) => presentOf(facts, target)));
  const missing = [...new Set(present)].filter((address) => !addresses.includes(address));
  return missing.length === 0
    ? []
    : [`short answer: ${name} ${family} was answered without ${missing.join(" ")} of ${describe(facts.steady)}`];
}
