import { globSync, readFileSync } from "node:fs";
import { seededRandom } from "../support/property.ts";
import type { Mutant } from "./mutant.ts";
import { mutantsOf } from "./mutate.ts";

/** Every mutant of the files below the folders, like "src/dns"; the same ones in the same order for the same sources. */
export function allMutants(folders: readonly string[]): readonly Mutant[] {
  return globSync(folders.map((folder) => (folder.endsWith(".ts") ? folder : `${folder}/**/*.ts`)))
    .sort()
    .flatMap((file) => mutantsOf(file, readFileSync(file, "utf8")));
}

/** At most `count` of them, in random order. A larger count begins with the ones of a smaller count. */
export function draw<T>(all: readonly T[], count: number, seed: number): readonly T[] {
  const random = seededRandom(seed);
  const pool = [...all];
  const drawn: T[] = [];
  while (drawn.length < count && pool.length > 0) {
    drawn.push(...pool.splice(Math.floor(random() * pool.length), 1));
  }
  return drawn;
}
