import { objectKey, type ObjectKey } from "../api/meta.ts";
import { kindKey, type ControllerContext } from "./context.ts";
import type { InventoryEvent } from "./ports/inventory.ts";

/**
 * Forgets an object that was replaced. An object with another uid is a different object, to which known facts about the old one
 * don't apply.
 */
export function forgetReplaced({ store, invalid, deletions }: ControllerContext, event: InventoryEvent): void {
  const next = identityOf(event);
  if (next === undefined) {
    return;
  }
  const { of, key, uid } = next;
  const known = of === "DnsAlias" ? store.alias(key) : store.zone(key);
  if (known !== undefined && known.meta.uid !== uid) {
    store.note({ kind: "gone", of, key });
    deletions.delete(key);
  }
  const edit = invalid.get(kindKey(of, key));
  if (edit?.uid !== undefined && edit.uid !== uid) {
    invalid.delete(kindKey(of, key));
  }
}

function identityOf(
  event: InventoryEvent,
): { readonly of: "DnsAlias" | "DnsZone"; readonly key: ObjectKey; readonly uid: string } | undefined {
  switch (event.kind) {
    case "alias":
      return { of: "DnsAlias", key: objectKey(event.alias.meta), uid: event.alias.meta.uid };
    case "zone":
      return { of: "DnsZone", key: objectKey(event.zone.meta), uid: event.zone.meta.uid };
    case "invalid": {
      const { kind, key, uid } = event.manifest;
      return uid === undefined ? undefined : { of: kind, key, uid };
    }
    case "gone":
    case "input":
    case "resource":
    case "unserved":
    case "namespace":
      return undefined;
  }
}
