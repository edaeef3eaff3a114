import type { Condition } from "../../api/condition/condition.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { displayName } from "../../dns/name/name.ts";
import { pinOf, pinText } from "../../plan/select/pin.ts";
import { sentences } from "../../api/condition/sentence.ts";
import { no, type ConditionResult } from "./alias-conditions.ts";
import type { AliasFacts, NameInZone } from "./alias-facts.ts";
import { formerTexts, isMoving } from "./former-places.ts";
import { time } from "./field/time.ts";
import type { Propagation } from "../zone/state/confirmed.ts";
import type { Millis } from "../../base/clock.ts";

/** The Programmed condition: whether the servers serve the resolved addresses, or the addresses of a pin. */
export function programmedCondition(facts: AliasFacts): ConditionResult {
  const { alias, now } = facts;
  const { pin } = alias.spec.paused ? {} : pinOf(alias, now);
  const condition = unpinnedCondition(facts);
  return pin === undefined ? condition : { ...condition, message: sentences([condition.message, pinText(pin)]) };
}

function unpinnedCondition(facts: AliasFacts): ConditionResult {
  const { alias, inZones, letGoAt } = facts;
  const conditions = inZones
    .filter(({ lostTo }) => lostTo === undefined)
    .map(
      (inZone) =>
        heldDeletion(inZone, letGoAt) ??
        forbiddenCondition(facts, inZone) ??
        whileMoving(facts, inZone, inZoneCondition(alias, inZone)),
    );
  const invalid = conditions.filter(({ status }) => status !== "True");
  const worst = invalid.find(({ status }) => status === "False") ?? invalid[0];
  if (worst !== undefined) {
    return { ...worst, message: sentences(invalid.map(({ message }) => message)) };
  }
  const first = conditions[0];
  return first === undefined
    ? no("NothingToPublish", "No hostname of this DnsAlias can be published. See the Accepted condition.")
    : { ...first, message: sentences(conditions.map(({ message }) => message)) };
}

/** The condition of a name that isn't written before its alias has a finalizer. */
function forbiddenCondition(
  { forbidden }: AliasFacts,
  { hostname, published }: NameInZone,
): ConditionResult | undefined {
  return forbidden === undefined || published.length > 0
    ? undefined
    : no(
        "Forbidden",
        sentences([
          `Hostname ${displayName(hostname)} is not written because the finalizer of this DnsAlias can't be set: ${forbidden}`,
          "For the Role that grants the right, see docs/rbac.md",
        ]),
      );
}

/** If a condition isn't True, adds sentences about former zones that serve the name until its new zone serves it. */
function whileMoving(facts: AliasFacts, { hostname }: NameInZone, result: ConditionResult): ConditionResult {
  if (result.status === "True") {
    return result;
  }
  const message = sentences([result.message, ...formerTexts(facts, hostname)]);
  return { ...result, message, ...(result.status === "Unknown" && isMoving(facts, hostname) && { reason: "Moving" }) };
}

/** The condition of an alias under deletion whose records the guard keeps. */
function heldDeletion(
  { hostname, outcome, published, zone }: NameInZone,
  letGoAt?: Millis,
): ConditionResult | undefined {
  return letGoAt === undefined || outcome.kind !== "held" || published.length === 0
    ? undefined
    : no(
        "PlanHeld",
        sentences([
          `Hostname ${displayName(hostname)} remains in DnsZone ${zone}, because its guard holds deletes`,
          outcome.message,
          `The finalizer is removed at ${time(letGoAt)} in any case. The records then remain until the plan is approved`,
        ]),
      );
}

function inZoneCondition({ spec, status }: DnsAlias, inZone: NameInZone): ConditionResult {
  const { paused } = spec;
  const before = status?.conditions.find(({ type }) => type === "Programmed");
  const { outcome, refusal, published, publishedAt, zone } = inZone;
  const name = displayName(inZone.hostname);
  if (outcome.kind === "refused") {
    return no(outcome.reason, sentences([`DnsZone ${zone}: ${outcome.message}`]));
  }
  if (refusal !== undefined) {
    return no(refusal.reason, sentences([refusal.message]));
  }
  if (outcome.kind === "failed") {
    return no(
      "WriteFailed",
      sentences([
        `Writes to DnsZone ${zone} have failed since ${time(outcome.since)}: ${outcome.message}`,
        "The served records remain",
      ]),
    );
  }
  if (outcome.kind === "pending") {
    return { status: "Unknown", reason: "Pending", message: `DnsZone ${zone} has not been planned yet.` };
  }
  if (published.length === 0 && !paused && mayBePublished(inZone)) {
    return { status: "Unknown", reason: "Pending", message: `Hostname ${name} is not written to DnsZone ${zone} yet.` };
  }
  if (published.length === 0) {
    const why = paused ? "the DnsAlias is paused" : "there are no addresses to publish";
    return no("NothingToPublish", `Hostname ${name} is not published, because ${why}.`);
  }
  const unverified = unverifiedCondition(inZone.propagation, publishedAt === undefined ? undefined : before);
  if (unverified !== undefined) {
    return {
      ...unverified,
      message: sentences([`Hostname ${name} is written to DnsZone ${zone}`, unverified.message]),
    };
  }
  if (inZone.propagation.slow) {
    return no(
      "PropagationSlow",
      `Not every server of DnsZone ${zone} serves the records that were written at ${time(inZone.propagation.laggingSince)}. The status of the DnsZone shows how many do.`,
    );
  }
  if (publishedAt === undefined) {
    return {
      status: "Unknown",
      reason: "Propagating",
      message: `Hostname ${name} is written. Not every server of DnsZone ${zone} serves it yet.`,
    };
  }
  return { status: "True", reason: "Programmed", message: programmedText(inZone) };
}

/**
 * The condition of a written name, or of a zone, if its servers can't be queried although the DnsZone names some. A True
 * condition remains for as long as a delivery may take, so that a restart of the only server has no effect. Undefined: the
 * condition remains. `before`: the present condition; undefined if no records have been programmed.
 */
export function unverifiedCondition(
  { obstacle, slow }: Pick<Propagation, "obstacle" | "slow">,
  before: Pick<Condition, "status" | "reason"> | undefined,
): ConditionResult | undefined {
  if (obstacle === undefined) {
    return undefined;
  }
  const { reason, message } = obstacle;
  if (reason !== "NoEndpoints" || slow || before?.reason === reason) {
    return no(reason, message);
  }
  return before?.status === "True" ? undefined : { status: "Unknown", reason: "Propagating", message };
}

/** True if the alias contributes records to the name, or if there was no plan with the alias yet. */
function mayBePublished({ contribution }: NameInZone): boolean {
  return contribution === undefined || Object.keys(contribution.sets).length > 0;
}

/** The text is the same during a delivery and after it, so that an ordinary change needs only one status write. */
function programmedText({ propagation, zone, withoutHttps }: NameInZone): string {
  const without = withoutHttps === undefined ? [] : [withoutHttps.message];
  return propagation.total === undefined && propagation.obstacle === undefined
    ? sentences([
        `The records are written to DnsZone ${zone}`,
        "Propagation is not verified, because spec.servedBy of the DnsZone is not set",
        ...without,
      ])
    : sentences([`Every server of DnsZone ${zone} serves the records`, ...without]);
}
