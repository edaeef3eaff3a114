import { listAt, textAt } from "../../base/json.ts";
import { API_GROUP } from "../meta.ts";
import { RESOURCE_GROUPS, RESOURCE_KINDS, type ResourceKind, type ResourceRef } from "../resource-ref.ts";

/**
 * The part of a ReferenceGrant that concerns DnsAliases. DnsAliases of `namespaces` can refer to the objects `to`, which are in the
 * grant's own namespace.
 */
export interface ReferenceGrant {
  readonly namespaces: ReadonlySet<string>;
  /** Without `name`: all objects of the kind. */
  readonly to: readonly { readonly kind: ResourceKind; readonly name?: string }[];
}

/** Reads a ReferenceGrant of version v1 or v1beta1. Never throws. */
export function parseReferenceGrant(object: unknown): ReferenceGrant {
  const from = listAt(object, "spec", "from").filter(
    (entry) => textAt(entry, "group") === API_GROUP && textAt(entry, "kind") === "DnsAlias",
  );
  const to = listAt(object, "spec", "to").flatMap((entry) => {
    const kind = RESOURCE_KINDS.find(
      (one) => one === textAt(entry, "kind") && RESOURCE_GROUPS[one] === textAt(entry, "group"),
    );
    const name = textAt(entry, "name");
    return kind === undefined ? [] : [{ kind, ...(name !== "" && { name }) }];
  });
  return { namespaces: new Set(from.map((entry) => textAt(entry, "namespace"))), to };
}

/** Whether a grant allows DnsAliases of the namespace to refer to the object. */
export function permits(grant: ReferenceGrant, aliasNamespace: string, { kind, name }: ResourceRef): boolean {
  return (
    grant.namespaces.has(aliasNamespace) &&
    grant.to.some((entry) => entry.kind === kind && (entry.name === undefined || entry.name === name))
  );
}
