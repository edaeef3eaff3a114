import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../src/base/json.ts";
import { paragraphsOfCode } from "./doc-commands.ts";
import { documentPages } from "./doc-pages.ts";
import { valueAt } from "./json-at.ts";
import { manifestsOf } from "./kube-manifests.ts";

/** A DnsAlias or DnsZone that users can copy. */
export interface ObjectExample {
  /** "docs/installing.md:32", for a page with the line of its block. */
  readonly place: string;
  readonly kind: "DnsAlias" | "DnsZone";
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: object;
}

/** Those of all pages and of the folder examples. A page may show the spec only; the example then gets a name. */
export function objectExamples(): readonly ObjectExample[] {
  const pages = documentPages().flatMap((page) =>
    blocksIn(readFileSync(page, "utf8")).flatMap(({ line, text }) => examplesIn(text, `${page}:${line}`)),
  );
  const files = readdirSync("examples", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .toSorted()
    .map((path) => join("examples", path));
  return [...pages, ...files.flatMap((file) => examplesIn(readFileSync(file, "utf8"), file))];
}

interface Block {
  readonly line: number;
  readonly text: string;
}

/** Blocks of code that can have an object, and here-documents of commands. Only the others may be no YAML. */
function blocksIn(page: string): readonly Block[] {
  return paragraphsOfCode(page.split("\n"))
    .map(({ first, body }) => ({ line: first + 1, text: body.join("\n") }))
    .flatMap(({ line, text }) => {
      const documents = [...text.matchAll(HERE_DOCUMENT)].map(({ groups }) => groups?.["body"] ?? "");
      return (documents.length > 0 ? documents : [text]).map((document) => ({ line, text: document }));
    })
    .filter(({ text }) => /^(?:kind|spec):/m.test(text));
}

const HERE_DOCUMENT = /<<'(?<end>\w+)'\n(?<body>[^]*?)\n\s*\k<end>$/gm;

function examplesIn(text: string, place: string): readonly ObjectExample[] {
  return manifestsOf(text).flatMap((object): readonly ObjectExample[] => {
    const kind = kindOf(object);
    const metadata = valueAt(object, "metadata");
    const spec = valueAt(object, "spec");
    return kind === undefined || !isObject(spec)
      ? []
      : [{ place, kind, metadata: isObject(metadata) ? metadata : { name: "example" }, spec }];
  });
}

function kindOf(object: unknown): ObjectExample["kind"] | undefined {
  const kind = valueAt(object, "kind");
  if (kind === "DnsAlias" || kind === "DnsZone") {
    return kind;
  }
  const spec = valueAt(object, "spec");
  if (kind !== undefined || !isObject(spec)) {
    return undefined;
  }
  const isZone = "domain" in spec && "provider" in spec;
  return isZone ? "DnsZone" : "hostnames" in spec && "targets" in spec ? "DnsAlias" : undefined;
}
