import { parseAllDocuments, type Document } from "yaml";
import { lineStarts, type LineStarts } from "./source-position.ts";

export interface SourceDocument {
  /** All of its scalars are text, regardless of their form. */
  readonly document: Document.Parsed;
  readonly lines: LineStarts;
}

/** The documents of a YAML or JSON file. Throws for thousands of nested brackets. */
export function readDocuments(text: string): readonly SourceDocument[] {
  const lines = lineStarts(text);
  const documents = parse(text);
  const spans = documents.some(({ errors }) => errors.length > 0) ? jsonSpans(text) : [];
  return spans.length > 1
    ? spans.flatMap(([from, to]) =>
        parse(text.slice(from, to)).map((document) => ({ document, lines: { ...lines, from } })),
      )
    : documents.map((document) => ({ document, lines }));
}

function parse(text: string): readonly Document.Parsed[] {
  const parsed = parseAllDocuments(text, {
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  return "empty" in parsed ? [] : parsed;
}

/** The start and the end of each of several JSON objects, which kubectl accepts in one file. Empty: the file has another form. */
function jsonSpans(text: string): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(JSON_TOKEN)) {
    if (depth === 0 && token !== "{") {
      return [];
    }
    if (token === "{" || token === "[") {
      from = depth === 0 ? index : from;
      depth += 1;
    } else if (token === "}" || token === "]") {
      depth -= 1;
      if (depth === 0) {
        spans.push([from, index + 1]);
      }
    }
  }
  return depth === 0 && spans.every(([start, end]) => isJson(text.slice(start, end))) ? spans : [];
}

/** A bracket, a string, or anything else that is not white space. */
const JSON_TOKEN = /[{}[\]]|"(?:[^"\\]|\\.)*"|[^\s{}[\]"]+|"/g;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
