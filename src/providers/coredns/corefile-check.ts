import { Buffer } from "node:buffer";
import type { Corefile, ServerBlock } from "./corefile.ts";
import { parseCorefileKey } from "./corefile-key.ts";
import { directivesOf } from "./corefile-listeners.ts";

export interface CorefileProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Returns the first fault that prevents CoreDNS from starting. The braces of the Corefile are already checked. The function finds
 * invalid and repeated keys of server blocks, directives that cannot be plugins, repeated snippets, and invalid imports. It doesn't
 * find faults in plugins and their arguments, in environment variables, or in other files, because the text doesn't show them.
 * Linear in the text.
 */
export function checkCorefile(corefile: Corefile): CorefileProblem | undefined {
  return [
    keyProblem(corefile),
    repeatedKey(corefile),
    directiveProblem(corefile),
    snippetProblem(corefile),
    importProblem(corefile),
  ]
    .filter((problem) => problem !== undefined)
    .sort((a, b) => a.line - b.line)[0];
}

function keyProblem({ blocks }: Corefile): CorefileProblem | undefined {
  for (const { keys, line } of blocks) {
    for (const key of keys) {
      const fault = faultOfKey(key);
      if (fault !== undefined) {
        return { line, message: `"${shown(key)}" is not a valid zone of a server block, ${fault}: correct it` };
      }
    }
  }
  return undefined;
}

/** Follows `plugin.SplitHostPort` of CoreDNS and `dns.IsDomainName` of github.com/miekg/dns. */
function faultOfKey(key: string): string | undefined {
  if (ENVIRONMENT.test(key)) {
    return undefined;
  }
  if (key.endsWith(":")) {
    return "the port after the colon is missing";
  }
  const { zone, port } = parseCorefileKey(key);
  if (port !== undefined && Number(port) > MAX_PORT) {
    return `the port is over ${MAX_PORT}`;
  }
  if (zone === "." && !/^(?:[a-z0-9]+:\/\/)?\./i.test(key)) {
    return "the zone before the port is missing";
  }
  const labels = zone.slice(0, -1).split(".");
  if (zone !== "." && labels.includes("")) {
    return "a label is empty";
  }
  const isTooLong = labels.some((label) => !label.includes("\\") && Buffer.byteLength(label) > MAX_LABEL);
  return isTooLong || Buffer.byteLength(zone) > MAX_NAME ? "it is too long" : undefined;
}

/**
 * Finds two blocks for one zone and port. Blocks with a `view` can share a zone and port, and so can blocks that listen on
 * different addresses.
 */
function repeatedKey(corefile: Corefile): CorefileProblem | undefined {
  const seen = new Map<string, { readonly line: number; readonly binds: Set<string> }>();
  for (const block of corefile.blocks) {
    const bind = bindOf(corefile, block);
    if (bind === undefined) {
      continue;
    }
    for (const key of block.keys) {
      const { scheme, zone, port } = parseCorefileKey(key);
      const id = `${scheme}://${zone}:${port ?? ""}`;
      const before = seen.get(id);
      if (before !== undefined && (bind === "" || before.binds.has("") || before.binds.has(bind))) {
        const message = `"${shown(key)}" already has a server block in line ${before.line}: merge the two`;
        return { line: block.line, message };
      }
      seen.set(id, { line: before?.line ?? block.line, binds: (before?.binds ?? new Set()).add(bind) });
    }
  }
  return undefined;
}

/**
 * The addresses on which a block listens, as one text. Empty: all addresses. Undefined: the addresses are unknown, because the
 * block has a `view` or an unresolved `import`.
 */
function bindOf(corefile: Corefile, block: ServerBlock): string | undefined {
  const directives = directivesOf(corefile, block.directives);
  return directives.some(({ name }) => name === "view" || name === "import")
    ? undefined
    : directives
        .filter(({ name }) => name === "bind")
        .map(({ tokens }) => tokens.map(({ text }) => text).join(" "))
        .join(" ");
}

/** Finds a missing closing brace. The next server block then looks like a plugin, but no plugin has a name with a dot or a colon. */
function directiveProblem({ blocks }: Corefile): CorefileProblem | undefined {
  for (const { directives } of blocks) {
    const found = directives.find(({ name }) => !PLUGIN_NAME.test(name));
    if (found !== undefined) {
      const message = `"${shown(found.name)}" cannot be a plugin: correct it, or close the server block before it with a }`;
      return { line: found.tokens[0]?.line ?? 1, message };
    }
  }
  return undefined;
}

function snippetProblem({ snippets }: Corefile): CorefileProblem | undefined {
  const seen = new Set<string>();
  for (const { name, line, directives } of snippets) {
    if (seen.has(name)) {
      return { line, message: `the snippet (${shown(name)}) exists already: rename or remove one of the two` };
    }
    if (directives.some((directive) => directive.name === "import" && directive.tokens[1]?.text === name)) {
      return { line, message: `the snippet (${shown(name)}) imports itself: remove that line` };
    }
    seen.add(name);
  }
  return undefined;
}

function importProblem({ blocks, snippets, imports }: Corefile): CorefileProblem | undefined {
  const inside = [...blocks, ...snippets].flatMap(({ directives }) =>
    directives.filter(({ name }) => name === "import").map(({ tokens }) => tokens),
  );
  const all = [
    ...imports.map(({ line, text }) => ({ line, text, hasMore: false })),
    ...inside.map(([word, pattern, ...more]) => ({
      line: word?.line ?? 1,
      text: pattern?.text ?? "",
      hasMore: more.length > 0,
    })),
  ];
  for (const { line, text, hasMore } of all) {
    if (hasMore || text === "") {
      return { line, message: "import needs exactly one file or snippet: add or remove words" };
    }
    if (text.split("*").length > 2 || text.split("?").length > 2 || (text.includes("[") && text.includes("]"))) {
      return { line, message: `"${shown(text)}" has more than one wildcard, but import accepts only one: use one *` };
    }
  }
  return undefined;
}

function shown(text: string): string {
  return text.slice(0, 80);
}

const ENVIRONMENT = /\{[$%]/;
/** An environment variable can be any part of the name. */
const PLUGIN_NAME = /^(?:[A-Za-z0-9_-]|\{\$[^}]*\}|\{%[^%]*%\})+$/;
const MAX_PORT = 65_535;
const MAX_LABEL = 63;
/** CoreDNS counts the final dot of the name. */
const MAX_NAME = 255;
