import type { LookupResult } from "../../dns/lookup-result.ts";
import { onEmpty } from "./empty.ts";
import { onFailure } from "./failure.ts";
import { onPositive } from "./positive.ts";
import type { TargetAnswer } from "../target-answer.ts";
import type { HoldContext, HoldState } from "./state.ts";

/**
 * Returns the state of a key after one more answer. The state has the addresses, the time of the next lookup (`nextAt`), and the
 * server that this lookup avoids. The rules are in docs/concepts/freshness.md.
 */
export function step(state: HoldState, result: LookupResult, context: HoldContext): HoldState {
  switch (result.kind) {
    case "positive":
      return onPositive(state, result, context);
    case "nodata":
      return onEmpty(state, result, context);
    case "nxdomain":
      return onEmpty(state, contradicts(result, context.sibling) ? { ...result, kind: "nodata" } : result, context);
    case "failure":
      return onFailure(state, result, context);
  }
}

/**
 * True if NXDOMAIN can't be correct, because the other family has addresses. NXDOMAIN applies to a name, not to a type (RFC 8020).
 * Some servers return it for a type that they don't support, instead of NODATA (RFC 4074 section 4.2).
 */
export function contradicts({ kind }: LookupResult, sibling: TargetAnswer | undefined): boolean {
  return kind === "nxdomain" && sibling?.outcome.kind === "positive";
}
