import { isMap, parseAllDocuments, type Document, type ParsedNode, type YAMLParseError } from "yaml";
import { messageOf } from "../../base/error.ts";
import {
  lineStarts,
  positionAt,
  positionOf,
  type FieldPath,
  type LineStarts,
  type Position,
} from "./source-position.ts";

/** The kinds that folder mode reads; ConfigMaps and Secrets are there so that base zones and credentials work as in a cluster. */
export const MANIFEST_KINDS = ["DnsAlias", "DnsZone", "ConfigMap", "Secret", "Namespace"] as const;
export type ManifestKind = (typeof MANIFEST_KINDS)[number];

/** What is wrong, and where. */
export interface ManifestProblem extends Position {
  readonly file: string;
  readonly message: string;
}

/** One object of a file, not yet judged by its schema. */
export interface ManifestDocument extends Position {
  readonly kind: ManifestKind;
  readonly namespace: string;
  readonly name: string;
  /** Plain data, as JSON would have it. */
  readonly object: unknown;
  /** Where a field of the object stands, or the nearest one around it. */
  readonly locate: (path: FieldPath) => Position;
}

export interface ParsedFile {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly ManifestProblem[];
  /** Other kinds, for a debug line. */
  readonly ignored: readonly string[];
  /** False when a part of the file could not be read, so that an object missing here may still be meant to exist. */
  readonly complete: boolean;
}

/** A larger file is refused: reading one blocks everything else meanwhile. In UTF-16 units here, in octets where files are read. */
export const MAX_FILE_SIZE = 4 * 1024 * 1024;

/** Reads one YAML or JSON file of any number of documents. Never throws; every problem has its line and column. */
export function readManifests(file: string, text: string): ParsedFile {
  if (text.length > MAX_FILE_SIZE) {
    return unreadable(file, `larger than ${MAX_FILE_SIZE} characters; split the file`);
  }
  const lines = lineStarts(text);
  try {
    const parsed = parseAllDocuments(text, { prettyErrors: false, logLevel: "silent" });
    const documents: readonly Document.Parsed[] = "empty" in parsed ? [] : parsed;
    const mayQuote = !NAMES_SECRETS.test(text);
    return together(documents.flatMap((document) => readDocument({ file, document, lines, mayQuote })));
  } catch (error) {
    // The parser overflows the stack on thousands of nested brackets.
    return unreadable(file, `not YAML: ${messageOf(error)}`);
  }
}

/** `file:line:column: message`, as editors and people jump to. */
export function problemText(problem: ManifestProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** An anchor repeated more often than this is refused: a few lines could otherwise become gigabytes. */
const MAX_ALIASES = 100;
/** A file that may have Secrets in it. */
const NAMES_SECRETS = /\bSecret\b/;
/** RFC 1123 names as Kubernetes has them. */
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const GROUP = "dnsalias.io/";
const CORE_KINDS: ReadonlySet<ManifestKind> = new Set(["ConfigMap", "Secret", "Namespace"]);

interface Source {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineStarts;
  /** False where a piece of the file in a message could be a piece of a Secret. */
  readonly mayQuote: boolean;
}

type Piece =
  | { readonly kind: "document"; readonly document: ManifestDocument }
  | { readonly kind: "problem"; readonly problem: ManifestProblem }
  | { readonly kind: "ignored"; readonly what: string };

function together(pieces: readonly Piece[]): ParsedFile {
  const problems = pieces.flatMap((piece) => (piece.kind === "problem" ? [piece.problem] : []));
  return {
    documents: pieces.flatMap((piece) => (piece.kind === "document" ? [piece.document] : [])),
    problems,
    ignored: pieces.flatMap((piece) => (piece.kind === "ignored" ? [piece.what] : [])),
    complete: problems.length === 0,
  };
}

function unreadable(file: string, message: string): ParsedFile {
  return { documents: [], problems: [{ file, line: 1, column: 1, message }], ignored: [], complete: false };
}

function readDocument(source: Source): readonly Piece[] {
  const { file, document, lines } = source;
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      kind: "problem",
      problem: { file, ...positionAt(lines, error.pos[0]), message: `not YAML: ${yamlMistake(error, source)}` },
    }));
  }
  const { contents } = document;
  if (isEmpty(contents)) {
    return [];
  }
  if (!isMap(contents)) {
    return [problemAt(source, [], "a manifest is a mapping that begins with apiVersion and kind")];
  }
  const object = toPlain(source);
  return "problem" in object ? [{ kind: "problem", problem: object.problem }] : readObject(source, object.value, []);
}

