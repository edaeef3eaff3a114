import type { Name } from "../../dns/name/name.ts";
import { renderRecords } from "../../dns/zone-file/print-zone-file.ts";
import { baseOfZoneText, readZoneText } from "./zone-text.ts";

/** The base zone in a rendered zone of one of these owners. Undefined if another writer wrote or changed the text. */
export function publishedBaseText(text: string, domain: Name, ownerIds: readonly string[]): string | undefined {
  const writer = readZoneText(text, domain).owner;
  const base = writer !== undefined && ownerIds.includes(writer) ? baseOfZoneText(text, domain) : undefined;
  return base && renderRecords([base.soa, ...base.others]);
}
