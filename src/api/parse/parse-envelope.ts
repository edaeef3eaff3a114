import { API_GROUP, API_VERSION, objectKey, type ObjectMeta } from "../meta.ts";
import { problem, type Parsed, type Problem } from "../schema/problem.ts";
import { isObject, unknownKeys, type UnknownFields } from "../schema/validate.ts";

/** The metadata of an object, and its spec and status as unparsed data. */
export interface Envelope {
  readonly meta: ObjectMeta;
  readonly spec: unknown;
  readonly status: unknown;
}

/**
 * Reads the fields that every object has. In a file, the fields that only the API server sets have substitutes. The uid is the
 * key, the generation is 1, and the time of creation is the epoch. As with kubectl, the namespace defaults to `default`.
 */
export function parseEnvelope(kind: string, object: unknown, unknownFields: UnknownFields): Parsed<Envelope> {
  if (!isObject(object)) {
    return {
      kind: "invalid",
      problems: [problem("", object, `not a ${kind}: must be a mapping with apiVersion, kind, metadata and spec`)],
    };
  }
  const metadata = object["metadata"];
  const problems = [
    ...kindProblems(kind, object),
    ...(isObject(metadata)
      ? metadataProblems(metadata)
      : [problem("metadata", metadata, "is required: at least metadata.name")]),
    ...(unknownFields === "refuse" ? unknownProblems(object, metadata) : []),
  ];
  return problems.length > 0 || !isObject(metadata)
    ? { kind: "invalid", problems }
    : { kind: "ok", value: { meta: metaOf(metadata), spec: object["spec"], status: object["status"] } };
}

function kindProblems(kind: string, object: Readonly<Record<string, unknown>>): readonly Problem[] {
  const wanted: Readonly<Record<string, string>> = { apiVersion: `${API_GROUP}/${API_VERSION}`, kind };
  // The items of a list have neither apiVersion nor kind.
  return Object.entries(wanted).flatMap(([field, text]) =>
    object[field] === undefined || object[field] === text ? [] : [problem(field, object[field], `must be ${text}`)],
  );
}

function metadataProblems(metadata: Readonly<Record<string, unknown>>): readonly Problem[] {
  const { name, namespace } = metadata;
  return [
    ...(typeof name === "string" && name !== ""
      ? []
      : [problem("metadata.name", name, "is required: the object's name")]),
    ...(namespace === undefined || typeof namespace === "string"
      ? []
      : [problem("metadata.namespace", namespace, "must be text: put it in quotes")]),
    ...textMapProblems("metadata.labels", metadata["labels"]),
    ...textMapProblems("metadata.annotations", metadata["annotations"]),
  ];
}

function textMapProblems(path: string, map: unknown): readonly Problem[] {
  if (map === undefined || map === null) {
    return [];
  }
  if (!isObject(map)) {
    return [problem(path, map, "must be a mapping of strings")];
  }
  return Object.entries(map).flatMap(([key, value]) =>
    typeof value === "string" ? [] : [problem(`${path}[${key}]`, value, "must be text: put it in quotes")],
  );
}

const TOP_FIELDS = ["apiVersion", "kind", "metadata", "spec", "status"];
const METADATA_FIELDS = [
  "annotations",
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "finalizers",
  "generateName",
  "generation",
  "labels",
  "managedFields",
  "name",
  "namespace",
  "ownerReferences",
  "resourceVersion",
  "selfLink",
  "uid",
];

function unknownProblems(object: object, metadata: unknown): readonly Problem[] {
  return [
    ...unknownKeys(object, TOP_FIELDS, ""),
    ...(isObject(metadata) ? unknownKeys(metadata, METADATA_FIELDS, "metadata") : []),
  ];
}

function metaOf(metadata: Readonly<Record<string, unknown>>): ObjectMeta {
  const namespace = textOf(metadata["namespace"]) ?? "default";
  const name = textOf(metadata["name"]) ?? "";
  const deletedAt = timeOf(metadata["deletionTimestamp"]);
  const generation = metadata["generation"];
  return {
    namespace,
    name,
    uid: textOf(metadata["uid"]) ?? objectKey({ namespace, name }),
    generation: typeof generation === "number" ? generation : 1,
    createdAt: timeOf(metadata["creationTimestamp"]) ?? 0,
    ...(deletedAt === undefined ? {} : { deletedAt }),
    labels: textMapOf(metadata["labels"]),
    annotations: textMapOf(metadata["annotations"]),
    finalizers: textsOf(metadata["finalizers"]),
    resourceVersion: textOf(metadata["resourceVersion"]) ?? "",
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The API server returns RFC 3339. A YAML reader may have converted it to a Date. */
function timeOf(value: unknown): number | undefined {
  const at = value instanceof Date ? value.getTime() : Date.parse(textOf(value) ?? "");
  return Number.isNaN(at) ? undefined : at;
}

function textMapOf(value: unknown): Readonly<Record<string, string>> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((member: unknown) => typeof member === "string") : [];
}
