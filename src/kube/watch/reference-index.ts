import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { namespaceOfRef, referenceKey, type ResourceKind, type ResourceRef } from "../../api/resource-ref.ts";

/** A reference as the DnsAliases of one namespace have it. */
export interface Reference {
  readonly namespace: string;
  readonly ref: ResourceRef;
  readonly object: ReferencedObject;
}

export interface ReferencedObject {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
}

/** The references of all DnsAliases. Equal references in one namespace are one entry. */
export interface ReferenceIndex {
  /** Replaces the references of an alias. Returns false if they are the same as before. */
  set(alias: DnsAlias): boolean;
  remove(alias: ObjectKey): boolean;
  all(): ReadonlyMap<string, Reference>;
  /** The keys of the references to one object. */
  keysOf(objectId: string): Iterable<string>;
}

export function createReferenceIndex(): ReferenceIndex {
  const byAlias = new Map<ObjectKey, ReadonlyMap<string, Reference>>();
  const references = new Map<string, Reference>();
  const aliasesOf = new Map<string, Set<ObjectKey>>();
  const byObject = new Map<string, Set<string>>();
  const replace = (alias: ObjectKey, next: ReadonlyMap<string, Reference>): boolean => {
    const before = byAlias.get(alias) ?? NONE;
    if (before.size === next.size && [...next.keys()].every((key) => before.has(key))) {
      return false;
    }
    for (const [key, reference] of next) {
      references.set(key, reference);
      addMember(aliasesOf, key, alias);
      addMember(byObject, objectId(reference.object), key);
    }
    for (const [key, reference] of before) {
      if (!next.has(key) && removeMember(aliasesOf, key, alias)) {
        references.delete(key);
        removeMember(byObject, objectId(reference.object), key);
      }
    }
    byAlias.set(alias, next);
    return true;
  };
  return {
    set: (alias) => replace(objectKey(alias.meta), referencesIn(alias)),
    remove: (alias) => {
      const isChanged = replace(alias, NONE);
      byAlias.delete(alias);
      return isChanged;
    },
    all: () => references,
    keysOf: (id) => byObject.get(id) ?? [],
  };
}

function addMember(sets: Map<string, Set<string>>, key: string, member: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(member));
}

/** Returns true if this was the last member. */
function removeMember(sets: Map<string, Set<string>>, key: string, member: string): boolean {
  const members = sets.get(key);
  members?.delete(member);
  return members?.size === 0 && sets.delete(key);
}

const NONE: ReadonlyMap<string, Reference> = new Map();

/** "Gateway infra/edge" */
export function objectId({ kind, namespace, name }: ReferencedObject): string {
  return `${kind} ${namespace}/${name}`;
}

function referencesIn({ meta: { namespace }, spec }: DnsAlias): ReadonlyMap<string, Reference> {
  return new Map(
    spec.targets.flatMap((target) => {
      if (target.kind !== "resourceRef") {
        return [];
      }
      const { ref } = target;
      const object = { kind: ref.kind, name: ref.name, namespace: namespaceOfRef(ref, namespace) };
      return [[referenceKey(namespace, ref), { namespace, ref, object }] as const];
    }),
  );
}
