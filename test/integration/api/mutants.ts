import { constantFrom, FUZZ_SEED, integer, sample, tuple } from "../../support/property.ts";

/**
 * Good specs with one value, somewhere, put out of order: taken away, doubled, or replaced by something of another type or out of range.
 * The same ones in every run with the same seed.
 */
export function mutantsOf(specs: readonly unknown[], count: number): readonly unknown[] {
  const draws = sample(tuple(constantFrom(...specs), integer({ min: 0, max: 1_000_000 }), constantFrom(...CHANGES)), {
    numRuns: count,
    seed: FUZZ_SEED,
  });
  return draws.map(([spec, at, change]) => {
    const places = placesIn(spec);
    return changed(spec, places[at % places.length] ?? [], change);
  });
}

type Step = string | number;
type Change = { readonly kind: "remove" | "double" } | { readonly kind: "replace"; readonly by: unknown };

const VALUES: readonly unknown[] = [
  null,
  "",
  "x",
  "Fallback",
  "a.example",
  "192.0.2.1",
  0,
  -1,
  1,
  2.5,
  100_000,
  true,
  [],
  {},
  [null],
  { a: null },
];
const CHANGES: readonly Change[] = [
  { kind: "remove" },
  { kind: "double" },
  ...VALUES.map((by): Change => ({ kind: "replace", by })),
];

/** The path of every value below the spec. */
function placesIn(value: unknown, at: readonly Step[] = []): readonly (readonly Step[])[] {
  const entries: readonly (readonly [Step, unknown])[] = Array.isArray(value)
    ? value.map((member: unknown, index) => [index, member] as const)
    : Object.entries(typeof value === "object" && value !== null ? value : {});
  return entries.flatMap(([step, member]) => [[...at, step], ...placesIn(member, [...at, step])]);
}

function changed(value: unknown, path: readonly Step[], change: Change): unknown {
  const [step, ...rest] = path;
  if (Array.isArray(value) && typeof step === "number") {
    const member: unknown = value[step];
    return value.toSpliced(
      step,
      1,
      ...(rest.length > 0 ? [changed(member, rest, change)] : replacements(member, change)),
    );
  }
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(value ?? {}));
  const name = String(step);
  const [first, second] = rest.length > 0 ? [changed(copy[name], rest, change)] : replacements(copy[name], change);
  delete copy[name];
  if (first !== undefined) {
    copy[name] = first;
  }
  return second === undefined ? copy : { ...copy, [`${name}s`]: second };
}

function replacements(member: unknown, change: Change): readonly unknown[] {
  if (change.kind === "replace") {
    return [change.by];
  }
  return change.kind === "remove" ? [] : [member, member];
}
