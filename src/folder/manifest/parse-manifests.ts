import type { YAMLParseError } from "yaml";
import { messageOf } from "../../base/error.ts";
import { isObject } from "../../base/json.ts";
import { manifestKindOf, type ManifestKind } from "./manifest-kind.ts";
import { lineStarts, positionAt, positionOf, type FieldPath, type Position } from "./source-position.ts";
import { readDocuments, type SourceDocument } from "./yaml-documents.ts";
import { plainDataOf } from "./yaml-value.ts";

/** A fault and its position. */
export interface ManifestProblem extends Position {
  readonly file: string;
  readonly message: string;
}

/** One object of a file, before validation by its schema. */
export interface ManifestDocument extends UnnamedDocument, Position {
  readonly namespace: string;
  readonly name: string;
}

/** An object without a valid name. */
export interface UnnamedDocument {
  readonly kind: ManifestKind;
  /** Plain data, as in JSON. */
  readonly object: unknown;
  /** Returns the position of a field of the object, or of the nearest field around it. */
  readonly locate: (path: FieldPath) => Position;
}

export interface ParsedFile {
  readonly documents: readonly ManifestDocument[];
  /** Each has a problem with its name, and can have more. */
  readonly unnamed: readonly UnnamedDocument[];
  readonly problems: readonly ManifestProblem[];
  /** Documents of other kinds, for a debug message. */
  readonly ignored: readonly string[];
  /** False if a part of the file is not readable. An object that is missing here may then still exist. */
  readonly complete: boolean;
}

/**
 * A larger file is refused, because a read blocks all other work. The unit is a UTF-16 code unit here, and a byte when a file is
 * read.
 */
export const MAX_FILE_SIZE = 4 * 1024 * 1024;

/** Reads one YAML or JSON file with any number of documents. Never throws. Every problem has its line and column. */
export function readManifests(file: string, text: string): ParsedFile {
  if (text.length > MAX_FILE_SIZE) {
    return unreadable(file, `larger than ${MAX_FILE_SIZE} characters; split the file`);
  }
  const forbidden = FORBIDDEN_CHARACTER.exec(text);
  if (forbidden !== null) {
    const at = positionAt(lineStarts(text), forbidden.index);
    return unreadable(
      file,
      "not YAML: this character is not allowed: remove it, or write an escape such as \\u0085 in double quotes",
      at,
    );
  }
  const mayQuote = !NAMES_SECRETS.test(text);
  try {
    return together(readDocuments(text).flatMap((source) => readDocument({ ...source, file, mayQuote })));
  } catch (error) {
    // The parser exceeds the stack with thousands of nested brackets.
    return unreadable(file, `not YAML: ${messageOf(error)}`);
  }
}

/** `file:line:column: message`, the form that editors use. */
export function problemText(problem: ManifestProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** Control characters, which YAML forbids, and the line breaks of YAML 1.1 that YAML 1.2 does not have. */
const FORBIDDEN_CHARACTER =
  // oxlint-disable-next-line no-control-regex -- it looks for control characters
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/;
/** True for a file that may contain Secrets. */
const NAMES_SECRETS = /\bSecret\b/;
/** RFC 1123 names by the rules of Kubernetes. */
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

interface Source extends SourceDocument {
  readonly file: string;
  /** False if a quotation from the file could be a part of a Secret. */
  readonly mayQuote: boolean;
}

type Piece =
  | { readonly kind: "document"; readonly document: ManifestDocument }
  | { readonly kind: "unnamed"; readonly document: UnnamedDocument }
  | { readonly kind: "problem"; readonly problem: ManifestProblem }
  | { readonly kind: "ignored"; readonly what: string };

function together(pieces: readonly Piece[]): ParsedFile {
  const problems = pieces.flatMap((piece) => (piece.kind === "problem" ? [piece.problem] : []));
  return {
    documents: pieces.flatMap((piece) => (piece.kind === "document" ? [piece.document] : [])),
    unnamed: pieces.flatMap((piece) => (piece.kind === "unnamed" ? [piece.document] : [])),
    problems,
    ignored: pieces.flatMap((piece) => (piece.kind === "ignored" ? [piece.what] : [])),
    complete: problems.length === 0,
  };
}

function unreadable(file: string, message: string, at: Position = { line: 1, column: 1 }): ParsedFile {
  return { documents: [], unnamed: [], problems: [{ file, ...at, message }], ignored: [], complete: false };
}

function readDocument(source: Source): readonly Piece[] {
  const { file, document, lines } = source;
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      kind: "problem",
      problem: { file, ...positionAt(lines, error.pos[0]), message: `not YAML: ${yamlMistake(error, source)}` },
    }));
  }
  const { value, problems } = plainDataOf(document);
  if (problems.length > 0) {
    return problems.map(({ offset, message }) => ({
      kind: "problem",
      problem: { file, ...positionAt(lines, offset), message },
    }));
  }
  if (value === null) {
    return [];
  }
  return isObject(value)
    ? readObject(source, value, [])
    : [problemAt(source, [], "a manifest is a mapping that begins with apiVersion and kind")];
}

