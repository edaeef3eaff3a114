import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContractBackend } from "./contract-backend.ts";
import { openScene } from "./scene.ts";
import { STEPS, tidy, type Step, type StepName } from "./steps.ts";

export interface ContractOptions {
  /** As the option of node:test: the reason why the server is not here. */
  readonly skip?: string | false;
  /** Default: every step. */
  readonly only?: StepName;
}

/**
 * The promises that every provider keeps, walked through on one zone of one server. After each state the plan has to be empty and the server has to hold exactly what
 * was there before, what is wanted, and its markers.
 */
export function providerContract(
  name: string,
  setup: () => Promise<ContractBackend>,
  { skip = false, only }: ContractOptions = {},
): void {
  test(`contract: ${name}`, { skip }, async (t) => {
    await using under = await setup();
    const cannot: Readonly<Partial<Record<StepName, string>>> = under.cannot ?? {};
    const scene = await openScene(under);
    await t.test("says what the server can do", () => {
      assert.deepEqual(under.backend.capabilities, under.capabilities);
    });
    for (const step of STEPS.filter((each) => isFor(under, each) && (only ?? each.name) === each.name)) {
      await t.test(step.name, { skip: cannot[step.name] ?? false }, async () => {
        await step.run(scene);
        await tidy(scene);
      });
    }
  });
}

/** The server can hold the type that the step is about, and has the rule that it needs. */
function isFor({ capabilities, rejected }: ContractBackend, { needs, needsRejection }: Step): boolean {
  if (needsRejection === true && rejected === undefined) {
    return false;
  }
  return needs === undefined || capabilities.lacks?.includes(needs) !== true;
}