function yamlMistake({ code, message }: YAMLParseError, { mayQuote }: Source): string {
  return mayQuote ? message : code.toLowerCase().replaceAll("_", " ");
}

function isEmpty(contents: ParsedNode | null): boolean {
  return contents === null || ("value" in contents && contents.value === null);
}

function toPlain(source: Source): { readonly value: unknown } | { readonly problem: ManifestProblem } {
  try {
    const value: unknown = source.document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value };
  } catch (error) {
    const { file, document, lines, mayQuote } = source;
    const message = mayQuote ? `not readable: ${messageOf(error)}` : "not readable";
    return { problem: { file, ...positionOf(document, lines, []), message } };
  }
}

/** One object, or the items of a List as `kubectl get -o yaml` prints it. */
function readObject(source: Source, object: unknown, at: FieldPath): readonly Piece[] {
  const kind = field(object, "kind");
  const apiVersion = field(object, "apiVersion");
  if (typeof kind !== "string" || typeof apiVersion !== "string") {
    return [problemAt(source, at, "kind and apiVersion are missing or not text; this is no manifest")];
  }
  const items = field(object, "items");
  if (kind === "List" && Array.isArray(items) && at.length === 0) {
    return items.flatMap((item: unknown, index) => readObject(source, item, ["items", index]));
  }
  if (!isKind(kind) || !isOurs(kind, apiVersion)) {
    return [{ kind: "ignored", what: `${apiVersion} ${kind}` }];
  }
  return [readIdentity(source, { kind, object, at })];
}

interface ParsedDocument {
  readonly kind: ManifestKind;
  readonly object: unknown;
  readonly at: FieldPath;
}

function readIdentity(source: Source, { kind, object, at }: ParsedDocument): Piece {
  const metadata = field(object, "metadata");
  const name = field(metadata, "name");
  const namespace = kind === "Namespace" ? "" : (field(metadata, "namespace") ?? "default");
  if (typeof name !== "string" || !OBJECT_NAME.test(name)) {
    return problemAt(source, [...at, "metadata", "name"], nameProblem(kind, "metadata.name", name));
  }
  if (typeof namespace !== "string" || (kind !== "Namespace" && !OBJECT_NAME.test(namespace))) {
    return problemAt(source, [...at, "metadata", "namespace"], nameProblem(kind, "metadata.namespace", namespace));
  }
  const { document, lines } = source;
  const locate = (path: FieldPath): Position => positionOf(document, lines, [...at, ...path]);
  return { kind: "document", document: { kind, namespace, name, object, ...locate([]), locate } };
}

function nameProblem(kind: ManifestKind, path: string, value: unknown): string {
  const found = value === undefined ? "missing" : kind === "Secret" ? "not a name" : JSON.stringify(value);
  return `${kind}: ${path} is ${found}; wanted: text of lower-case letters, digits, "-" and "."`;
}

function problemAt({ file, document, lines }: Source, path: FieldPath, message: string): Piece {
  return { kind: "problem", problem: { file, ...positionOf(document, lines, path), message } };
}

function isKind(kind: string): kind is ManifestKind {
  return MANIFEST_KINDS.some((known) => known === kind);
}

/** Another version of our group is ours to complain about; another group's DnsZone is not. */
function isOurs(kind: ManifestKind, apiVersion: string): boolean {
  return CORE_KINDS.has(kind) ? apiVersion === "v1" : apiVersion.startsWith(GROUP);
}

function field(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, name)
    ? Reflect.get(object, name)
    : undefined;
}
