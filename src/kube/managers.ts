import { isObject, listAt, memberAt, textAt } from "./json.ts";

/** Who owns one key of a ConfigMap's data, as its managedFields tell. */
export interface KeyManager {
  readonly manager: string;
  readonly operation: string;
}

export function keyManagers(object: unknown, key: string): readonly KeyManager[] {
  return listAt(object, "metadata", "managedFields")
    .filter((entry) => {
      const data = memberAt(entry, "fieldsV1", "f:data");
      return isObject(data) && `f:${key}` in data;
    })
    .map((entry) => ({ manager: textAt(entry, "manager"), operation: textAt(entry, "operation") }));
}
