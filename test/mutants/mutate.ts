import { type Expression, type Node, parseSync, type Statement, Visitor } from "oxc-parser";
import { classOf } from "./class.ts";
import type { Mutant } from "./mutant.ts";

/**
 * Every mutant of one source file, sorted by place: operators, conditions, guards, booleans, small numbers, words, lists, and removed calls.
 * Log calls, sentences, types, imports, and constants that are durations stay as they are.
 */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const { program, errors } = parseSync(file, source);
  const [error] = errors;
  if (error !== undefined) {
    throw new Error(`${file}: ${error.message}`);
  }
  const edits: Edit[] = [];
  const ignored: Span[] = [];
  const statements: Span[] = [];
  const context: Context = { source, words: wordsOf(source), add: (edit) => edits.push(edit) };
  new Visitor({
    BinaryExpression: (node) => mutateBinary(context, node),
    LogicalExpression: (node) => mutateLogical(context, node),
    UnaryExpression: (node) => {
      if (node.operator === "!") {
        context.add({ start: node.start, end: node.argument.start, by: "", kind: "negation" });
      }
    },
    AssignmentExpression: (node) => mutateAssignment(context, node),
    IfStatement: (node) => mutateIf(context, node),
    ConditionalExpression: (node) => negate(context, node.test),
    Literal: (node) => mutateLiteral(context, node),
    ArrayExpression: (node) => mutateArray(context, node.elements),
    CallExpression: (node) => {
      if (LOG_CALL.test(text(context, node.callee))) {
        ignored.push(node);
      }
      mutateCallee(context, node.callee);
    },
    ExpressionStatement: (node) => {
      statements.push(node);
      if (isCall(node.expression)) {
        context.add({ start: node.start, end: node.end, by: ";", kind: "call" });
      }
    },
    VariableDeclarator: (node) => {
      if (DURATION.test(text(context, node.id)) && node.init !== null) {
        ignored.push(node.init);
      }
    },
    ImportDeclaration: (node) => void ignored.push(node),
    ImportExpression: (node) => void ignored.push(node),
    ExportNamedDeclaration: (node) => void (node.source === null || ignored.push(node)),
    TSTypeAliasDeclaration: (node) => void ignored.push(node),
    TSInterfaceDeclaration: (node) => void ignored.push(node),
    TSTypeAnnotation: (node) => void ignored.push(node),
    TSTypeParameterInstantiation: (node) => void ignored.push(node),
    Property: (node) => void ignored.push(node.key),
  }).visit(program);
  const kept = edits.filter((edit) => !ignored.some(({ start, end }) => start <= edit.start && edit.end <= end));
  return kept
    .filter((edit) => !isRemovedLog(source, edit))
    .map((edit) => toMutant(file, source, edit, statements))
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.by < b.by ? -1 : 1));
}

interface Span {
  readonly start: number;
  readonly end: number;
}
interface Edit extends Span {
  readonly by: string;
  readonly kind: string;
  /** Where the changed expression begins, if that isn't `start`. */
  readonly runsAt?: number;
}
interface Context {
  readonly source: string;
  /** The words in quotes that the file has, in order, each once. */
  readonly words: readonly string[];
  readonly add: (edit: Edit) => void;
}

const LOG_CALL = /(?:^|\.)log\??\.(?:debug|info|warn|error)$/;
const DURATION = /(?:^|_)(?:MS|SECONDS)$/;

/** `log.warn(…);` is wording. */
function isRemovedLog(source: string, { start, end, kind }: Edit): boolean {
  const callee = source.slice(start, end).split("(")[0] ?? "";
  return kind === "call" && LOG_CALL.test(callee);
}

const BINARY: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "<<": ">>",
  ">>": "<<",
  ">>>": "<<",
  "&": "|",
  "|": "&",
  "^": "&",
};

type Operation = Span & { readonly operator: string; readonly left: Node; readonly right: Node };

function mutateBinary(context: Context, node: Operation): void {
  const by = BINARY[node.operator];
  if (by !== undefined && !(node.operator === "+" && isText(context, node))) {
    replaceOperator(context, node, by, "operator");
  }
}

function mutateLogical(context: Context, node: Operation): void {
  if (node.operator === "??") {
    context.add({
      start: endOfOperand(context, node.left),
      end: node.end,
      by: "",
      kind: "fallback",
      runsAt: node.start,
    });
  } else {
    replaceOperator(context, node, node.operator === "&&" ? "||" : "&&", "operator");
  }
}

const ASSIGNMENT: Readonly<Record<string, string>> = {
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "<<=": ">>=",
  ">>=": "<<=",
  "|=": "&=",
  "&=": "|=",
  "??=": "=",
  "||=": "&&=",
  "&&=": "||=",
};

function mutateAssignment(context: Context, node: Operation): void {
  const by = ASSIGNMENT[node.operator];
  if (by !== undefined && !(node.operator === "+=" && isText(context, node))) {
    replaceOperator(context, node, by, "assignment");
  }
}

