/** HTML that is safe to put into a page: made by {@link markup}, where every value that is not Html itself is escaped. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[] | undefined;

/** Texts in a page: `<`, `>`, `&` and both quotes cannot end an element or an attribute. Undefined is nothing. */
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
