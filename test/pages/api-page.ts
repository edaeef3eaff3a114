import type { TSchema } from "typebox";
import { ALIAS_RULES } from "../../src/api/alias/rules.ts";
import { aliasSpecSchema } from "../../src/api/alias/schema.ts";
import { aliasStatusSchema } from "../../src/api/alias/status-schema.ts";
import type { SchemaNode } from "../../src/api/schema/builders.ts";
import type { CelRule } from "../../src/api/schema/structural.ts";
import { ZONE_RULES } from "../../src/api/zone/rules/zone-rules.ts";
import { zoneSpecSchema } from "../../src/api/zone/schema.ts";
import { zoneStatusSchema } from "../../src/api/zone/status-schema.ts";

/** The text of docs/api.md. */
export function apiPage(): string {
  return [
    HEAD,
    section("DnsAlias", aliasSpecSchema, ALIAS_RULES, aliasStatusSchema),
    section("DnsZone", zoneSpecSchema, ZONE_RULES, zoneStatusSchema),
  ].join("\n");
}

const HEAD = `# API reference

\`dnsalias.io/v1alpha1\` has two kinds, both namespaced. \`kubectl explain dnsalias.spec\` shows the same texts. The CRDs need Kubernetes 1.31 or newer, because their
rules use \`isIP\` of CEL. The manifests are in deploy/crds, and \`dnsalias crds\` prints them.

You can omit a field with a default. An empty (null) field counts as omitted. In this page, \`[]\` means each member of a list, and \`.*\` means each value of a mapping. Folder
mode and kubectl refuse unknown fields, and name a mistyped field.

<!-- This page is generated from src/api, and a test compares them. To write it again:
npm run pages -->
`;

function section(kind: string, spec: TSchema, rules: readonly CelRule[], status: TSchema): string {
  return [
    `## ${kind}`,
    "",
    "| field | type | default | meaning |",
    "|---|---|---|---|",
    ...rows(spec, "spec", true),
    "",
    "Rules beyond the types:",
    "",
    ...rules.map(({ at, message }) => `- \`${at}\`: ${plain(message)}.`),
    "",
    `### Status of a ${kind}`,
    "",
    "| field | type | meaning |",
    "|---|---|---|",
    ...statusRows(status, "status"),
    "",
  ].join("\n");
}

/** Escapes wildcards, because Markdown renders two of them in one line as emphasis. */
function plain(text: string | undefined): string {
  return (text ?? "").replaceAll("*", String.raw`\*`);
}

interface Row {
  readonly path: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

function rows(node: SchemaNode, path: string, required: boolean): readonly string[] {
  return flatten({ node, path, required }).map((row) => {
    const standard = row.node.default;
    const without = row.required ? "required" : "";
    return `| \`${row.path}\` | ${typeText(row.node)} | ${standard === undefined ? without : `\`${JSON.stringify(standard)}\``} | ${plain(row.node.description)} |`;
  });
}

function statusRows(node: SchemaNode, path: string): readonly string[] {
  return flatten({ node, path, required: false }).map(
    (row) => `| \`${row.path}\` | ${typeText(row.node)} | ${plain(row.node.description)} |`,
  );
}

/**
 * Returns the rows of all fields below this row. The members of a list have rows only if they have fields; otherwise the list's own
 * row describes them.
 */
function flatten(row: Row): readonly Row[] {
  const { node, path } = row;
  const below = Object.entries(node.properties ?? {}).flatMap(([name, member]) =>
    flatten({ node: member, path: `${path}.${name}`, required: isRequired(node, name) }),
  );
  const members =
    node.items?.properties === undefined
      ? []
      : flatten({ node: node.items, path: `${path}[]`, required: false }).filter((inner) => inner.path !== `${path}[]`);
  return [row, ...below, ...members];
}

function isRequired(node: SchemaNode, name: string): boolean {
  return node.required?.includes(name) === true;
}

function typeText(node: SchemaNode): string {
  if (node.enum !== undefined) {
    return node.enum.join(", ");
  }
  const range = rangeText(node);
  const name = nameText(node);
  return range === "" ? name : `${name}, ${range}`;
}

function nameText(node: SchemaNode): string {
  if (node.items !== undefined) {
    return `list of ${node.items.enum?.join(" and ") ?? `${nameText(node.items)}s`}`;
  }
  if (node.additionalProperties !== undefined) {
    return "map of strings";
  }
  return TYPE_NAMES[node.type ?? ""] ?? "";
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "string",
  integer: "whole number",
  boolean: "true or false",
  object: "object",
};

function rangeText(node: SchemaNode): string {
  const [least, most] =
    node.type === "integer"
      ? [node.minimum, node.maximum]
      : [node.minItems ?? node.minProperties, node.maxItems ?? node.maxProperties];
  if (most === undefined) {
    return "";
  }
  return least === undefined ? `at most ${most}` : `${least} to ${most}`;
}
