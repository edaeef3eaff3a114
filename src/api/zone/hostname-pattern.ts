import type { HostnamePattern, PatternPart } from "../dns-zone.ts";

/* The key of a Kubernetes label: an optional prefix (RFC 1123 subdomain) and a name. */
const KEY = String.raw`([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?`;
const VARIABLE = String.raw`\{(namespace|label:${KEY})\}`;
const LABEL = String.raw`([A-Za-z0-9_-]|${VARIABLE})+`;

/** A pattern of `tenants.hostnames`. The text works both in CEL (RE2) and in JavaScript. */
export const HOSTNAME_PATTERN = String.raw`^(\*\.)?${LABEL}(\.${LABEL})*\.?$`;

/** Reads a text that matches {@link HOSTNAME_PATTERN}. */
export function parseHostnamePattern(text: string): HostnamePattern {
  const isBelow = text.startsWith("*.");
  const name = isBelow ? text.slice(2) : text;
  const pieces = (name.endsWith(".") ? name : `${name}.`).split(/(\{[^}]*\})/).filter((piece) => piece !== "");
  return { text, isBelow, parts: pieces.map(partOf) };
}

function partOf(piece: string): PatternPart {
  if (!piece.startsWith("{")) {
    return { kind: "text", text: piece.toLowerCase() };
  }
  return piece === "{namespace}" ? { kind: "namespace" } : { kind: "label", key: piece.slice("{label:".length, -1) };
}
