import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { InvalidObject } from "../ports/inventory.ts";

/** True if an unreadable alias may have the name. With `namespace`, only aliases of that namespace count. */
export type MayNotDelete = (name: Name, namespace?: string) => boolean;

/**
 * The possible hostnames of aliases that cannot be read and have no known valid spec, for example after a restart. Records at these
 * names are not withdrawn. Undefined: there is no such alias.
 */
export function namesOfUnread(
  invalid: Iterable<InvalidObject>,
  isKnown: (alias: ObjectKey) => boolean,
): MayNotDelete | undefined {
  const unread = [...invalid].filter(({ kind, key }) => kind === "DnsAlias" && !isKnown(key));
  if (unread.length === 0) {
    return undefined;
  }
  const namesOf = (some: typeof unread): ((name: Name) => boolean) => {
    const isAnyPossible = some.some(({ hostnames }) => hostnames === undefined);
    const names = new Set(some.flatMap(({ hostnames }) => hostnames ?? []));
    return (name) => isAnyPossible || names.has(name);
  };
  const ofAll = namesOf(unread);
  const ofNamespace = new Map(
    [...Map.groupBy(unread, ({ key }) => namespaceOf(key))].map(([namespace, some]) => [namespace, namesOf(some)]),
  );
  return (name, namespace) => (namespace === undefined ? ofAll(name) : ofNamespace.get(namespace)?.(name) === true);
}

function namespaceOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf("/"));
}
