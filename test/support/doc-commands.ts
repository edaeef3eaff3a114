/** Commands that stand together on a page, and what the page says of them. */
export interface CommandBlock {
  readonly page: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** As one would paste it into a shell. */
  readonly text: string;
  /** Absent: the page says nothing, which a test does not allow. */
  readonly mark?: Mark;
}

/** `<!-- run by FILE -->` or `<!-- not run: REASON -->` above a block; with "commands here:" in front it holds for the whole page. */
export type Mark =
  | { readonly kind: "run"; readonly by: string }
  | { readonly kind: "not-run"; readonly reason: string };

/** Blocks with the language sh, console or bash, and others (indented ones too) in which a line begins with a command. */
export function commandBlocks(page: string, text: string): readonly CommandBlock[] {
  const lines = text.split("\n");
  const pageMark = lines.map((line) => markIn(line, PAGE_MARK)).find((mark) => mark !== undefined);
  return paragraphsOfCode(lines)
    .filter(({ language, body }) => SHELLS.has(language) || (language === "" && body.some(beginsWithCommand)))
    .map(({ first, body }) => {
      const mark = markIn(body[0] ?? "", INNER_MARK) ?? markAbove(lines, first) ?? pageMark;
      return { page, line: first + 1, text: `${body.join("\n")}\n`, ...(mark && { mark }) };
    });
}

/** The commands of a block, each with its words; comments, quotes and what a here-document has are left out. */
export function commandsOf(text: string): readonly (readonly string[])[] {
  return withoutHereDocuments(text)
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .flatMap((line) => line.replace(/(^|\s)#.*$/, "").split(/&&|\|\||[|;&]|\$\(/))
    .map((command) => command.replaceAll(/["']/g, "").trim().split(/\s+/).filter(Boolean))
    .filter((words) => words.length > 0);
}

const SHELLS: ReadonlySet<string> = new Set(["sh", "console", "bash"]);

const PROGRAMS =
  /^(?:\$ )?(?:sudo |env )?(?:kubectl|helm|dnsalias|npm|npx|node|dig|kdig|delv|curl|git|docker|cosign|etcdctl|pdnsutil|rndc|knotc|apt-get|\.ci\/run|test\/env\/install)(?:\s|$)/;

const PAGE_MARK = /^<!-- commands here: (?:run by (?<by>\S+)|not run: (?<reason>.+)) -->$/;
const BLOCK_MARK = /^\s*<!-- (?:run by (?<by>\S+)|not run: (?<reason>.+)) -->$/;
const INNER_MARK = /^# not run: (?<reason>.+)$/;

/** Lines of code that are together on a page. */
interface Code {
  readonly language: string;
  /** The index of the first line: of the fence, where there is one. */
  readonly first: number;
  readonly body: readonly string[];
}

/** The fenced blocks and the indented paragraphs of a page, in their order. */
export function paragraphsOfCode(lines: readonly string[]): readonly Code[] {
  const found: Code[] = [];
  for (let index = 0; index < lines.length;) {
    const code = fencedAt(lines, index) ?? indentedAt(lines, index);
    index = code === undefined ? index + 1 : code.end;
    found.push(...(code === undefined ? [] : [code]));
  }
  return found;
}

function fencedAt(lines: readonly string[], first: number): (Code & { readonly end: number }) | undefined {
  const language = /^\s*```(?<language>\w*)$/.exec(lines[first] ?? "")?.groups?.["language"];
  if (language === undefined) {
    return undefined;
  }
  const close = lines.findIndex((line, index) => index > first && /^\s*```$/.test(line));
  const end = close === -1 ? lines.length : close;
  return { language, first, body: lines.slice(first + 1, end), end: end + 1 };
}

function indentedAt(lines: readonly string[], first: number): (Code & { readonly end: number }) | undefined {
  const rest = lines.slice(first);
  const length = rest.findIndex((line) => !line.startsWith("    "));
  const body = rest.slice(0, length === -1 ? rest.length : length).map((line) => line.slice(4));
  return body.length === 0 ? undefined : { language: "", first, body, end: first + body.length };
}

function beginsWithCommand(line: string): boolean {
  return PROGRAMS.test(line);
}

/** The last line above that is not empty. */
function markAbove(lines: readonly string[], first: number): Mark | undefined {
  const above = lines.slice(0, first).findLast((line) => line.trim() !== "");
  return above === undefined ? undefined : markIn(above, BLOCK_MARK);
}

function markIn(line: string, pattern: RegExp): Mark | undefined {
  const groups = pattern.exec(line)?.groups;
  if (groups === undefined) {
    return undefined;
  }
  const { by, reason = "" } = groups;
  return by === undefined ? { kind: "not-run", reason } : { kind: "run", by };
}

function withoutHereDocuments(text: string): string {
  return text.replaceAll(/<<'?(\w+)'?([^\n]*)\n[\s\S]*?\n\1(?=\n|$)/g, "$2");
}
