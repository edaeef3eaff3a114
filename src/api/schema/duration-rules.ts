import { DURATION_PATTERN, parseDuration } from "./duration.ts";
import type { TextsAt } from "./name-rules.ts";
import { rule, type Rule } from "./rule.ts";

/** The bounds of a duration, as users write them. */
export interface DurationRange {
  readonly least: string;
  readonly most: string;
  readonly example: string;
}

/** The rule for a duration of GEP-2257 within the bounds. */
export function durationRule<Spec>({ least, most, example }: DurationRange, texts: TextsAt<Spec>): Rule<Spec> {
  const [leastMs = 0, mostMs = 0] = [parseDuration(least), parseDuration(most)];
  return rule({
    ...texts,
    cel: `self.matches(r'${DURATION_PATTERN}') && duration(self) >= duration('${least}') && duration(self) <= duration('${most}')`,
    message: `invalid duration: use ${least} to ${most}, for example ${example}`,
    holds: (text) => {
      const ms = parseDuration(text);
      return ms !== undefined && ms >= leastMs && ms <= mostMs;
    },
  });
}
