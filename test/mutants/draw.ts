import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import type { Mutant } from "./mutant.ts";
import { mutantsOf } from "./mutate.ts";

/** Every mutant of the files below the folders, like "src/dns"; the same ones in the same order for the same sources. */
export function allMutants(folders: readonly string[]): readonly Mutant[] {
  return globSync(folders.map((folder) => (folder.endsWith(".ts") ? folder : `${folder}/**/*.ts`)))
    .sort()
    .flatMap((file) => mutantsOf(file, readFileSync(file, "utf8")));
}

/**
 * At most `count` of them, chosen by the seed. A larger count begins with the ones of a smaller count, and a change of the program changes
 * nothing but the mutants of the changed lines, so that two figures of one seed can be compared.
 */
export function draw(all: readonly Mutant[], count: number, seed: number): readonly Mutant[] {
  const seen = new Map<string, number>();
  const ranked = all.map((mutant) => {
    const { file, kind, before, after } = mutant;
    const text = JSON.stringify([file, kind, before, after]);
    const nth = (seen.get(text) ?? 0) + 1;
    seen.set(text, nth);
    return { mutant, rank: createHash("sha256").update(`${seed} ${nth} ${text}`).digest("hex") };
  });
  return ranked
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
}
