import { byCodeUnit, sameMembers } from "../base/order.ts";
import type { ZoneSpec } from "../api/dns-zone.ts";
import { displayName, type Name } from "../dns/name/name.ts";
import { ALIAS_TYPES, FAMILIES, type AliasType, rrsetKey } from "../dns/record.ts";
import type { ActualRRset, Change, RefuseReason } from "./change.ts";
import type { UnpublishedRRset } from "./https-rrset.ts";
import type { NamePlan } from "./name-plan.ts";

export interface DiffInput {
  readonly names: readonly NamePlan[];
  readonly actual: readonly ActualRRset[];
  readonly ownerId: string;
  readonly policy: ZoneSpec["policy"];
  /** Names without a known alias whose RRsets remain, because an unreadable alias may have them. */
  readonly mayNotDelete?: ((name: Name) => boolean) | undefined;
  readonly conflict: ZoneSpec["conflict"];
}

/**
 * Returns the changes that turn `actual` into the desired RRsets. Never changes an RRset of another owner, or one without an
 * owner unless the zone adopts it. Deletes the RRsets of dnsalias at names without an alias. The result is sorted by name and
 * type, and has no entry for a correct RRset.
 */
export function diff(input: DiffInput): readonly Change[] {
  const actual = new Map(input.actual.map((set) => [rrsetKey(set), set]));
  const changes: Change[] = [];
  const seen = new Set<string>();
  for (const plan of input.names) {
    ALIAS_TYPES.forEach((type) => seen.add(rrsetKey({ name: plan.name, type })));
    changes.push(...changesAt(plan, actual, input));
  }
  for (const [key, set] of actual) {
    if (!seen.has(key) && set.owner === input.ownerId && input.mayNotDelete?.(set.name) !== true) {
      changes.push(removal(set, input.policy));
    }
  }
  return changes.sort(byNameAndType);
}

function changesAt(plan: NamePlan, actual: ReadonlyMap<string, ActualRRset>, input: DiffInput): readonly Change[] {
  const here = (type: AliasType): ActualRRset | undefined => actual.get(rrsetKey({ name: plan.name, type }));
  const at = (of: NamePlan, type: AliasType): readonly Change[] =>
    [compare(of, type, here(type), input)].filter((change) => change !== undefined);
  const others = FAMILIES.flatMap((type) => here(type) ?? []).find((set) => isOthers(set, plan, input));
  const addresses = FAMILIES.flatMap((type) => at(plan, type)).map((change) =>
    others !== undefined && change.kind === "create" ? foreign(plan, change.after.type, others, input) : change,
  );
  // If another writer has addresses at the name, no record of dnsalias may bypass them.
  const isOurs = !addresses.some((change) => change.kind === "refuse" && change.reason !== "PolicyForbids");
  const https = at(isOurs ? plan : withoutHttps(plan), "HTTPS");
  return [
    ...addresses,
    ...https,
    ...(plan.notPublished === undefined ? [] : [notPublished(plan.name, plan.notPublished)]),
  ];
}

/**
 * True if the RRset doesn't belong to dnsalias and is not adopted. An address record of another writer blocks both families,
 * because an address of the other family would lead to a different machine.
 */
function isOthers(set: ActualRRset, { sets }: NamePlan, input: DiffInput): boolean {
  const adopted = mayAdopt(set, input) && sets.some(({ type }) => type === set.type);
  return set.owner !== input.ownerId && !adopted;
}

function withoutHttps(plan: NamePlan): NamePlan {
  return { ...plan, sets: plan.sets.filter(({ type }) => type !== "HTTPS") };
}

function notPublished(name: Name, { type, message }: UnpublishedRRset): Change {
  const text = `The ${type} records of ${displayName(name)} are not written: ${message}`;
  return { kind: "refuse", name, type, reason: "NotSupported", message: text };
}

