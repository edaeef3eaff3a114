import type { Millis } from "../base/clock.ts";
import type { TargetAnswer } from "./target-answer.ts";

/** A confirmation of emptiness takes at least this long. */
const CONFIRMATION_MS: Millis = 60_000;

/**
 * True when a family is confirmed empty while the other family of the same target was still good: that family alone is gone. Families that became
 * empty together are the whole name's emptiness, though one is confirmed some seconds before the other.
 */
export function isOnlyThisFamilyEmpty({ emptySince }: TargetAnswer, other: TargetAnswer | undefined): boolean {
  return (
    emptySince !== undefined &&
    other?.lastSuccessAt !== undefined &&
    other.lastSuccessAt - emptySince >= CONFIRMATION_MS
  );
}
