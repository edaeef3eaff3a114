/** HTML that is safe in a page. Only {@link markup} creates it, and it escapes every value that is not Html. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[] | undefined;

/**
 * Builds HTML from a template. It escapes `<`, `>`, `&` and both quotes in texts, so that a text can't end an element or an
 * attribute. Undefined becomes an empty text.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, index) => text + shown(parts[index])).join("") };
}

function shown(part: Part): string {
  if (part === undefined) {
    return "";
  }
  if (typeof part === "string" || typeof part === "number") {
    return String(part).replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? "");
  }
  return "html" in part ? part.html : part.map((one) => one.html).join("");
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);
