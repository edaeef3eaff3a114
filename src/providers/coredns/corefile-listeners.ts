import type { Corefile, Directive, ServerBlock } from "./corefile.ts";
import { parseCorefileKey } from "./corefile-key.ts";

/** Where a root block listens for plain DNS. */
export interface CorefileListener {
  /** The text after the zone in a key: ":53", or empty for the default port of the server. */
  readonly suffix: string;
  readonly port: string | undefined;
  /** Its `bind` directives, as written: a block without them would listen on every address. */
  readonly bind: readonly string[];
}

/**
 * The listeners of the blocks for ".", only plain DNS, in file order; empty if the file has no such block. Blocks for one port differ by `bind`, and each
 * is a listener. Blocks with a `view` can share port and addresses, and are one.
 */
export function rootListeners(corefile: Corefile, text: string): readonly CorefileListener[] {
  const listeners = new Map<string, CorefileListener>();
  for (const block of corefile.blocks) {
    const binds = directivesOf(corefile, block.directives).filter(({ name }) => name === "bind");
    const addresses = binds.map(({ tokens }) => tokens.map((token) => token.text).join(" ")).join("\n");
    for (const key of block.keys.map(parseCorefileKey)) {
      const suffix = key.port === undefined ? "" : `:${key.port}`;
      const id = `${suffix}\n${addresses}`;
      if (key.scheme === "dns" && key.zone === "." && !listeners.has(id)) {
        const bind = binds.map(({ start, end }) => text.slice(start, end).replaceAll("\r", ""));
        listeners.set(id, { suffix, port: key.port, bind });
      }
    }
  }
  return [...listeners.values()];
}

/** True unless the file shows that CoreDNS does not look for a new Corefile: a root block, nothing taken in from elsewhere, no `reload`. */
export function mayReload(corefile: Corefile): boolean {
  const all = corefile.blocks.flatMap((block) => directivesOf(corefile, block.directives));
  const known = new Set(corefile.snippets.map(({ name }) => name));
  const unseen =
    corefile.imports.length > 0 || all.some((found) => found.name === "import" && !known.has(argument(found)));
  return unseen || !corefile.blocks.some(isRoot) || all.some(({ name }) => name === "reload");
}

function isRoot({ keys }: ServerBlock): boolean {
  return keys.some((key) => parseCorefileKey(key).zone === ".");
}

/** The directives, and those of the snippets that they import. */
export function directivesOf(corefile: Corefile, directives: readonly Directive[], depth = 0): readonly Directive[] {
  return directives.flatMap((directive) => {
    const snippet =
      directive.name === "import" && depth < MAX_SNIPPET_DEPTH
        ? corefile.snippets.find(({ name }) => name === argument(directive))
        : undefined;
    return snippet === undefined ? [directive] : directivesOf(corefile, snippet.directives, depth + 1);
  });
}

const MAX_SNIPPET_DEPTH = 3;

function argument(directive: Directive): string {
  return directive.tokens[1]?.text ?? "";
}
