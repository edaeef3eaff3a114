import { isObject, memberAt, type JsonObject } from "../../base/json.ts";

/** Written by `kubectl apply`: a second copy of the whole object. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** An object without what nobody here reads: managedFields and the last-applied annotation. */
export function trimObject(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  if (!isObject(metadata)) {
    return object;
  }
  const { managedFields: _managedFields, ...kept } = metadata;
  const annotations = memberAt(metadata, "annotations");
  if (!isObject(annotations) || !(LAST_APPLIED in annotations)) {
    return { ...object, metadata: kept };
  }
  const { [LAST_APPLIED]: _lastApplied, ...others } = annotations;
  return { ...object, metadata: { ...kept, annotations: others } };
}
