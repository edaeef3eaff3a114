import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { MESSAGES } from "./messages.ts";
import { type SentenceKind, sentencesOf } from "./sentences.ts";

const FILES: Readonly<Record<SentenceKind, readonly string[]>> = {
  docs: ["README.md", "docs/**/*.md", "examples/**/*.md", "src/providers/**/README.md"],
  messages: [MESSAGES],
  comments: ["src/**/*.ts"],
};
const COUNT = 45;

/** `npm run prose:sample -- docs --seed 1`: prints 45 sentences for a reader. The same seed prints the same ones while their texts are the same. */
function main(): void {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { seed: { type: "string" } } });
  const kind = positionals[0];
  if (kind !== "docs" && kind !== "messages" && kind !== "comments") {
    throw new Error("usage: npm run prose:sample -- docs|messages|comments --seed N");
  }
  const files = globSync([...FILES[kind]]).filter((file) => file !== "docs/decisions.md");
  const found = files.flatMap((file) =>
    sentencesOf(kind, readFileSync(file, "utf8")).map(({ line, text }) => ({ place: `${file}:${line}`, text })),
  );
  const rank = ({ text }: { readonly text: string }): string =>
    createHash("sha256")
      .update(`${values.seed ?? "1"} ${text}`)
      .digest("hex");
  const drawn = [...new Map(found.map((sentence) => [sentence.text, sentence])).values()]
    .map((sentence) => ({ ...sentence, rank: rank(sentence) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, COUNT);
  drawn.forEach(({ place, text }, index) => process.stdout.write(`${index + 1}. ${place}\n   ${text}\n`));
}

main();
