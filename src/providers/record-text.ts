import { type Name, ROOT } from "../dns/name.ts";
import { canonicalRdata } from "../dns/rdata-text.ts";
import { lexZoneFile } from "../dns/zone-file-lexer.ts";
import { nameFromZoneText } from "../dns/zone-file-name.ts";

/** The name in its one spelling, with or without its final dot; undefined when the text is none. */
export function canonicalName(text: string): Name | undefined {
  const name = nameFromZoneText(text, ROOT);
  return name.kind === "ok" ? name.value : undefined;
}

/** The RDATA in its one spelling (src/dns/rdata-text.ts), names taken for absolute; undefined when the text is none of that type. */
export function canonicalData(type: string, text: string): string | undefined {
  const { entries, problems } = lexZoneFile(text);
  const [entry] = entries;
  if (problems.length > 0 || entries.length !== 1 || entry === undefined) {
    return undefined;
  }
  const data = canonicalRdata(type, entry.tokens, ROOT);
  return data.kind === "ok" ? data.value : undefined;
}
