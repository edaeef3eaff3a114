import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { parseSeed } from "../support/property.ts";

export interface MutantOptions {
  readonly seed: number;
  readonly count: number;
  /** Like "src/dns". */
  readonly folders: readonly string[];
  readonly unitOnly: boolean;
  /** Only the tests below these folders; empty: all. */
  readonly tests: readonly string[];
  readonly jobs: number;
  /** How long the tests other than unit tests may take for one mutant. */
  readonly limitMs: number;
  /** Run the kept rows instead of random mutants: these ones, or all if it is empty. */
  readonly rows: readonly string[] | undefined;
  readonly help: boolean;
}

export const HELP = `Usage: npm run mutants -- [--seed S] [--count N] [--folder F]... [--unit-only]
                          [--tests F]... [--jobs N] [--limit-seconds N]
       npm run mutants -- --rows [ID]...

Changes src in one place at a time, in a copy of the tree, and runs the tests that run the
changed text: the unit tests, then the fuzz, contract, and integration tests. It ends with
exit code 1 if fewer mutants are killed than docs/contributing/mutants.md wants.

  --seed S           Draw other mutants. Defaults to 1.
  --count N          How many. Defaults to 100.
  --folder F         Draw from this folder or file only, for example src/dns. Can be repeated.
  --unit-only        Run only the unit tests.
  --tests F          Run only tests of this folder, for example test/integration/kube. Can be
                     repeated. Which test runs what need not be measured for the others.
  --jobs N           Judge N mutants at once. Defaults to the number of processors.
  --limit-seconds N  Start no further test for a mutant after N seconds of tests other than
                     unit tests; it has survived then. Defaults to 600.
  --rows [ID]...     Apply the changes in test/mutants/rows, and run the tests that must fail.
                     Defaults to all rows.
  --help             Print this text.
`;

export type OptionsResult =
  | { readonly kind: "ok"; readonly options: MutantOptions }
  | { readonly kind: "invalid"; readonly message: string };

export function parseOptions(words: readonly string[]): OptionsResult {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
    const { seed = "1", count = "100", folder = ["src"], rows = false, help = false } = values;
    if (positionals.length > 0 && !rows) {
      throw new Error(`unknown word "${positionals[0] ?? ""}"`);
    }
    return {
      kind: "ok",
      options: {
        seed: parseSeed(seed),
        count: whole("--count", count),
        folders: folder.map(withoutSlash),
        unitOnly: values["unit-only"] ?? false,
        tests: (values.tests ?? []).map(withoutSlash),
        jobs: whole("--jobs", values.jobs ?? String(availableParallelism())),
        limitMs: 1000 * whole("--limit-seconds", values["limit-seconds"] ?? "600"),
        rows: rows ? positionals : undefined,
        help,
      },
    };
  } catch (error) {
    return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
  }
}

const OPTIONS = {
  seed: { type: "string" },
  count: { type: "string" },
  folder: { type: "string", multiple: true },
  "unit-only": { type: "boolean" },
  tests: { type: "string", multiple: true },
  jobs: { type: "string" },
  "limit-seconds": { type: "string" },
  rows: { type: "boolean" },
  help: { type: "boolean" },
} as const;

function withoutSlash(folder: string): string {
  return folder.replace(/\/+$/, "");
}

function whole(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new Error(`${option} takes a whole number from 1 to 999999, and "${text}" is not one`);
  }
  return Number(text);
}
