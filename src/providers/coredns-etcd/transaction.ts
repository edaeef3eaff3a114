import type { KeyChange, NameChanges } from "./key-changes.ts";
import type { ZoneKeys } from "./zone-keys.ts";

/**
 * The maximum number of keys in one transaction. etcd allows 128 operations, and each can be a nested transaction. 24
 * transactions of 64 operations are far below that and below its 1.5 MiB.
 */
const MAX_CHANGES = 24 * 64;
const NESTED_CHANGES = 64;
/** The maximum number of keys whose revisions are compared one by one, in addition to the revision of the zone. */
const MAX_COMPARED = 40;

/** Divides the changes into as few transactions as possible. The changes of one name stay together. */
export function pieces(names: readonly NameChanges[], most = MAX_CHANGES): readonly (readonly NameChanges[])[] {
  const all: NameChanges[][] = [];
  let left = 0;
  for (const name of names) {
    const last = all.at(-1);
    if (last === undefined || name.changes.length > left) {
      all.push([name]);
      left = most - name.changes.length;
    } else {
      last.push(name);
      left -= name.changes.length;
    }
  }
  return all;
}

/**
 * Returns the body of `/v3/kv/txn`, which makes all changes or none. It requires that no key of the zone is newer than
 * `revision`. It also requires that the owner keys of the changed names are those that were read, or are still absent.
 */
export function transactionBody(view: ZoneKeys, names: readonly NameChanges[], revision: number): object {
  const { root } = view;
  const zone = {
    key: base64(`${root}/`),
    range_end: base64(`${root}${AFTER_SLASH}`),
    target: "MOD",
    result: "LESS",
    mod_revision: String(revision + 1),
  };
  const owners = [...new Set(names.map(({ ownerKey }) => ownerKey))].slice(0, MAX_COMPARED).map((key) => ({
    key: base64(key),
    target: "MOD",
    result: "EQUAL",
    mod_revision: String(view.entries.get(key)?.modRevision ?? 0),
  }));
  const changes = names.flatMap((name) => name.changes);
  const nested = Array.from({ length: Math.ceil(changes.length / NESTED_CHANGES) }, (_, at) => ({
    request_txn: { success: changes.slice(at * NESTED_CHANGES, (at + 1) * NESTED_CHANGES).map(operationOf) },
  }));
  const [only] = nested;
  const success = nested.length === 1 && only !== undefined ? only.request_txn.success : nested;
  return { compare: [zone, ...owners], success, failure: [] };
}

/** The character after "/": the end of the range of all keys below. */
export const AFTER_SLASH = "0";

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function operationOf(change: KeyChange): object {
  const key = base64(change.key);
  return change.kind === "put"
    ? { request_put: { key, value: base64(change.value) } }
    : { request_delete_range: { key } };
}
