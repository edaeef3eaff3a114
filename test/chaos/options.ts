import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { MAX_SEED, parseSeed } from "../support/property.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly kills: number;
  /** Without the start and the end. */
  readonly minutes: number;
  /** A file for everything that the judge was told, a JSON text a line. */
  readonly record: string | undefined;
  /** The program. Defaults to the sources. */
  readonly main: string | undefined;
}

export const HELP = `Usage: npm run chaos -- [--seed S] [--kills N] [--minutes M] [--record FILE] [--help]

Kills controllers, cuts networks, and restarts servers at random moments, and queries every
name server all the time. It needs root, because each controller has a network namespace.

It prints the seed and a table, and ends with exit code 1 if an answer was blank, wrong, or
older than an earlier one, if a record is left over, if a record of another owner changed,
or if a process ended by itself.

  --seed S       Repeats the schedule of a run. S is from 0 to ${MAX_SEED}.
                 Defaults to a random one.
  --kills N      Number of SIGKILLs of controllers. Defaults to 1000.
  --minutes M    Duration of the schedule. Defaults to 75. Start and end take about 3 more.
  --record FILE  Writes all answers to FILE.
  --main FILE    The program. Defaults to src/main.ts.
  --help         Print this text.
`;

export type OptionsResult =
  | { readonly kind: "ok"; readonly options: ChaosOptions }
  | { readonly kind: "help" }
  | { readonly kind: "invalid"; readonly message: string };

export function parseChaosOptions(words: readonly string[]): OptionsResult {
  try {
    const { values } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: false });
    if (values.help === true) {
      return { kind: "help" };
    }
    return {
      kind: "ok",
      options: {
        seed: values.seed === undefined ? randomInt(MAX_SEED + 1) : parseSeed(values.seed),
        kills: numberOf("--kills", values.kills ?? "1000"),
        minutes: numberOf("--minutes", values.minutes ?? "75"),
        record: values.record,
        main: values.main,
      },
    };
  } catch (error) {
    return { kind: "invalid", message: error instanceof Error ? error.message : String(error) };
  }
}

const OPTIONS = {
  seed: { type: "string" },
  kills: { type: "string" },
  minutes: { type: "string" },
  record: { type: "string" },
  main: { type: "string" },
  help: { type: "boolean" },
} as const;

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100_000)) {
    throw new Error(`${option} takes a number over 0, and "${text}" is not one`);
  }
  return value;
}
