import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { InvalidObject } from "../ports/inventory.ts";

/**
 * The owner names that an alias may have which cannot be read, and of which nothing better is known (after a restart, say): what is published at
 * them is not taken away as if nobody asked for it. Undefined: there is no such alias.
 */
export function namesOfUnread(
  invalid: Iterable<InvalidObject>,
  isKnown: (alias: ObjectKey) => boolean,
): ((name: Name) => boolean) | undefined {
  const unread = [...invalid].filter(({ kind, key }) => kind === "DnsAlias" && !isKnown(key));
  if (unread.length === 0) {
    return undefined;
  }
  const isAnyPossible = unread.some(({ hostnames }) => hostnames === undefined);
  const names = new Set(unread.flatMap(({ hostnames }) => hostnames ?? []));
  return (name) => isAnyPossible || names.has(name);
}
