import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { parseAlias, parseZone } from "../../api/parse/parse-object.ts";
import { problem, problemText as fieldText, type Problem } from "../../api/schema/problem.ts";
import type { UnknownFields } from "../../api/schema/validate.ts";
import { secretValue } from "../../api/parse/secret-value.ts";
import { hashOf, specHashOf } from "./identity.ts";
import {
  problemText,
  readManifests,
  type ManifestDocument,
  type ManifestProblem,
  type UnnamedDocument,
} from "./parse-manifests.ts";
import { pathSteps } from "./source-position.ts";
import { objectId, type ObjectId } from "./state-entry.ts";

/** An object that passed its schema and rules. */
export type Manifest =
  | { readonly kind: "DnsAlias"; readonly value: DnsAlias }
  | { readonly kind: "DnsZone"; readonly value: DnsZone }
  | { readonly kind: "ConfigMap"; readonly data: Readonly<Record<string, string>> }
  /** The value of a key is undefined if it is not base64, or not text. */
  | { readonly kind: "Secret"; readonly texts: Readonly<Record<string, string | undefined>> }
  | { readonly kind: "Namespace"; readonly labels: Readonly<Record<string, string>> };

export type ValidationResult =
  | { readonly kind: "good"; readonly manifest: Manifest }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

export interface ValidatedObject {
  readonly id: ObjectId;
  readonly kind: ManifestDocument["kind"];
  readonly namespace: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly object: unknown;
  /** Equal for equal objects, regardless of the order of their keys. */
  readonly fingerprint: string;
  readonly specHash: string;
  readonly result: ValidationResult;
}

/** The content of one file. */
export interface FileContent {
  readonly objects: readonly ValidatedObject[];
  /** Problems of the file, and of objects without a known name. */
  readonly problems: readonly ManifestProblem[];
  readonly ignored: readonly string[];
  /** False: an object that is missing here may still exist. */
  readonly complete: boolean;
}

/** Reads the text of a file and validates every object in it. Never throws. */
export function validateFile(file: string, text: string): FileContent {
  const { documents, unnamed, problems, ignored, complete } = readManifests(file, text);
  // The documents are not kept, because each holds the syntax tree of its file, which takes ten times as much memory as the text.
  return {
    objects: documents.map((document) => validateDocument(file, document)),
    problems: [...problems, ...unnamed.flatMap((document) => problemsOfUnnamed(file, document))],
    ignored,
    complete,
  };
}

/** Validates the plain data of an object in the state file again. It ignores fields that only another version of this program supports. */
export function validateObject(kind: ManifestDocument["kind"], object: unknown): ValidationResult {
  const checked = check(kind, object, "ignore");
  return "manifest" in checked
    ? { kind: "good", manifest: checked.manifest }
    : { kind: "invalid", problems: checked.problems.map(fieldText) };
}

type Checked = { readonly manifest: Manifest } | { readonly problems: readonly Problem[] };

function validateDocument(file: string, document: ManifestDocument): ValidatedObject {
  const { kind, namespace, name, line, column } = document;
  const object = withoutStatus(document.object);
  const checked = check(kind, object, "refuse");
  return {
    id: objectId(document),
    kind,
    namespace,
    name,
    line,
    column,
    object,
    fingerprint: hashOf(object),
    specHash: specHashOf(object),
    result:
      "manifest" in checked
        ? { kind: "good", manifest: checked.manifest }
        : { kind: "invalid", problems: located(file, document, checked.problems).map(problemText) },
  };
}

/** The other problems of an object with an invalid name. */
function problemsOfUnnamed(file: string, document: UnnamedDocument): readonly ManifestProblem[] {
  const checked = check(document.kind, withoutStatus(document.object), "refuse");
  const problems = "problems" in checked ? checked.problems : [];
  const others = problems.filter(({ path }) => path !== "metadata" && !/^metadata\.name(?:space)?$/.test(path));
  return located(file, document, others).map((found) => ({ ...found, message: `${document.kind}: ${found.message}` }));
}

/** The problems in the order of the file. */
function located(file: string, document: UnnamedDocument, problems: readonly Problem[]): readonly ManifestProblem[] {
  return problems
    .map((found) => ({ file, ...document.locate(pathSteps(found.path)), message: fieldText(found) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function check(kind: ManifestDocument["kind"], object: unknown, unknownFields: UnknownFields): Checked {
  switch (kind) {
    case "DnsAlias": {
      const parsed = parseAlias(object, { unknownFields });
      const problems = parsed.kind === "ok" ? referenceProblems(parsed.value) : parsed.problems;
      return parsed.kind === "ok" && problems.length === 0 ? { manifest: { kind, value: parsed.value } } : { problems };
    }
    case "DnsZone": {
      const parsed = parseZone(object, { unknownFields });
      return parsed.kind === "ok" ? { manifest: { kind, value: parsed.value } } : { problems: parsed.problems };
    }
    case "ConfigMap": {
      const data = texts(field(object, "data"), "data");
      return "texts" in data ? { manifest: { kind, data: data.texts } } : data;
    }
    case "Secret":
      return { manifest: { kind, texts: secretTexts(object) } };
    case "Namespace": {
      const labels = texts(field(field(object, "metadata"), "labels"), "metadata.labels");
      return "texts" in labels ? { manifest: { kind, labels: labels.texts } } : labels;
    }
  }
}

/** Objects with a load balancer exist only in a cluster. */
function referenceProblems({ spec }: DnsAlias): readonly Problem[] {
  return spec.targets.flatMap((target, index) =>
    target.kind === "resourceRef"
      ? [
          problem(
            `spec.targets[${index}].resourceRef`,
            undefined,
            "resourceRef needs a cluster. Use hostname or addresses instead.",
          ),
        ]
      : [],
  );
}

/**
 * Reads Secrets as Kubernetes does: stringData takes precedence over data. It reports no mistakes, because dnsalias doesn't use
 * most Secrets of a folder and no message may contain a part of a Secret. A zone that needs a missing value reports it.
 */
function secretTexts(object: unknown): Readonly<Record<string, string | undefined>> {
  const entries = (name: string): readonly (readonly [string, unknown])[] => {
    const value = field(object, name);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  };
  return Object.fromEntries([
    ...entries("data").map(
      ([key, value]) => [key, typeof value === "string" ? secretValue(value) : undefined] as const,
    ),
    ...entries("stringData").map(
      ([key, value]) => [key, typeof value === "string" ? value.trim() : undefined] as const,
    ),
  ]);
}

/** A status in a file is an old copy from a cluster. The state file has the current one. */
function withoutStatus(object: unknown): unknown {
  return typeof object === "object" && object !== null
    ? Object.fromEntries(Object.entries(object).filter(([key]) => key !== "status"))
    : object;
}

type Texts = { readonly texts: Readonly<Record<string, string>> } | { readonly problems: readonly Problem[] };

function texts(value: unknown, path: string): Texts {
  if (value === undefined || value === null) {
    return { texts: {} };
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    return { problems: [problem(path, value, "must be a mapping of strings")] };
  }
  const pairs = Object.entries(value);
  const wrong = pairs.flatMap(([key, text]) =>
    typeof text === "string" ? [] : [problem(`${path}[${key}]`, text, "must be text: put it in quotes")],
  );
  const good = pairs.flatMap(([key, text]: [string, unknown]): [string, string][] =>
    typeof text === "string" ? [[key, text]] : [],
  );
  return wrong.length === 0 ? { texts: Object.fromEntries(good) } : { problems: wrong };
}

function field(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, name)
    ? Reflect.get(object, name)
    : undefined;
}
