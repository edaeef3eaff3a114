import { domainToASCII } from "node:url";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import { parseCanonicalName } from "../canonical-rdata.ts";
import type { DomainFilter } from "./endpoint.ts";

/**
 * Whether the domain filter of a provider includes a name. It compares at label boundaries, so `evilexample.com` is not in
 * `example.com`. Filters with (Go) regular expressions are not evaluated; reading back after a write shows the names that they
 * exclude.
 */
export function admits({ include, exclude, hasExpressions }: DomainFilter, name: Name): boolean {
  if (hasExpressions) {
    return true;
  }
  const isIn = (entry: string): boolean => matches(entry, name);
  return (include.length === 0 || include.some(isIn)) && !exclude.some(isIn);
}

/** Whether the provider can serve at least one name of a zone. */
export function admitsSomeOf(filter: DomainFilter, domain: Name): boolean {
  if (filter.hasExpressions || filter.include.length === 0) {
    return true;
  }
  return filter.include.some((entry) => {
    const included = nameOf(entry);
    return included !== undefined && (isAtOrBelow(domain, included) || isAtOrBelow(included, domain));
  });
}

function matches(entry: string, name: Name): boolean {
  const included = nameOf(entry);
  const isBelowOnly = entry.startsWith(".");
  return included !== undefined && isAtOrBelow(name, included) && !(isBelowOnly && name === included);
}

/** ExternalDNS converts A-labels to Unicode. Both spellings count as the same name here. */
function nameOf(entry: string): Name | undefined {
  const text = entry.replace(/^\./, "");
  return parseCanonicalName(/[^ -~]/.test(text) ? domainToASCII(text) : text);
}
