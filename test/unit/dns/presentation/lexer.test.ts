import assert from "node:assert/strict";
import { test } from "node:test";
import { lexZoneFile } from "../../../../src/dns/presentation/lexer.ts";

/** Each entry: "_" for a blank owner, then its words as LINE:COLUMN=WORD; quoted words in double quotes. A problem is "! LINE:COLUMN message". */
function lex(text: string): readonly string[] {
  const { entries, problems } = lexZoneFile(text);
  return [
    ...entries.map(({ tokens, ownerIsBlank }) => {
      const words = tokens.map(({ raw, quoted, line, column }) => `${line}:${column}=${quoted ? `"${raw}"` : raw}`);
      return [...(ownerIsBlank ? ["_"] : []), ...words].join(" ");
    }),
    ...problems.map(({ line, column, message }) => `! ${line}:${column} ${message}`),
  ];
}

const OPEN = "this parenthesis is never closed: add a )";
const QUOTE = 'this quoted string does not end on its line: add a "';
const CONTROL = "a control character: remove it, or write it as \\DDD";

const CASES: readonly (readonly [text: string, want: readonly string[]])[] = [
  ["", []],
  ["\n\n  \n", []],
  ["a b", ["1:1=a 1:3=b"]],
  ["a b\nc\n", ["1:1=a 1:3=b", "2:1=c"]],
  ["a\r\nb\r\n", ["1:1=a", "2:1=b"]],
  ["a\tb", ["1:1=a 1:3=b"]],
  // An owner that is left out.
  [" a\n\tb\nc", ["_ 1:2=a", "_ 2:2=b", "3:1=c"]],
  ["a\n  ; nothing\n b", ["1:1=a", "_ 3:2=b"]],
  // Comments.
  ["; all\na ; rest (\nb", ["2:1=a", "3:1=b"]],
  ["a;b", ["1:1=a"]],
  ["a ; to the end", ["1:1=a"]],
  // Parentheses join lines.
  ["a (b\n c) d\ne", ["1:1=a 1:4=b 2:2=c 2:5=d", "3:1=e"]],
  ["a((b\n)c\n)\nd", ["1:1=a 1:4=b 2:2=c", "4:1=d"]],
  ["a ( ; )\nb )", ["1:1=a 2:1=b"]],
  ["a (\n\nb\n)", ["1:1=a 3:1=b"]],
  ["(\na\n)", ["2:1=a"]],
  ["a (b", [`! 1:3 ${OPEN}`]],
  ["a\nb (\n ( c", ["1:1=a", `! 2:3 ${OPEN}`]],
  ["a ( b )\nc (", ["1:1=a 1:5=b", `! 2:3 ${OPEN}`]],
  ["a ( (b) ", [`! 1:3 ${OPEN}`]],
  ["a ) b", ["! 1:3 there is no ( for this ): remove it"]],
  ["a ( b ) )", ["! 1:9 there is no ( for this ): remove it"]],
  // Quotes.
  ['a "b c" d', ['1:1=a 1:3="b c" 1:9=d']],
  ['"" x', ['1:1="" 1:4=x']],
  ['a "b;(c)"', ['1:1=a 1:3="b;(c)"']],
  ['a "b\\"c"', ['1:1=a 1:3="b\\"c"']],
  ['a "b\\\\" c', ['1:1=a 1:3="b\\\\" 1:9=c']],
  ['alpn="h2,h3" x', ['1:1=alpn="h2,h3" 1:14=x']],
  ['a="b c"d', ['1:1=a="b c"d']],
  ['a "b', [`! 1:3 ${QUOTE}`]],
  ['a "b\nc"', [`! 1:3 ${QUOTE}`]],
  ['a "b\\\n"', [`! 1:3 ${QUOTE}`]],
  ['x k="b\n', [`! 1:3 ${QUOTE}`]],
  ['a "b\u0001c"', ['1:1=a 1:3="b\u0001c"']],
  // Escapes take the next character with them.
  ["a\\ b c", ["1:1=a\\ b 1:6=c"]],
  ["a\\;b\\(c", ["1:1=a\\;b\\(c"]],
  ["a\\\\ b", ["1:1=a\\\\ 1:5=b"]],
  ['a\\"b c', ['1:1=a\\"b 1:6=c']],
  ["a\\\nb", ["1:1=a\\", "2:1=b"]],
  ["a\\", ["1:1=a\\"]],
  // Characters that have no place in a text.
  ["a\u0000b", [`! 1:2 ${CONTROL}`]],
  ["a \u007f", [`! 1:3 ${CONTROL}`]],
  ["a\n b\u001f", ["1:1=a", `! 2:3 ${CONTROL}`]],
  ["grün.example A", ["1:1=grün.example 1:14=A"]],
];

for (const [text, want] of CASES) {
  test(`${JSON.stringify(text)} is ${want.length} ${want.length === 1 ? "line" : "lines"}`, () => {
    assert.deepEqual(lex(text), want);
  });
}
