import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { crdManifests } from "../../src/api/generate/crd.ts";
import { listAt, membersAt, valueAt } from "./json-at.ts";

export interface ChartFile {
  readonly path: string;
  readonly text: string;
}

const CHART = "charts/dnsalias";

/** The files of the charts that are made of others: the CRDs, what is in deploy/monitoring, and what a zone may be in values.schema.json. */
export async function chartFiles(): Promise<readonly ChartFile[]> {
  const crds = crdManifests();
  const monitoring = await readdir("deploy/monitoring");
  return [
    ...crds.map(({ file, yaml }) => ({ path: join(CHART, "crds", file), text: yaml })),
    ...crds.map(({ file, yaml }) => ({ path: join("charts/dnsalias-crds/files", file), text: yaml })),
    ...(await Promise.all(
      monitoring.map(async (file) => ({
        path: join(CHART, "files", file),
        text: await readFile(join("deploy/monitoring", file), "utf8"),
      })),
    )),
    { path: join(CHART, "values.schema.json"), text: await schemaText(crds.map(({ yaml }) => yaml)) },
  ];
}

async function schemaText(crds: readonly string[]): Promise<string> {
  const schema: unknown = JSON.parse(await readFile(join(CHART, "values.schema.json"), "utf8"));
  const definitions = Object.fromEntries(membersAt(schema, "$defs"));
  const zoneSpec = closed(specOf(crds, "DnsZone"));
  const whole = { ...Object.fromEntries(membersAt(schema)), $defs: { ...definitions, zoneSpec } };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

function specOf(crds: readonly string[], kind: string): unknown {
  const objects = crds.map((text): unknown => parse(text));
  const crd = objects.find((object) => valueAt(object, "spec", "names", "kind") === kind);
  return valueAt(listAt(crd, "spec", "versions")[0], "schema", "openAPIV3Schema", "properties", "spec");
}

const KEPT = new Set([
  "type",
  "enum",
  "pattern",
  "format",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
]);

/** The same schema without what only the apiserver understands, refusing unknown fields as `kubectl apply` does. */
function closed(schema: unknown): unknown {
  const properties = valueAt(schema, "properties");
  const values = valueAt(schema, "additionalProperties");
  const items = valueAt(schema, "items");
  const required = valueAt(schema, "required");
  const kept = membersAt(schema).filter(([key]) => KEPT.has(key));
  return {
    ...Object.fromEntries(kept),
    ...(required === undefined ? {} : { required }),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(values === undefined ? {} : { additionalProperties: typeof values === "boolean" ? values : closed(values) }),
    ...(properties === undefined
      ? {}
      : {
          additionalProperties: false,
          properties: Object.fromEntries(membersAt(properties).map(([key, value]) => [key, closed(value)])),
        }),
  };
}
