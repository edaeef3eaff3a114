import { AppError } from "../../base/error.ts";
import { ROOT, type Name } from "../../dns/name/name.ts";
import { rdataFromText } from "../../dns/rdata/codec.ts";
import type { Family, RRset, Seconds } from "../../dns/record.ts";
import { TYPE, typeNumber } from "../../dns/registry.ts";
import type { ServedAlias, ServedZone } from "../answer-source.ts";
import { packRdata, type WireSet } from "./packed-rrset.ts";

/** One zone in a form for answers. Nothing in it changes, so that any number of answers can use it while the next view is built. */
export interface ZoneView {
  readonly domain: Name;
  readonly clientSubnet: boolean;
  /** See {@link ServedZone}. */
  readonly reserved: ReadonlySet<string>;
  /**
   * Every name that exists: names with records or an alias, wildcards (as the name with `*`), and the empty names between them
   * and the apex (RFC 4592 2.2.2). Names below a delegation are included for their glue.
   */
  readonly nodes: ReadonlyMap<string, ZoneNode>;
  /** True if the zone has a delegation or a DNAME. A lookup must then also check the names above the queried name. */
  readonly hasCuts: boolean;
  /** RRsets that can't be written in wire format. They are not served. */
  readonly skipped: readonly Pick<RRset, "name" | "type">[];
}

/** The records at one name. Names with equal content, such as all plain aliases, share one node. */
export interface ZoneNode {
  /** The RRsets of the name. At an alias, they don't include A, AAAA and CNAME. */
  readonly sets: readonly WireSet[];
  readonly alias?: ServedAliasData;
}

/** A {@link ServedAlias} without its name. */
export type ServedAliasData = Omit<ServedAlias, "name">;

/**
 * Accepts a zone in pieces of any size and order. Adding a piece takes time linear in its size, and `finish` is quick. Nothing can
 * be added after `finish`.
 */
export interface ZoneViewBuilder {
  add(sets: readonly RRset[]): void;
  addAliases(aliases: readonly ServedAlias[]): void;
  finish(): ZoneView;
}

export function zoneViewBuilder({
  domain,
  clientSubnet,
  reserved = [],
}: Pick<ServedZone, "domain" | "clientSubnet" | "reserved">): ZoneViewBuilder {
  const nodes = new Map<string, GrowingNode>([[domain, EMPTY]]);
  const plainAliases = new Map<string, GrowingNode>();
  const skipped: Pick<RRset, "name" | "type">[] = [];
  let hasCuts = false;

  const addSet = (set: RRset): void => {
    const wire = wireSetOf(set);
    if (wire === undefined) {
      skipped.push({ name: set.name, type: set.type });
      return;
    }
    const node = nodes.get(set.name);
    hasCuts ||= wire.type === TYPE.DNAME || (wire.type === TYPE.NS && set.name !== domain);
    if (node === undefined || node.sets.length === 0) {
      nodes.set(set.name, withSet(node, wire));
      addAncestors(nodes, set.name, domain);
    } else if (!isShadowed(node, wire)) {
      node.sets.push(wire);
    }
  };

  const addAlias = ({ name, ...facts }: ServedAlias): void => {
    const node = nodes.get(name);
    nodes.set(
      name,
      node === undefined || node.sets.length === 0 ? sharedNode(plainAliases, facts) : withAlias(node, facts),
    );
    addAncestors(nodes, name, domain);
  };

  return {
    add: (sets) => sets.forEach(addSet),
    addAliases: (aliases) => aliases.forEach(addAlias),
    finish: () => ({ domain, clientSubnet, reserved: new Set(reserved), nodes, hasCuts, skipped }),
  };
}

/** The records of one type at a node. */
export function setOf(node: ZoneNode, type: number): WireSet | undefined {
  return node.sets.find((set) => set.type === type);
}

interface GrowingNode extends ZoneNode {
  /** An empty array is shared with other nodes, and must not change. */
  readonly sets: WireSet[];
}

const EMPTY: GrowingNode = { sets: [] };

function withSet(node: GrowingNode | undefined, set: WireSet): GrowingNode {
  const alias = node?.alias;
  if (alias === undefined) {
    return { sets: [set] };
  }
  return { sets: isShadowed({ alias }, set) ? [] : [set], alias };
}

function withAlias(node: GrowingNode, alias: ServedAliasData): GrowingNode {
  return { sets: node.sets.filter((set) => !isShadowed({ alias }, set)), alias };
}

/** An alias owns the addresses of its name, and a CNAME can't exist next to addresses (RFC 1034 3.6.2). */
function isShadowed({ alias }: Pick<ZoneNode, "alias">, { type }: WireSet): boolean {
  return alias !== undefined && (type === TYPE.A || type === TYPE.AAAA || type === TYPE.CNAME);
}

/**
 * Returns a node that equal aliases share. This saves memory, because most of a hundred thousand aliases differ only in their
 * names.
 */
function sharedNode(plainAliases: Map<string, GrowingNode>, alias: ServedAliasData): GrowingNode {
  if (alias.httpsTarget !== undefined) {
    return { sets: [], alias };
  }
  const key = `${alias.families.join("+")} ${alias.maxTtl}`;
  const known = plainAliases.get(key);
  if (known !== undefined) {
    return known;
  }
  const node: GrowingNode = { sets: [], alias: factsOf(alias.families, alias.maxTtl) };
  plainAliases.set(key, node);
  return node;
}

function factsOf(families: readonly Family[], maxTtl: Seconds): ServedAliasData {
  return { families, maxTtl };
}

/**
 * Adds the names between a name and the apex, which exist too. It stops at the first name that `nodes` has, because the ancestors
 * of that name are there too.
 */
function addAncestors(nodes: Map<string, GrowingNode>, name: Name, domain: Name): void {
  if (name === domain) {
    return;
  }
  for (let at = above(name); at !== ROOT && !nodes.has(at); at = above(at)) {
    nodes.set(at, EMPTY);
  }
}

function above(name: string): string {
  const rest = name.slice(name.indexOf(".") + 1);
  return rest === "" ? ROOT : rest;
}

function wireSetOf({ type, ttl, data }: RRset): WireSet | undefined {
  const number = typeNumber(type);
  try {
    return number === undefined
      ? undefined
      : { type: number, ttl, packed: packRdata(data.map((text) => rdataFromText(type, text))) };
  } catch (error) {
    if (error instanceof AppError) {
      return undefined;
    }
    throw error;
  }
}
