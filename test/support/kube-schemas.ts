import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listAt, membersAt, textAt, valueAt } from "./json-at.ts";
import type { KubeApiserver } from "./kube-apiserver.ts";

/**
 * Writes JSON schemas of every kind that the apiserver knows, its CustomResourceDefinitions included, as kubeconform reads them.
 * Returns the schema location to give it. Unknown fields are refused.
 */
export async function writeKubeSchemas(server: KubeApiserver, directory: string): Promise<string> {
  const { stdout, stderr, code } = await server.kubectl(["get", "--raw", "/openapi/v2"]);
  assert.equal(code, 0, stderr);
  const definitions = new Map(membersAt(JSON.parse(stdout), "definitions"));
  for (const [name, definition] of definitions) {
    for (const kind of listAt(definition, "x-kubernetes-group-version-kind")) {
      const [group, version] = [textAt(kind, "group"), textAt(kind, "version")];
      const file = `${group === "" ? version : group}_${version}_${textAt(kind, "kind").toLowerCase()}.json`;
      await writeFile(join(directory, file), JSON.stringify(selfContained(name, definitions)));
    }
  }
  return join(directory, "{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json");
}

/** A definition with all that it refers to beside it. */
function selfContained(name: string, definitions: ReadonlyMap<string, unknown>): unknown {
  const needed = new Map<string, unknown>();
  const take = (wanted: string): void => {
    if (!needed.has(wanted)) {
      const closed = judged(wanted, definitions.get(wanted));
      needed.set(wanted, closed);
      for (const [, found = ""] of JSON.stringify(closed).matchAll(/"#\/definitions\/([^"]+)"/g)) {
        take(found);
      }
    }
  };
  take(name);
  return { $ref: `#/definitions/${name}`, definitions: Object.fromEntries(needed) };
}

/** The schema as JSON Schema means it: closed where its fields are listed, and numbers where Kubernetes takes them for a text. */
function judged(name: string, definition: unknown): unknown {
  if (/\.IntOrString$|\.Quantity$/.test(name)) {
    return { type: ["string", "number"] };
  }
  return JSON.parse(JSON.stringify(definition), (_, value: unknown) => {
    const isOpen =
      valueAt(value, "x-kubernetes-preserve-unknown-fields") === true ||
      valueAt(value, "additionalProperties") !== undefined;
    if (valueAt(value, "x-kubernetes-int-or-string") === true || valueAt(value, "format") === "int-or-string") {
      return { type: ["string", "number"] };
    }
    const isFields = typeof valueAt(value, "properties") === "object" && valueAt(value, "type") === "object";
    return isFields && !isOpen ? { ...Object.fromEntries(membersAt(value)), additionalProperties: false } : value;
  });
}
