import type { Millis } from "../../base/clock.ts";
import type { DnsAlias, HistoryEntry } from "../../api/dns-alias.ts";
import { PIN_ANNOTATION } from "../../api/meta.ts";
import { addressSet, familyOf, isPrivate, parseAddress } from "../../dns/address/address.ts";
import { embeddingOf } from "../../dns/address/publishable.ts";
import { isTime, LONGEST_MS, rfc3339 } from "./annotation-time.ts";
import type { ManualProblem } from "./manual.ts";

/** Addresses that are published until a time instead of the addresses of the targets, because of an annotation. */
export interface Pin {
  /** The revision, such as "r7", or the addresses. */
  readonly label: string;
  /** Sorted and not empty. All are of the families of the alias. */
  readonly addresses: readonly string[];
  readonly until: Millis;
}

/** The pin in effect, or the mistake in the annotation. Without the annotation, both are absent. */
export interface PinRead {
  readonly pin?: Pin;
  readonly problem?: ManualProblem;
}

/** Reads the annotation `dnsalias.io/pin` of an alias. The same input always has the same result. */
export function pinOf(alias: DnsAlias, now: Millis): PinRead {
  const value = alias.meta.annotations[PIN_ANNOTATION];
  return value === undefined ? NONE : readPin(alias, value, now);
}

const NONE: PinRead = {};

/**
 * The revision that the annotation of an alias names, even if the pin is not in effect. Undefined: the annotation names no
 * revision.
 */
export function revisionPinned({ meta }: Pick<DnsAlias, "meta">): string | undefined {
  const { what = "" } = partsOf(meta.annotations[PIN_ANNOTATION] ?? "") ?? {};
  return REVISION.test(what) ? what : undefined;
}

/** A sentence without its full stop, for a condition. The text is the same as long as the pin is the same. */
export function pinText({ label, until }: Pin): string {
  return `Pinned to ${label} until ${rfc3339(until)}, by annotation`;
}

/** The text of {@link pinText} in the message of a condition. Undefined: the message has no such text. */
export function pinIn(message: string): string | undefined {
  return /Pinned to .+? until \S+Z, by annotation/.exec(message)?.[0];
}

/** The entries of the alias's own history. A status can also have entries of a deleted alias with the same name. */
export function ownHistory({ meta, status }: DnsAlias): readonly HistoryEntry[] {
  return (status?.history ?? []).filter(({ uid }) => uid === meta.uid);
}

/** All addresses in the lists of an entry. A list that was cut ends with the number of its omitted addresses. */
export function addressesIn({ a = [], aaaa = [] }: Pick<HistoryEntry, "a" | "aaaa">): readonly string[] {
  return [...a, ...aaaa];
}

/** True if the lists of the entry were cut, because it had too many addresses. */
function isCut(entry: HistoryEntry): boolean {
  return addressesIn(entry).some((text) => parseAddress(text) === undefined);
}

const REVISION = /^r[1-9]\d*$/;

interface Parts {
  readonly what: string;
  /** Undefined: the value has no `until`. */
  readonly end: string | undefined;
}

/** Splits the value of the annotation at `until`. Undefined: the value has an invalid form. */
function partsOf(value: string): Parts | undefined {
  const [what = "", end, ...more] = value.trim().split(/(?:^|\s+)until(?:\s+|$)/);
  return what === "" || more.length > 0 ? undefined : { what, end };
}

