import { createHash } from "node:crypto";
import { isObject, listAt, memberAt, textAt, textsAt } from "../../base/json.ts";

/** The label of the ConfigMaps that only dnsalias writes. */
export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
export const MANAGED_BY = "dnsalias";
/** The annotation with the owner id of the installation, on the ConfigMaps that only dnsalias writes. */
export const OWNER_ANNOTATION = "dnsalias.io/owner";

/** The properties of a ConfigMap that a store needs before it writes one key. */
export interface StoredKey {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly text: string | undefined;
  readonly isOurs: boolean;
  readonly owner: string | undefined;
  /** True if server-side apply of any manager owns the key. Apply then decides which manager may change it. */
  readonly isApplied: boolean;
  /** Bytes of all other keys and values, as the API server counts them against its limit. */
  readonly otherBytes: number;
}

/** The field manager of a key. Each key has its own one, because two stores in one ConfigMap must not remove each other's keys. */
export function fieldManagerOf(key: string): string {
  const manager = `dnsalias/${key}`;
  return manager.length <= MAX_MANAGER ? manager : `dnsalias/${createHash("sha256").update(key).digest("hex")}`;
}

export function storedKey(object: unknown, key: string): StoredKey {
  const data = textsAt(object, "data");
  const owner = textAt(object, "metadata", "annotations", OWNER_ANNOTATION);
  return {
    uid: textAt(object, "metadata", "uid"),
    resourceVersion: textAt(object, "metadata", "resourceVersion"),
    text: data[key],
    isOurs: memberAt(object, "metadata", "labels", MANAGED_BY_LABEL) === MANAGED_BY,
    owner: owner === "" ? undefined : owner,
    isApplied: isAppliedKey(object, key),
    otherBytes: bytesOf(data, key) + bytesOf(textsAt(object, "binaryData"), key),
  };
}

/** ConfigMap data: 1 MiB of keys and values (ValidateConfigMap). binaryData counts as base64, which is more than its real size. */
export const MAX_DATA_BYTES = 1_048_576;

/** metav1.PatchOptions.fieldManager: at most 128 characters. */
const MAX_MANAGER = 128;

function bytesOf(data: Readonly<Record<string, string>>, except: string): number {
  return Object.entries(data)
    .filter(([key]) => key !== except)
    .reduce((sum, [, value]) => sum + Buffer.byteLength(value), 0);
}

function isAppliedKey(object: unknown, key: string): boolean {
  return listAt(object, "metadata", "managedFields").some((entry) => {
    const data = memberAt(entry, "fieldsV1", "f:data");
    return textAt(entry, "operation") === "Apply" && isObject(data) && `f:${key}` in data;
  });
}
