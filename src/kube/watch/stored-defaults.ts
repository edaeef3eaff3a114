import { isObject, type JsonObject } from "../../base/json.ts";

/**
 * Replaces two defaults of earlier schemas by their present names (docs/api-versions.md). The API server stores the defaults of
 * the schema that an object was written with, and no later apply removes them. Without the replacement, the object would be
 * invalid without a mistake of its author.
 */
export function withCurrentDefaults(object: JsonObject): JsonObject {
  return renamed(
    renamed(object, ["spec", "onEmpty"], "Hold", "Keep"),
    ["spec", "provider", "rfc2136", "read"],
    "Axfr",
    "AXFR",
  );
}

function renamed(
  object: JsonObject,
  [field = "", ...path]: readonly string[],
  former: string,
  current: string,
): JsonObject {
  const value = object[field];
  if (path.length === 0) {
    return value === former ? { ...object, [field]: current } : object;
  }
  return isObject(value) ? { ...object, [field]: renamed(value, path, former, current) } : object;
}
