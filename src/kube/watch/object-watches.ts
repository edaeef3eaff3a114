import type { ObjectKey } from "../../api/meta.ts";

/** One watch: a single object by name, or all of a namespace where many are referred to. */
export interface ObjectWatch {
  /** Equal watches have equal ids. */
  readonly id: string;
  readonly namespace: string;
  /** Undefined: all of the namespace. */
  readonly name: string | undefined;
}

/**
 * The fewest watches that see these objects of one kind and little else. By name, so that a Role with resourceNames is enough; from `manyInOne` objects of one
 * namespace on, one watch of that namespace, since each watch costs a connection.
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
