import { join } from "node:path";
import { parseArgs } from "node:util";

export interface Settings<Name extends string> {
  readonly numbers: Readonly<Record<Name, number>>;
  /** `--json FILE` */
  readonly json: string | undefined;
  /** `--main FILE`: the program under test; what `npm run build` makes unless said otherwise. */
  readonly main: string;
  /** `--node="FLAGS"`: flags of Node.js for the program under test, such as `--cpu-prof --cpu-prof-dir=DIR` or `--max-old-space-size=256`. */
  readonly nodeFlags: readonly string[];
  /** `--only WORD`: one part of a bench that has several. */
  readonly only: string | undefined;
}

/** Reads `--aliases 1000 --json FILE`; the defaults say which numbers there are. Throws on anything else. */
export function readSettings<Name extends string>(defaults: Readonly<Record<Name, number>>): Settings<Name> {
  const text = { type: "string" } as const;
  const names = Object.keys(defaults);
  const { values } = parseArgs({
    options: {
      json: text,
      main: text,
      node: text,
      only: text,
      ...Object.fromEntries(names.map((name) => [name, text])),
    },
  });
  const given = new Map<string, string>(Object.entries(values));
  const numbers: Record<Name, number> = { ...defaults };
  for (const name in defaults) {
    numbers[name] = numberOf(name, given.get(name)) ?? defaults[name];
  }
  return {
    numbers,
    json: given.get("json"),
    main: given.get("main") ?? join(import.meta.dirname, "..", "..", "dist", "main.js"),
    nodeFlags: (given.get("node") ?? "").split(" ").filter((flag) => flag !== ""),
    only: given.get("only"),
  };
}

function numberOf(name: string, text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : Number(text);
  if (value !== undefined && !(value > 0)) {
    throw new Error(`--${name} wants a number over 0, not "${text}"`);
  }
  return value;
}
