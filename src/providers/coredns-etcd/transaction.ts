import type { KeyChange, NameChanges } from "./key-changes.ts";
import type { ZoneKeys } from "./zone-keys.ts";

/** Keys changed in one transaction at most. etcd takes 128 operations, each of which may be a transaction again: 24 of 64 are far from that and from its 1.5 MiB. */
const MAX_CHANGES = 24 * 64;
const NESTED_CHANGES = 64;
/** Keys whose revision is compared one by one, in addition to that of the whole zone. */
const MAX_COMPARED = 40;

/** The changes in as few transactions as they fit in, names whole. */
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
 * The body of `/v3/kv/txn`: all of it or nothing, and only while no key of the zone is newer than `revision` and the owner keys of the names that are
 * changed are those that were read (or are still absent).
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

/** What sorts right after "/": the end of the range of all keys below. */
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
