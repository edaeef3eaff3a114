export type SentenceKind = "docs" | "messages" | "comments";

export interface Sentence {
  readonly line: number;
  readonly text: string;
}

/** The sentences of a file with at least five words, each with its first line. Code blocks, headings, and link targets are left out. */
export function sentencesOf(kind: SentenceKind, text: string): readonly Sentence[] {
  const lines = text.split("\n").map((line, index) => ({ line: index + 1, text: line }));
  const paragraphs =
    kind === "messages"
      ? lines.map((one) => ({ ...one, text: one.text.slice(one.text.indexOf(" | ") + 3) }))
      : joined(kind === "docs" ? withoutCode(lines) : lines.map(commentOf));
  return paragraphs.flatMap((paragraph) =>
    paragraph.text
      .replaceAll(/\]\([^)]*\)/g, "]")
      .split(/(?<=[.!?]) (?=[^a-z0-9])|(?<!\\) \| /)
      .map((part) => ({ line: paragraph.line, text: part.replaceAll(/^[|\s*-]+|[|\s]+$/g, "") }))
      .filter((sentence) => sentence.text.split(/\s+/).length >= 5),
  );
}

/** A code block and a heading are empty lines, so that they end a paragraph. */
function withoutCode(lines: readonly Sentence[]): readonly Sentence[] {
  let isCode = false;
  return lines.map(({ line, text }) => {
    const isFence = /^\s*```/.test(text);
    isCode = isFence ? !isCode : isCode;
    return { line, text: isCode || isFence || /^(?: {4}|#|<!--|\|[\s|:-]+$)/.test(text) ? "" : text };
  });
}

/** The text of a comment line; a line of code is empty. */
function commentOf({ line, text }: Sentence): Sentence {
  const [, comment = ""] = /^\s*(?:\/\*\*?|\*(?!\/)|\/\/)\s?(.*?)(?:\s*\*\/)?$/.exec(text) ?? [];
  return { line, text: comment };
}

/** Lines that follow each other are one paragraph. A list item and a table row begin a new one. */
function joined(lines: readonly Sentence[]): readonly Sentence[] {
  const paragraphs: Sentence[] = [];
  let isOpen = false;
  for (const { line, text } of lines) {
    const before = paragraphs.at(-1);
    if (text.trim() === "") {
      isOpen = false;
    } else if (isOpen && before !== undefined && !/^\s*(?:[-|]|\d+\.) ?/.test(text)) {
      paragraphs[paragraphs.length - 1] = { ...before, text: `${before.text} ${text.trim()}` };
    } else {
      paragraphs.push({ line, text });
      isOpen = true;
    }
  }
  return paragraphs;
}