function yamlMistake({ code, message }: YAMLParseError, { mayQuote }: Source): string {
  return mayQuote ? message : code.toLowerCase().replaceAll("_", " ");
}

/**
 * Reads one object, or the objects of a list. A list is any object with items: a List, or a list of one kind in the format of
 * `kubectl get`.
 */
function readObject(source: Source, object: unknown, at: FieldPath): readonly Piece[] {
  const kind = field(object, "kind");
  const apiVersion = field(object, "apiVersion");
  if (typeof kind !== "string" || typeof apiVersion !== "string") {
    return [problemAt(source, at, "kind and apiVersion are missing or not text, so this is not a manifest")];
  }
  if (isObject(object) && (object["items"] !== undefined || kind.endsWith("List"))) {
    return readList(source, { kind, apiVersion, items: object["items"] }, at);
  }
  const found = manifestKindOf(apiVersion, kind);
  if (found.kind === "problem") {
    const wrong = JSON.stringify(found.field === "kind" ? kind : apiVersion);
    const shown = source.mayQuote ? `${found.field}: ${wrong}` : found.field;
    return [problemAt(source, [...at, found.field], `${shown}: ${found.message}`)];
  }
  return found.kind === "ignored"
    ? [{ kind: "ignored", what: `${apiVersion} ${kind}` }]
    : readIdentity(source, { kind: found.of, object, at });
}

interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly items: unknown;
}

function readList(source: Source, { kind, apiVersion, items }: ObjectList, at: FieldPath): readonly Piece[] {
  if (at.length > 0) {
    return [problemAt(source, at, `a ${kind} in a list is not read: move its items one level up`)];
  }
  if (!Array.isArray(items)) {
    return items === null ? [] : [problemAt(source, ["items"], `${kind}: items must be a list of objects`)];
  }
  const inferred = { apiVersion, kind: kind.replace(/List$/, "") };
  return items.flatMap((item: unknown, index) => {
    const isWhole = !isObject(item) || hasText(item["kind"]) || hasText(item["apiVersion"]);
    return readObject(source, isWhole ? item : { ...item, ...inferred }, ["items", index]);
  });
}

/** As in Kubernetes, an empty text counts as absent. */
function hasText(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

interface ParsedDocument {
  readonly kind: ManifestKind;
  readonly object: unknown;
  readonly at: FieldPath;
}

function readIdentity(source: Source, { kind, object, at }: ParsedDocument): readonly Piece[] {
  const { document, lines } = source;
  const locate = (path: FieldPath): Position => positionOf(document, lines, [...at, ...path]);
  const metadata = field(object, "metadata");
  const name = field(metadata, "name");
  const namespace = kind === "Namespace" ? "" : (field(metadata, "namespace") ?? "default");
  const hasName = isObjectName(name);
  const hasNamespace = isObjectName(namespace) || (kind === "Namespace" && namespace === "");
  if (hasName && hasNamespace) {
    return [{ kind: "document", document: { kind, namespace, name, object, ...locate([]), locate } }];
  }
  const wrong = (path: string, value: unknown): Piece =>
    problemAt(source, [...at, "metadata", path], nameProblem(kind, `metadata.${path}`, value));
  return [
    ...(hasName ? [] : [wrong("name", name)]),
    ...(hasNamespace ? [] : [wrong("namespace", namespace)]),
    { kind: "unnamed", document: { kind, object, locate } },
  ];
}

function isObjectName(value: unknown): value is string {
  return typeof value === "string" && OBJECT_NAME.test(value);
}

function nameProblem(kind: ManifestKind, path: string, value: unknown): string {
  const found = value === undefined ? "missing" : kind === "Secret" ? "not a name" : JSON.stringify(value);
  return `${kind}: ${path} is ${found}; expected: text of lower-case letters, digits, "-" and "."`;
}

function problemAt({ file, document, lines }: Source, path: FieldPath, message: string): Piece {
  return { kind: "problem", problem: { file, ...positionOf(document, lines, path), message } };
}

function field(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, name)
    ? Reflect.get(object, name)
    : undefined;
}
