import assert from "node:assert/strict";
import { test } from "node:test";
import { type SentenceKind, sentencesOf } from "../../prose/sentences.ts";

const cases: readonly {
  readonly name: string;
  readonly kind: SentenceKind;
  readonly text: string;
  readonly want: readonly [number, string][];
}[] = [
  {
    name: "sentences of a paragraph, joined over lines",
    kind: "docs",
    text: "# A heading that has many words\n\nThe first one is\nlong enough. The second one is too.\n",
    want: [
      [3, "The first one is long enough."],
      [3, "The second one is too."],
    ],
  },
  {
    name: "list items and cells of a table are apart; code and short texts are left out",
    kind: "docs",
    text: "- one item with five words\n\n```sh\nthis is code and no sentence\n```\n| a | a cell with five words |\n",
    want: [
      [1, "one item with five words"],
      [6, "a cell with five words"],
    ],
  },
  {
    name: "the target of a link is left out",
    kind: "docs",
    text: "See [the page](https://example.com/a b c) for more words.",
    want: [[1, "See [the page] for more words."]],
  },
  {
    name: "a message without its label",
    kind: "messages",
    text: "option | Print the version of dnsalias.\nlog warn | lease lost\n",
    want: [[1, "Print the version of dnsalias."]],
  },
  {
    name: "comments, and no code",
    kind: "comments",
    text: "/** Returns the name of it. */\nconst a = b + c + d + e;\n// Another comment of five words.\n",
    want: [
      [1, "Returns the name of it."],
      [3, "Another comment of five words."],
    ],
  },
];

for (const { name, kind, text, want } of cases) {
  test(`sentences: ${name}`, () => {
    assert.deepEqual(
      sentencesOf(kind, text).map((sentence) => [sentence.line, sentence.text]),
      want,
    );
  });
}
