import type { TextStore } from "./text-store.ts";

/** A text that stands in the DnsZone itself, as something to read. */
export function inlineText(text: string, location: string): Pick<TextStore, "location" | "read"> {
  return { location, read: () => Promise.resolve({ kind: "ok", text, revision: "inline", owner: undefined }) };
}
