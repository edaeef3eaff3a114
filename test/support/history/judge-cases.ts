import assert from "node:assert/strict";
import { test } from "node:test";
import { rules, startProduct, type Product } from "./judged-product.ts";

/** A product that the judge has to find right or wrong. */
export interface JudgeCase {
  readonly name: string;
  /** The rules that the judge has to name; none for a product that is right. */
  readonly want: readonly string[];
  readonly play: (product: Product) => Promise<void> | void;
}

/** Plays each case with a product of its own. */
export function testJudge(cases: readonly JudgeCase[]): void {
  for (const { name, want, play } of cases) {
    test(name, async () => {
      const product = await startProduct();
      await play(product);
      const found = rules(product).filter((rule) => rule !== "status" && rule !== "ready");
      assert.deepEqual(found, want, product.stage.judge.faults.join("\n"));
    });
  }
}
