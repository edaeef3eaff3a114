import { type Name, ROOT } from "../../src/dns/name/name.ts";
import { nameFromZoneText } from "../../src/dns/presentation/parse-name.ts";

/** A name as a zone file writes it; undefined if it is invalid. */
export function zoneName(text: string, origin: Name = ROOT): Name | undefined {
  const name = nameFromZoneText(text, origin);
  return name.kind === "ok" ? name.value : undefined;
}
