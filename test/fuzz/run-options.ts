import { parseArgs } from "node:util";
import { parseSeed } from "../support/property.ts";

export interface RunOptions {
  /** Undefined: each file once. */
  readonly seconds: number | undefined;
  /** How many random histories of a cluster to play in place of the property tests. */
  readonly histories: number | undefined;
  /** Undefined: a random one for each round. */
  readonly seed: number | undefined;
  /** Empty: every file with a property test. */
  readonly files: readonly string[];
  readonly help: boolean;
}

export const HELP = `Usage: npm run fuzz -- [--seconds N] [--seed S] [--file F]... [--help]
       npm run fuzz -- --histories N [--seed S]

Runs the property tests with random seeds. A round runs each file once, all with one seed.
It prints the seed of each run. At a counterexample it prints the command that repeats the
run, and ends with exit code 1.

  --seconds N  Repeat rounds, and start no run after N seconds. Defaults to one round.
  --seed S     Use this seed instead of random ones. S is from 0 to 2147483647.
  --file F     Run only this file. Can be repeated. Defaults to the property tests in
               test/fuzz and test/unit, and those with CoreDNS in test/integration/coredns.
  --histories N
               Play N random histories of a cluster in place of the property tests, 100 in
               each round. A history with a fault doesn't end it, so that it counts them.
  --help       Print this text.

docs/contributing/counterexamples.md describes what to do with a counterexample.
`;

export type OptionsResult =
  | { readonly kind: "ok"; readonly options: RunOptions }
  | { readonly kind: "invalid"; readonly message: string };

export function parseOptions(words: readonly string[]): OptionsResult {
  try {
    const { values } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: false });
    const { seconds, histories, seed, file: files = [], help = false } = values;
    if (histories !== undefined && (seconds !== undefined || files.length > 0)) {
      throw new Error("--histories can't be used with --seconds or --file");
    }
    return {
      kind: "ok",
      options: {
        seconds: seconds === undefined ? undefined : parseCount("seconds", seconds),
        histories: histories === undefined ? undefined : parseCount("histories", histories),
        seed: seed === undefined ? undefined : parseSeed(seed),
        files,
        help,
      },
    };
  } catch (error) {
    return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
  }
}

const OPTIONS = {
  seconds: { type: "string" },
  histories: { type: "string" },
  seed: { type: "string" },
  file: { type: "string", multiple: true },
  help: { type: "boolean" },
} as const;

function parseCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    throw new Error(`--${option} takes a whole number from 1 to 9999999, and "${text}" is not one`);
  }
  return Number(text);
}
