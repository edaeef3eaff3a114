import { isObject, memberAt, textAt, textsAt } from "../../base/json.ts";
import type { Name } from "../../dns/name/name.ts";
import type { AllowedNamespaces } from "../dns-zone.ts";
import { nameReader } from "../schema/name-reader.ts";

/** What is known of a DnsZone that is invalid: enough to tell which names are its. */
export interface UnreadZone {
  readonly domain: Name;
  /** Undefined: it can't be read. */
  readonly allowedNamespaces: AllowedNamespaces | undefined;
  readonly createdAt: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads the domain of a DnsZone that is invalid, and what else says which names are its. Undefined if the domain can't be read. Never throws. */
export function unreadZoneOf(object: unknown): UnreadZone | undefined {
  const text = memberAt(object, "spec", "domain");
  const domain = typeof text === "string" && !text.startsWith("*.") ? nameReader().read(text, "") : undefined;
  const createdAt = Date.parse(textAt(object, "metadata", "creationTimestamp"));
  return domain === undefined
    ? undefined
    : {
        domain,
        allowedNamespaces: allowedNamespacesOf(memberAt(object, "spec", "allowedNamespaces")),
        createdAt: Number.isNaN(createdAt) ? 0 : createdAt,
        annotations: textsAt(object, "metadata", "annotations"),
      };
}

/** Undefined also for a selector of a later version, of which only a part would be understood. */
function allowedNamespacesOf(value: unknown): AllowedNamespaces | undefined {
  const from = value === undefined ? "Same" : isObject(value) ? (value["from"] ?? "Same") : undefined;
  if (from === "Same" || from === "All") {
    return { from };
  }
  const selector = memberAt(value, "selector");
  const matchLabels = textsAt(selector, "matchLabels");
  const isWhole = JSON.stringify(selector) === JSON.stringify({ matchLabels });
  return from === "Selector" && isWhole && Object.keys(matchLabels).length > 0 ? { from, matchLabels } : undefined;
}
