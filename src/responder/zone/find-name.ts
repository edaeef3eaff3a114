import { nameOfCanonical, ROOT, type Name } from "../../dns/name/name.ts";
import { TYPE } from "../../dns/registry.ts";
import type { WireSet } from "./packed-rrset.ts";
import { setOf, type ZoneNode, type ZoneView } from "./zone-view.ts";

/** Finds the records at a name of a zone: RFC 1034 4.3.2 step 3 with RFC 4592 and RFC 6672. */
export type NameMatch =
  /** `owner` is the name that has the records: the name itself, or the wildcard that answers for it. */
  | { readonly kind: "node"; readonly node: ZoneNode; readonly owner: Name }
  /** The name is at or below a delegation. */
  | { readonly kind: "cut"; readonly node: ZoneNode; readonly owner: Name; readonly servers: WireSet }
  /** The name is below a DNAME. */
  | { readonly kind: "dname"; readonly owner: Name; readonly dname: WireSet }
  /** Another zone has the name, and this zone doesn't know its records. */
  | { readonly kind: "reserved" }
  | { readonly kind: "absent" };

/** Finds a name at or below the zone's domain. The time depends on the number of existing labels, not on the labels in the query. */
export function findIn(view: ZoneView, name: Name): NameMatch {
  if (view.reserved.size > 0 && isReserved(view, name)) {
    const found = walkDown(view, name);
    const isOurs = found.kind === "node" && found.node.alias !== undefined && isReserved(view, found.owner);
    return isOurs || found.kind === "cut" || found.kind === "dname" ? found : { kind: "reserved" };
  }
  const exact = view.hasCuts ? undefined : view.nodes.get(name);
  return exact === undefined ? walkDown(view, name) : { kind: "node", node: exact, owner: name };
}

function isReserved({ reserved, domain }: ZoneView, name: Name): boolean {
  for (let at: string = name; at.length > domain.length; at = at.slice(at.indexOf(".") + 1)) {
    if (reserved.has(at)) {
      return true;
    }
  }
  return false;
}

function walkDown(view: ZoneView, name: Name): NameMatch {
  const { nodes, domain } = view;
  let encloser: string = domain;
  let node = nodes.get(domain);
  let end = domain === ROOT ? name.length : name.length - domain.length;
  end = name === ROOT ? 0 : end;
  while (end > 0 && node !== undefined) {
    const dname = view.hasCuts ? setOf(node, TYPE.DNAME) : undefined;
    if (dname !== undefined) {
      return { kind: "dname", owner: nameOfCanonical(encloser), dname };
    }
    end = name.lastIndexOf(".", end - 2) + 1;
    const next = name.slice(end);
    const below = nodes.get(next);
    if (below === undefined) {
      return wildcardBelow(view, encloser);
    }
    const servers = view.hasCuts && !next.startsWith("*.") ? setOf(below, TYPE.NS) : undefined;
    if (servers !== undefined) {
      return { kind: "cut", node: below, owner: nameOfCanonical(next), servers };
    }
    node = below;
    encloser = next;
  }
  return node === undefined ? ABSENT : { kind: "node", node, owner: name };
}

const ABSENT: NameMatch = { kind: "absent" };

/** RFC 4592 3.3.1: only the `*` right below the closest encloser answers. */
function wildcardBelow({ nodes }: ZoneView, encloser: string): NameMatch {
  const owner = encloser === ROOT ? "*." : `*.${encloser}`;
  const node = nodes.get(owner);
  return node === undefined ? ABSENT : { kind: "node", node, owner: nameOfCanonical(owner) };
}