/** A concatenation: the compiler refuses to subtract texts, so it isn't worth a draw. */
function isText(context: Context, { left, right }: Operation): boolean {
  return [left, right].some((side) => /["'`]/.test(text(context, side).charAt(0)));
}

function replaceOperator(
  context: Context,
  { start: runsAt, left, operator }: Operation,
  by: string,
  kind: string,
): void {
  const start = context.source.indexOf(operator, left.end);
  context.add({ start, end: start + operator.length, by, kind, runsAt });
}

function endOfOperand({ source }: Context, left: Span): number {
  let end = left.end;
  while (source.startsWith(")", end)) {
    end += 1;
  }
  return end;
}

type If = Span & { readonly test: Expression; readonly consequent: Statement; readonly alternate: Statement | null };

function mutateIf(context: Context, { test, consequent, alternate }: If): void {
  negate(context, test);
  if (alternate === null && leaves(consequent)) {
    context.add({ start: test.start, end: test.end, by: "false", kind: "guard" });
  }
}

/** A comparison and a negation have mutants of their own that say the same. */
function negate(context: Context, test: Expression): void {
  const isEquality = test.type === "BinaryExpression" && (test.operator === "===" || test.operator === "!==");
  if (!isEquality && test.type !== "UnaryExpression") {
    const { start, end } = test;
    context.add({ start, end, by: `!(${context.source.slice(start, end)})`, kind: "condition" });
  }
}

function leaves(statement: Statement): boolean {
  const last = statement.type === "BlockStatement" ? statement.body.at(-1) : statement;
  return last !== undefined && EXITS.has(last.type);
}
const EXITS: ReadonlySet<string> = new Set([
  "ReturnStatement",
  "ContinueStatement",
  "BreakStatement",
  "ThrowStatement",
]);

function mutateLiteral(context: Context, node: Span & { readonly value: unknown }): void {
  const { start, end, value } = node;
  if (typeof value === "boolean") {
    context.add({ start, end, by: String(!value), kind: "boolean" });
  }
  if (typeof value === "number" && Number.isInteger(value) && value < 10 && /^\d$/.test(text(context, node))) {
    context.add({ start, end, by: String(value + 1), kind: "number" });
  }
  if (typeof value === "string" && WORD.test(value)) {
    const other = context.words[(context.words.indexOf(value) + 1) % context.words.length];
    if (other !== undefined && other !== value) {
      context.add({ start, end, by: JSON.stringify(other), kind: "word" });
    }
  }
}

/** Not a sentence, a path, or a header. The compiler refuses a word that doesn't fit. */
const WORD = /^[A-Za-z][\w-]*$/;

function wordsOf(source: string): readonly string[] {
  return [...new Set([...source.matchAll(/"([A-Za-z][\w-]*)"/g)].map(([, word]) => word ?? ""))];
}

function mutateArray(context: Context, elements: readonly (Span | null)[]): void {
  const last = elements.at(-1);
  const before = elements.at(-2);
  if (last !== undefined && last !== null && before !== null) {
    context.add({ start: before?.end ?? last.start, end: last.end, by: "", kind: "list" });
  }
}

const TWINS: readonly (readonly [RegExp, string])[] = [
  [/^Math\.min$/, "Math.max"],
  [/^Math\.max$/, "Math.min"],
  [/\.some$/, ".every"],
  [/\.every$/, ".some"],
];

function mutateCallee(context: Context, callee: Span): void {
  const name = text(context, callee);
  const twin = TWINS.find(([pattern]) => pattern.test(name));
  if (twin !== undefined) {
    const [pattern, by] = twin;
    const start = callee.start + name.search(pattern);
    context.add({ start, end: callee.end, by, kind: "twin" });
  }
}

function isCall(expression: Expression): boolean {
  if (
    expression.type === "AwaitExpression" ||
    (expression.type === "UnaryExpression" && expression.operator === "void")
  ) {
    return isCall(expression.argument);
  }
  return expression.type === "CallExpression" && expression.callee.type !== "Super";
}

function text({ source }: Context, { start, end }: Span): string {
  return source.slice(start, end);
}

function toMutant(file: string, source: string, edit: Edit, statements: readonly Span[]): Mutant {
  const before = source.slice(0, edit.start);
  const around = statements.find(({ start, end }) => start <= edit.start && edit.end <= end);
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = source.indexOf("\n", edit.end);
  const tail = source.slice(edit.end, lineEnd === -1 ? source.length : lineEnd);
  const head = source.slice(lineStart, edit.start);
  return {
    ...edit,
    runsAt: edit.runsAt ?? edit.start,
    file,
    class: classOf(file, around === undefined ? undefined : source.slice(around.start, around.end), {
      kind: edit.kind,
      before,
    }),
    place: `${before.split("\n").length}:${edit.start - lineStart + 1}`,
    before: oneLine(head + source.slice(edit.start, edit.end) + tail),
    after: oneLine(head + edit.by + tail),
  };
}

function oneLine(words: string): string {
  const joined = words.replace(/\s+/g, " ").trim();
  return joined.length > 160 ? `${joined.slice(0, 160)}…` : joined;
}
