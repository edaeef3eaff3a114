import type { Corefile, Directive, ServerBlock } from "./corefile.ts";
import { parseCorefileKey } from "./corefile-key.ts";

/** The port and addresses of a root block for plain DNS. */
export interface CorefileListener {
  /** The text after the zone in a key: ":53", or empty for the default port of the server. */
  readonly suffix: string;
  readonly port: string | undefined;
  /** The block's `bind` directives, as written. A block without `bind` listens on every address. */
  readonly bind: readonly string[];
}

/**
 * Returns the listeners of the blocks for ".", only for plain DNS, in the order of the file. Empty if the file has no such block.
 * Blocks for one port with different `bind` directives are different listeners. Blocks with a `view` can share port and
 * addresses, and count as one.
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

/** False if the file shows that CoreDNS does not reload it: it has a root block, no imports, and no `reload` plugin. */
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

/** The directives, including those of imported snippets. */
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
