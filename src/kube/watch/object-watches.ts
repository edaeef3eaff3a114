import type { ObjectKey } from "../../api/meta.ts";

/** One watch: of a single object by name, or of a whole namespace if many of its objects are referred to. */
export interface ObjectWatch {
  /** Equal watches have equal ids. */
  readonly id: string;
  readonly namespace: string;
  /** Undefined: all objects of the namespace. */
  readonly name: string | undefined;
}

/**
 * Returns the fewest watches for these objects of one kind. A watch is by name, so that a Role with resourceNames is enough. From
 * `manyInOne` objects in one namespace on, one watch covers that namespace, because each watch takes a connection.
 */
export function objectWatches(keys: ReadonlySet<ObjectKey>, manyInOne = 20): readonly ObjectWatch[] {
  const byNamespace = Map.groupBy([...keys].toSorted(), namespaceOf);
  return [...byNamespace].flatMap(([namespace, members]): readonly ObjectWatch[] =>
    members.length >= manyInOne
      ? [{ id: `${namespace}/`, namespace, name: undefined }]
      : members.map((key) => ({ id: key, namespace, name: nameOf(key) })),
  );
}

function namespaceOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf("/"));
}

function nameOf(key: ObjectKey): string {
  return key.slice(key.indexOf("/") + 1);
}
