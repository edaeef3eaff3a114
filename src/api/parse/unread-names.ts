import { isObject, listAt, memberAt } from "../../base/json.ts";
import type { Name } from "../../dns/name/name.ts";
import { nameReader } from "../schema/name-reader.ts";

/**
 * Returns the names that a DnsAlias with an invalid manifest may have published. These are the hostnames of its spec and of its
 * status. Undefined if the manifest has neither list. Never throws.
 */
export function namesOfInvalidAlias(object: unknown): readonly Name[] | undefined {
  const lists = [memberAt(object, "spec", "hostnames"), memberAt(object, "status", "hostnames")];
  if (!lists.some((list) => Array.isArray(list))) {
    return undefined;
  }
  const listed = listAt(object, "status", "hostnames").map((entry) =>
    isObject(entry) ? entry["hostname"] : undefined,
  );
  return readable([...listAt(object, "spec", "hostnames"), ...listed]);
}

/**
 * Returns the hostnames in the spec of a DnsAlias with an invalid manifest, as far as they are readable. Its status doesn't count,
 * because a user who can write the status could reserve the names of other users. Never throws.
 */
export function namesAskedByInvalidAlias(object: unknown): readonly Name[] {
  return readable(listAt(object, "spec", "hostnames"));
}

function readable(texts: readonly unknown[]): readonly Name[] {
  const reader = nameReader();
  return [...new Set(texts.flatMap((text) => (typeof text === "string" ? (reader.read(text, "") ?? []) : [])))];
}