function readPin(alias: DnsAlias, value: string, now: Millis): PinRead {
  const failed = (message: string, isOver = false): PinRead => ({
    problem: { annotation: PIN_ANNOTATION, value, message: `${PIN_ANNOTATION} ${message}`, isOver },
  });
  const parts = partsOf(value);
  const example = `Use a value such as "${exampleOf(alias)} until ${rfc3339(now + 7_200_000)}".`;
  if (parts === undefined) {
    return failed(`is invalid. ${example}`);
  }
  const { what, end } = parts;
  if (end === undefined) {
    return failed(`has no end. ${example}`);
  }
  if (!isTime(end)) {
    return failed(`is invalid. ${example}`);
  }
  const until = Date.parse(end);
  if (until > now + LONGEST_MS) {
    return failed("ends more than 7 days from now. Use an earlier time.");
  }
  if (until <= now) {
    return failed(`ended at ${rfc3339(until)}. Remove it, or use a later time.`, true);
  }
  const found = REVISION.test(what) ? addressesOfRevision(alias, what) : addressesListed(what);
  if (found === undefined) {
    return failed(`is invalid. ${example}`);
  }
  const problem = typeof found === "string" ? found : obstacleTo(alias, what, found);
  return problem !== undefined || typeof found === "string"
    ? failed(problem ?? "")
    : { pin: { label: labelOf(what, found), addresses: found, until } };
}

function exampleOf(alias: DnsAlias): string {
  return ownHistory(alias)[0]?.revision ?? "203.0.113.7";
}

/** The addresses of the revision, or the problem as text. */
function addressesOfRevision(alias: DnsAlias, revision: string): readonly string[] | string {
  const history = ownHistory(alias);
  const entry = history.find((one) => one.revision === revision);
  if (entry === undefined) {
    return `names ${revision}, which is not in status.history. Use ${choiceOf(history)}.`;
  }
  if (isCut(entry)) {
    return `names ${revision}, which has too many addresses to be kept. Use addresses.`;
  }
  const families = new Set(alias.spec.families);
  const addresses = addressSet(
    addressesIn(entry).filter((address) => families.has(familyOf(address)) && parseAddress(address) === address),
  );
  return addresses.length === 0
    ? `names ${revision}, which has no address of a family in spec.ipFamilies. Use another revision, or addresses.`
    : addresses;
}

function choiceOf(history: readonly HistoryEntry[]): string {
  const numbers = history.map(({ revision }) => Number(revision.slice(1)));
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.length === 0) {
    return "addresses";
  }
  return first === last ? `r${first}, or addresses` : `r${first} to r${last}, or addresses`;
}

/** The addresses in the text. Undefined: it has too many, or something else than addresses. */
function addressesListed(text: string): readonly string[] | undefined {
  const parsed = text.split(",").map((part) => parseAddress(part.trim()));
  return parsed.length > MAX_LISTED || parsed.includes(undefined)
    ? undefined
    : addressSet(parsed.filter((address) => address !== undefined));
}

/** The maximum number of listed addresses, which is also the maximum of an entry of the history. */
const MAX_LISTED = 64;

/** Why the alias can't publish these addresses. The rules are those for static addresses. */
function obstacleTo({ spec }: DnsAlias, what: string, addresses: readonly string[]): string | undefined {
  const name = (address: string): string => (REVISION.test(what) ? `${what} with ${address}` : address);
  const listed = new Set([
    ...spec.targets.flatMap((target) => (target.kind === "addresses" ? target.addresses : [])),
    ...spec.fallbackAddresses,
  ]);
  for (const address of addresses) {
    const embedding = embeddingOf(address);
    if (embedding !== undefined) {
      return `names ${name(address)}, ${embedding}, which is never published. Use another address.`;
    }
    if (isPrivate(address) && !spec.allowPrivate && !listed.has(address)) {
      return `names ${name(address)}, a special-use address. Use another address, or set spec.allowPrivate.`;
    }
    if (!spec.families.includes(familyOf(address))) {
      return `names ${name(address)}, but spec.ipFamilies does not have its family. Use another address.`;
    }
  }
  return undefined;
}

function labelOf(what: string, addresses: readonly string[]): string {
  const more = addresses.length - MAX_SHOWN;
  return REVISION.test(what)
    ? what
    : `${addresses.slice(0, MAX_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The maximum number of addresses in a label. */
const MAX_SHOWN = 4;
