import { isObject, memberAt, textAt, textsAt } from "../../base/json.ts";
import type { Name } from "../../dns/name/name.ts";
import type { AllowedNamespaces } from "../dns-zone.ts";
import { nameReader } from "../schema/name-reader.ts";
import { readBySchema } from "../schema/validate.ts";
import { labelSelector, type LabelSelectorText } from "../zone/label-selector-schema.ts";
import { labelSelectorRules } from "../zone/rules/label-selector-rules.ts";

/** The readable fields of an invalid DnsZone. They are enough to find the names that belong to it. */
export interface UnreadZone {
  readonly domain: Name;
  /** Undefined: the field is not readable. */
  readonly allowedNamespaces: AllowedNamespaces | undefined;
  readonly createdAt: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Reads the domain of an invalid DnsZone, and the other fields that decide which names belong to it. Undefined if the domain is
 * not readable. Never throws.
 */
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

/**
 * Undefined if the field isn't readable. A selector of a later version isn't readable either, because this version would understand
 * only a part of it.
 */
function allowedNamespacesOf(value: unknown): AllowedNamespaces | undefined {
  const from = value === undefined ? "Same" : isObject(value) ? (value["from"] ?? "Same") : undefined;
  if (from === "Same" || from === "All") {
    return { from };
  }
  const read = readBySchema(SELECTOR, memberAt(value, "selector"), "selector", "refuse");
  const isWhole = read.kind === "ok" && SELECTOR_RULES.every((rule) => rule.broken(read.value).length === 0);
  return from === "Selector" && isWhole ? { from, selector: read.value } : undefined;
}

const SELECTOR = labelSelector("Selector.");
const SELECTOR_RULES = labelSelectorRules<LabelSelectorText>("selector", (selector) => selector);