function compare(
  plan: NamePlan,
  type: AliasType,
  before: ActualRRset | undefined,
  input: DiffInput,
): Change | undefined {
  const wanted = plan.sets.find((set) => set.type === type);
  const adopts = before !== undefined && mayAdopt(before, input);
  if (before !== undefined && before.owner !== input.ownerId && !adopts) {
    return wanted === undefined ? undefined : foreign(plan, type, before, input);
  }
  if (plan.frozen || (adopts && wanted === undefined)) {
    return undefined;
  }
  if (wanted === undefined) {
    return before === undefined || plan.keepPublished.includes(type) ? undefined : removal(before, input.policy);
  }
  if (before === undefined) {
    return { kind: "create", after: wanted };
  }
  if (!adopts && before.ttl === wanted.ttl && sameMembers(before.data, wanted.data)) {
    return undefined;
  }
  return input.policy === "CreateOnly"
    ? forbidden(plan.name, type, "changed", input.policy)
    : { kind: "update", before, after: wanted };
}

/** Adopts only address records without an owner. Records of another owner, and those that can't exist next to addresses, are never adopted. */
function mayAdopt({ owner, note }: ActualRRset, { conflict }: DiffInput): boolean {
  return conflict === "Adopt" && owner === undefined && note === undefined;
}

function removal(before: ActualRRset, policy: ZoneSpec["policy"]): Change {
  return policy === "Sync" ? { kind: "delete", before } : forbidden(before.name, before.type, "deleted", policy);
}

/** The refusal to write an RRset. `before` is the RRset that prevents the write. */
function foreign({ name, sets }: NamePlan, type: AliasType, before: ActualRRset, { conflict }: DiffInput): Change {
  if (before.unsupported === true) {
    const message = `The ${type} records of ${displayName(name)} are not written: ${before.note}. Remove the hostname from the DnsAlias, or publish its zone elsewhere`;
    return { kind: "refuse", name, type, reason: "NotSupported", message };
  }
  const reason: RefuseReason = before.owner === undefined ? "ForeignRecord" : "ForeignOwner";
  const isWanted = sets.some((set) => set.type === before.type);
  const adoptable = isWanted && conflict === "Refuse" && before.owner === undefined && before.note === undefined;
  const without = type === "HTTPS" ? "set httpsAlias: false" : "remove the hostname from the DnsAlias";
  const former =
    before.owner === FORMER_DEFAULT_OWNER_ID
      ? `. If this installation wrote it before its owner id was unique, set --adopt-owner-id ${before.owner}`
      : "";
  const cure = adoptable
    ? `Remove it there, ${without}, or set spec.conflict: Adopt in the DnsZone`
    : `Remove it there, or ${without}${former}`;
  const message = `The ${type} records of ${displayName(name)} are not written: ${before.note ?? whatStands(before, type)}. ${cure}`;
  return { kind: "refuse", name, type, reason, message };
}

/** The default owner id of earlier versions, in which installations did not have unique ids. */
const FORMER_DEFAULT_OWNER_ID = "default";

function whatStands({ type, data, owner }: ActualRRset, wanted: AliasType): string {
  const who = owner === undefined ? "another writer wrote" : `the dnsalias owner "${owner}" wrote`;
  return `${who} ${type === wanted ? "" : `${type} `}${data.join(", ")} there`;
}

function forbidden(name: Name, type: AliasType, what: "changed" | "deleted", policy: string): Change {
  const message = `The ${type} records of ${displayName(name)} are not ${what}, because spec.policy: ${policy} of the DnsZone forbids it`;
  return { kind: "refuse", name, type, reason: "PolicyForbids", message };
}

function byNameAndType(a: Change, b: Change): number {
  return byCodeUnit(changeKey(a), changeKey(b));
}

/** The {@link rrsetKey} of the RRset of a change. */
export function changeKey(change: Change): string {
  switch (change.kind) {
    case "create":
      return rrsetKey(change.after);
    case "update":
    case "delete":
      return rrsetKey(change.before);
    case "refuse":
      return rrsetKey(change);
  }
}
