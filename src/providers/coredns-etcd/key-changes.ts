import { byCodeUnit } from "../../base/order.ts";
import type { Name } from "../../dns/name/name.ts";
import { type RRset, rrsetKey } from "../../dns/record.ts";
import type { BackendChange } from "../backend.ts";
import { targetOf } from "../rrset-changes.ts";
import {
  addressKey,
  addressValue,
  markedName,
  ownerKeyOf,
  ownerKeyOfOwn,
  ownerValue,
  ownerNameOfKey,
} from "./convert.ts";
import { shadowKeysFor } from "./shadow-keys.ts";
import { type Entry, markedNames, textData, type ZoneKeys } from "./zone-keys.ts";

/** One key to write or delete, by its exact name. */
export type KeyChange =
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "delete"; readonly key: string };

/** The key changes of one hostname. They are always in the same transaction. */
export interface NameChanges {
  readonly ownerKey: string;
  readonly changes: readonly KeyChange[];
}

/**
 * Returns the keys to write and delete for the changes: first new screens, then name by name, then deleted screens. Keys of
 * another writer are deleted only if the RRset that they belong to is adopted.
 */
export function keyChangesFor(view: ZoneKeys, open: readonly BackendChange[]): readonly NameChanges[] {
  const own = [...view.entries.values()].filter(({ service }) => service?.own !== undefined);
  const now = new Map(own.map(({ key, value }) => [key, value]));
  const kept = own.filter((entry) => !isShadow(entry));
  const draft: Draft = { next: new Map(kept.map(({ key, value }) => [key, value])), gone: new Set() };
  for (const change of open) {
    carryOut(view, change, draft);
  }
  const shadowKeys = shadowKeysFor(view, namesAfter(view, open));
  for (const [key, value] of shadowKeys) {
    if (!draft.next.has(key)) {
      draft.next.set(key, value);
    }
  }
  const changes = differences(view, now, draft);
  const isShadowKey = ({ key }: KeyChange): boolean =>
    shadowKeys.has(key) || (isShadow(view.entries.get(key)) && !draft.next.has(key));
  const coming = changes.filter((change) => isShadowKey(change) && change.kind === "put" && !now.has(change.key));
  const going = changes.filter((change) => isShadowKey(change) && change.kind === "delete");
  const shadowing = new Set([...coming, ...going]);
  const rest = changes.filter((change) => !shadowing.has(change));
  return [...single(coming), ...byName(rest), ...single(going)];
}

interface Draft {
  /** The desired keys of dnsalias. */
  readonly next: Map<string, string>;
  /** The keys of other writers that are replaced. */
  readonly gone: Set<string>;
}

function isShadow(entry: Entry | undefined): boolean {
  return entry?.service?.own?.kind === "screen";
}

function carryOut(view: ZoneKeys, change: BackendChange, draft: Draft): void {
  const target = targetOf(change);
  if (target.type === "TXT") {
    carryOutMarkers(view, target, change.after?.data ?? [], draft);
    return;
  }
  const ownerKey = ownerKeyOf(view.root, view.domain, target.name);
  for (const { key, service } of view.keysOf.get(rrsetKey(target)) ?? []) {
    if (service?.own === undefined) {
      draft.gone.add(key);
    } else {
      draft.next.delete(key);
    }
  }
  const group = ownerNameOfKey(view.root, view.domain, ownerKey);
  for (const address of change.after?.data ?? []) {
    draft.next.set(addressKey(ownerKey, address), addressValue(address, change.after?.ttl ?? 0, group));
  }
}

/** Markers that are separate TXT records remain while they are desired. Every other text becomes a marker in the owner key. */
function carryOutMarkers(view: ZoneKeys, set: RRset, data: readonly string[], draft: Draft): void {
  const name = markedName(view.domain, set.name);
  if (name === undefined) {
    return;
  }
  const texts = view.keysOf.get(rrsetKey(set)) ?? [];
  const kept = new Set<string>();
  for (const { key, service } of texts) {
    const text = textData(service?.text ?? "") ?? "";
    if (data.includes(text)) {
      kept.add(text);
    } else {
      draft.gone.add(key);
    }
  }
  const markers = data.filter((one) => !kept.has(one));
  const ownerKey = ownerKeyOf(view.root, view.domain, name);
  if (markers.length === 0) {
    draft.next.delete(ownerKey);
  } else {
    draft.next.set(ownerKey, ownerValue(markers));
  }
}

function namesAfter(view: ZoneKeys, open: readonly BackendChange[]): readonly Name[] {
  const names = new Set(markedNames(view));
  for (const change of open) {
    const target = targetOf(change);
    const name = target.type === "TXT" ? markedName(view.domain, target.name) : undefined;
    if (name !== undefined) {
      names[change.after === undefined ? "delete" : "add"](name);
    }
  }
  return [...names];
}

function differences(view: ZoneKeys, now: ReadonlyMap<string, string>, { next, gone }: Draft): readonly KeyChange[] {
  const puts = [...next]
    .filter(([key, value]) => view.entries.get(key)?.value !== value)
    .map(([key, value]): KeyChange => ({ kind: "put", key, value }));
  const deletes = [...now.keys(), ...gone]
    .filter((key) => !next.has(key))
    .map((key): KeyChange => ({ kind: "delete", key }));
  return [...puts, ...deletes].sort((a, b) => byCodeUnit(a.key, b.key));
}

function byName(changes: readonly KeyChange[]): readonly NameChanges[] {
  const names = new Map<string, KeyChange[]>();
  for (const change of changes) {
    const ownerKey = ownerKeyOfOwn(change.key);
    names.set(ownerKey, [...(names.get(ownerKey) ?? []), change]);
  }
  return [...names].map(([ownerKey, own]) => ({ ownerKey, changes: own }));
}

function single(changes: readonly KeyChange[]): readonly NameChanges[] {
  return changes.map((change) => ({ ownerKey: ownerKeyOfOwn(change.key), changes: [change] }));
}
