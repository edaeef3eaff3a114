import { isAtOrBelow, isWildcard, type Name, parentOf, ROOT } from "../../dns/name/name.ts";
import type { CorefileListener } from "./corefile-listeners.ts";
import { isIntact, readPart, renderPart } from "./overlay-block.ts";
import { type Segment, trimLineEnd } from "./overlay-part.ts";
import type { OwnedRRset } from "../owned-rrset.ts";
import { ownerNameIn } from "../owner-name.ts";

export type Part = Extract<Segment, { readonly kind: "part" }>;

/**
 * True if CoreDNS can start with the section. Either its bytes are unchanged since dnsalias wrote them, or its lines are those that
 * dnsalias writes for its records. Comments and blanks at the end of a line don't matter.
 */
export function isSound(part: Part, listeners: readonly CorefileListener[]): boolean {
  return isIntact(part.text) || configurationOf(part.text) === configurationOf(rewritten(part, listeners));
}

/**
 * Returns the section with its readable records. The checksum is wrong on purpose, so that the DnsZone of the section notices the
 * damage.
 */
export function repairedPart(part: Part, listeners: readonly CorefileListener[]): string {
  const text = rewritten(part, listeners);
  return text.replace(/^# Changes here are undone\. sum=[0-9a-f]+$/m, "# Changes here are undone. sum=0");
}

function rewritten({ zone, owner, text }: Part, listeners: readonly CorefileListener[]): string {
  const all = readPart(text);
  const withAddresses = new Set(all.filter(({ type }) => type !== "HTTPS").map(({ name }) => name));
  const sets = all.filter(({ name }) => withAddresses.has(name));
  return renderPart({ zone, domain: domainIn(text, sets), owner, listeners, sets });
}

/**
 * Returns the domain in the section's SOA records. If none is usable, it returns the closest name above all hostnames of the
 * section.
 */
function domainIn(text: string, sets: readonly OwnedRRset[]): Name {
  const isAboveAll = (domain: Name): boolean => sets.every(({ name }) => isAtOrBelow(name, domain));
  for (const [, written = ""] of text.matchAll(SOA)) {
    const domain = ownerNameIn(written);
    if (domain !== undefined && isAboveAll(domain)) {
      return domain;
    }
  }
  const first = sets[0]?.name ?? ROOT;
  let domain = isWildcard(first) ? (parentOf(first) ?? ROOT) : first;
  while (!isAboveAll(domain)) {
    domain = parentOf(domain) ?? ROOT;
  }
  return domain;
}

/** Returns the lines of a section as CoreDNS reads them: without comments, empty lines, and white space at the end of a line. */
function configurationOf(text: string): string {
  return text
    .split("\n")
    .map(trimLineEnd)
    .filter((line) => line !== "" && !/^[ \t]*#/.test(line))
    .join("\n");
}

const SOA = /^ {4}authority "(\S+) \d{1,10} IN SOA /gm;
