import { globSync, readFileSync } from "node:fs";
import { type Expression, type ObjectExpression, parseSync, Visitor } from "oxc-parser";
import { sentences } from "../../src/api/condition/sentence.ts";

/** The texts of the code that users see: "log warn | cannot read manifest folder". Values are shown as `{zone}`. */
export function codeTexts(): readonly string[] {
  return globSync("src/**/*.ts").flatMap((file) => textsOf(file, readFileSync(file, "utf8")));
}

const LOG_CALL = /\blog\??\.(debug|info|warn|error)$/;
/** Folders in which texts are for users: what a backend refuses, what a provider can't do, and errors of commands. */
const SHOWN = /^src\/(?:plan|providers|controller|kube|folder|cli)\//;
/** Three words or more; a shorter text is a word of the code. */
const WORDS = /^\S+ \S+ \S/;

function textsOf(file: string, source: string): readonly string[] {
  const kinds = new Map<number, string>();
  const texts: { readonly at: number; readonly text: string }[] = [];
  const objects: ObjectExpression[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: args }) => {
      const [, level] = LOG_CALL.exec(source.slice(callee.start, callee.end)) ?? [];
      const last = args.at(-1);
      if (level !== undefined && last !== undefined) {
        kinds.set(last.start, `log ${level}`);
      }
    },
    ObjectExpression: (node) => void objects.push(node),
    Property: ({ key, value }) => {
      if (source.slice(key.start, key.end) === "help") {
        kinds.set(value.start, file.startsWith("src/ops/") ? "metric" : "option");
      }
    },
    Literal: ({ start, value }) => {
      if (typeof value === "string") {
        texts.push({ at: start, text: value });
      }
    },
    TemplateLiteral: ({ start, quasis, expressions }) => {
      const values = expressions.map((one) => `{${valueName(source.slice(one.start, one.end))}}`);
      texts.push({ at: start, text: quasis.map(({ value }, index) => value.cooked + (values[index] ?? "")).join("") });
    },
  }).visit(parseSync(file, source).program);
  const textFrom = (at: number): string | undefined => texts.findLast((one) => one.at === at)?.text;
  const refusals = objects.flatMap((object) => refusalOf(object, source, textFrom));
  const others = texts.flatMap(({ at, text }) => {
    const kind = kinds.get(at) ?? (SHOWN.test(file) && WORDS.test(text) ? `text of ${roomOf(file)}` : undefined);
    return kind === undefined ? [] : [`${kind} | ${onOneLine(text)}`];
  });
  return [...refusals, ...others];
}

/** The condition of a refusal: an object with a reason, and with a message that is a text, or a `const message` of the same function. */
function refusalOf(
  object: ObjectExpression,
  source: string,
  textFrom: (at: number) => string | undefined,
): readonly string[] {
  const property = (name: string): Expression | undefined =>
    object.properties
      .filter((one) => one.type === "Property")
      .find(({ key }) => source.slice(key.start, key.end) === name)?.value;
  const [reason, message] = [property("reason"), property("message")];
  if (reason === undefined || message === undefined) {
    return [];
  }
  const [, word] = /^"([A-Z][A-Za-z]+)"/.exec(source.slice(reason.start, reason.end)) ?? [];
  const declared = /const message =\s+(?=["`])/g;
  const [last] = [...source.slice(0, object.start).matchAll(declared)].slice(-1);
  const declaredAt = last === undefined ? 0 : last.index + last[0].length;
  const isDeclared = message.type === "Identifier" && !source.slice(declaredAt, object.start).includes("\n}\n");
  const at = isDeclared ? declaredAt : message.start;
  const text = textFrom(at);
  return word === undefined || text === undefined ? [] : [`refusal ${word} | ${onOneLine(sentences([text]))}`];
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The last word of an expression: "displayName(name)" is "name". */
function valueName(expression: string): string {
  return /(\w+)\W*$/.exec(expression.split("?")[0] ?? "")?.[1] ?? "value";
}

/** "providers/coredns" */
function roomOf(file: string): string {
  return file.split("/").slice(1, -1).slice(0, 2).join("/");
}
