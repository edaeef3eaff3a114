import assert from "node:assert/strict";

type Step = string | number;

/** What stands at a path of parsed JSON or YAML; undefined where there is nothing. */
export function valueAt(value: unknown, ...path: readonly Step[]): unknown {
  return path.reduce<unknown>((current, step) => {
    const isBranch = typeof current === "object" && current !== null;
    return isBranch ? Object.entries(current).find(([key]) => key === String(step))?.[1] : undefined;
  }, value);
}

/** As {@link valueAt}, for a text; fails where there is none. */
export function textAt(value: unknown, ...path: readonly Step[]): string {
  const found = valueAt(value, ...path);
  assert.ok(typeof found === "string", `no text at ${path.join(".")}`);
  return found;
}

/** As {@link valueAt}, for a list; an absent one is empty. */
export function listAt(value: unknown, ...path: readonly Step[]): readonly unknown[] {
  const found = valueAt(value, ...path) ?? [];
  assert.ok(Array.isArray(found), `no list at ${path.join(".")}`);
  return found;
}

/** As {@link valueAt}, for the members of a mapping; an absent one has none. */
export function membersAt(value: unknown, ...path: readonly Step[]): readonly (readonly [string, unknown])[] {
  const found = valueAt(value, ...path) ?? {};
  assert.ok(typeof found === "object" && found !== null, `no mapping at ${path.join(".")}`);
  return Object.entries(found);
}
