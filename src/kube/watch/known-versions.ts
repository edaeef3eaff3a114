import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { textAt, type JsonObject } from "../../base/json.ts";

/**
 * The keys of the known objects with their versions. The objects themselves are not kept. If an object is deleted and created again
 * with the same name between two lists, only its new version is noticed.
 */
export interface KnownVersions {
  /** True if the object is new, or has another version than the last time. */
  see(object: JsonObject): boolean;
  /** Forgets an object. Returns its key if it was known. */
  forget(object: JsonObject): ObjectKey | undefined;
  /** Begins a new list. The next objects belong to it. */
  beginList(): void;
  /** Returns and removes the known objects that are not in the list. */
  endList(): readonly ObjectKey[];
}

export function createKnownVersions(): KnownVersions {
  const versions = new Map<ObjectKey, string>();
  let listed: Set<ObjectKey> | undefined;
  return {
    see: (object) => {
      const key = keyOf(object);
      const version = textAt(object, "metadata", "resourceVersion");
      const isNew = versions.get(key) !== version;
      versions.set(key, version);
      listed?.add(key);
      return isNew;
    },
    forget: (object) => {
      const key = keyOf(object);
      return versions.delete(key) ? key : undefined;
    },
    beginList: () => {
      listed = new Set();
    },
    endList: () => {
      const seen = listed ?? new Set();
      listed = undefined;
      const gone = [...versions.keys()].filter((key) => !seen.has(key));
      gone.forEach((key) => versions.delete(key));
      return gone;
    },
  };
}

/** `namespace/name`; `/name` for objects without a namespace. */
export function keyOf(object: JsonObject): ObjectKey {
  return objectKey({ namespace: textAt(object, "metadata", "namespace"), name: textAt(object, "metadata", "name") });
}
