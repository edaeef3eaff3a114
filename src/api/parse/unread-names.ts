import { isObject, listAt, memberAt } from "../../base/json.ts";
import type { Name } from "../../dns/name/name.ts";
import { nameReader } from "../schema/name-reader.ts";

/**
 * The owner names that a DnsAlias may have published whose manifest is invalid: those of its spec that are hostnames, and those that its status lists. Undefined if it has neither list.
 * Never throws.
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
 * The owner names that the spec of a DnsAlias asks for whose manifest is invalid, as far as they can be read. Its status doesn't count here: whoever can write it could reserve the names of others.
 * Never throws.
 */
export function namesAskedByInvalidAlias(object: unknown): readonly Name[] {
  return readable(listAt(object, "spec", "hostnames"));
}

function readable(texts: readonly unknown[]): readonly Name[] {
  const reader = nameReader();
  return [...new Set(texts.flatMap((text) => (typeof text === "string" ? (reader.read(text, "") ?? []) : [])))];
}
