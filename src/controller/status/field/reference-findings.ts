import type { Millis } from "../../../base/clock.ts";
import type { DnsAlias } from "../../../api/dns-alias.ts";
import { sentences } from "../../../api/condition/sentence.ts";
import type { Finding } from "../../../api/condition/summarize.ts";
import { namespaceOfRef, referenceText, type HeldResource, type ResourceRef } from "../../../api/resource-ref.ts";
import { type ReferenceOutcome, referenceOutcomes } from "../../../plan/reference/reference-outcome.ts";
import { time } from "./time.ts";

const KEPT = "The last known good addresses remain published";

/**
 * The finding about references that the DnsAlias may not have. The first refused reference decides the reason. Undefined: all are
 * accepted.
 */
export function refusedReferences(alias: DnsAlias): Finding | undefined {
  const refused = alias.spec.targets.flatMap((target) => {
    const found = target.kind === "resourceRef" ? refusalOf(alias, target.ref, target.held) : undefined;
    return found === undefined ? [] : [found];
  });
  const [first] = refused;
  return first && { ...first, message: sentences(refused.map(({ message }) => message)) };
}

function refusalOf({ meta }: DnsAlias, ref: ResourceRef, held: HeldResource | undefined): Finding | undefined {
  const finding = held?.finding;
  if (finding?.kind === "notPermitted") {
    const namespace = namespaceOfRef(ref, meta.namespace);
    const message = `Namespace ${namespace} has no ReferenceGrant for ${ref.kind} ${ref.name} and DnsAliases of namespace ${meta.namespace}. Create one in ${namespace}.`;
    return { status: "False", reason: "RefNotPermitted", message };
  }
  return finding?.kind === "unsupported"
    ? { status: "False", reason: "RefUnsupported", message: finding.message }
    : undefined;
}

/** The problems with the addresses of referenced objects, at most one finding for each object. */
export function referenceFindings(alias: DnsAlias, now: Millis): readonly Finding[] {
  return referenceOutcomes(alias, now).flatMap((outcome) => findingOf(alias, outcome) ?? []);
}

/** Sentences about refused addresses of objects that also have accepted addresses. */
export function refusedObjectAddresses(alias: DnsAlias, now: Millis): readonly string[] {
  return referenceOutcomes(alias, now).flatMap(({ target, verdict, refused }) =>
    verdict === "good" && refused !== undefined
      ? [`An address of ${referenceText(target.ref)} is not published: the object has ${refused}`]
      : [],
  );
}

function findingOf(alias: DnsAlias, outcome: ReferenceOutcome): Finding | undefined {
  const { held, ref } = outcome.target;
  const text = referenceText(ref);
  if (held === undefined) {
    return { status: "Unknown", reason: "Resolving", message: `${text} has not been read yet.` };
  }
  const effect = effectOf(alias, outcome, held);
  switch (held.finding.kind) {
    case "forbidden":
      return no("RefForbidden", [held.finding.message, ...effect]);
    case "missing":
      return no("RefMissing", [`${text} does not exist. Create it, or correct resourceRef`, ...effect]);
    case "notPermitted":
    case "unsupported":
      return no("NoAddresses", [`${text} provides no addresses. See the Accepted condition`, ...effect]);
    case "found":
      return ofFound(text, outcome, effect);
  }
}

/**
 * The finding about an object that was found. An object that has lost its addresses is reported only after its absence is
 * confirmed.
 */
function ofFound(
  text: string,
  { verdict, target, refused, mayBePublished }: ReferenceOutcome,
  effect: readonly string[],
) {
  const { held } = target;
  switch (verdict) {
    case "absent":
      return mayBePublished ? no("NoAddresses", [`The load balancer of ${text} has no address yet`]) : undefined;
    case "held-empty":
    case "withdrawn-empty":
      return no("NoAddresses", [`${text} has had no addresses since ${time(held?.absentSince)}`, ...effect]);
    case "good":
    case "reading":
    case "failing":
      return undefined;
    case "refused":
    case "stale-kept":
    case "stale-withdrawn":
      return no("SpecialUseRefused", [`${text} has ${refused ?? "no public address"}`, ...effect]);
  }
}

/** The effect on the published addresses of the object, as clauses. */
function effectOf({ spec }: DnsAlias, { verdict }: ReferenceOutcome, { addresses, hostnames }: HeldResource) {
  if (verdict === "withdrawn-empty" || verdict === "stale-withdrawn") {
    const policy = verdict === "withdrawn-empty" ? "onEmpty" : "onStale";
    return [`Its addresses were withdrawn, as spec.${policy} requires`];
  }
  if (addresses.length + hostnames.length === 0) {
    return [];
  }
  return [verdict === "held-empty" ? `${KEPT} (spec.onEmpty: ${spec.onEmpty})` : KEPT];
}

function no(reason: string, texts: readonly string[]): Finding {
  return { status: "False", reason, message: sentences(texts) };
}
