import type { LookupResult } from "../../dns/lookup-result.ts";
import { onEmpty } from "./empty.ts";
import { onFailure } from "./failure.ts";
import { onPositive } from "./positive.ts";
import type { TargetAnswer } from "../target-answer.ts";
import type { HoldContext, HoldState } from "./state.ts";

/**
 * Returns the state of a key after one more answer: its addresses, the time of the next lookup (`nextAt`, in milliseconds since the epoch), and the server to
 * avoid then. The rules are in docs/concepts/freshness.md.
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
 * NXDOMAIN is for a name, not for a type (RFC 8020). It can't be true while the other family has addresses. Some servers return
 * it for a type that they don't support, instead of NODATA (RFC 4074 section 4.2).
 */
export function contradicts({ kind }: LookupResult, sibling: TargetAnswer | undefined): boolean {
  return kind === "nxdomain" && sibling?.outcome.kind === "positive";
}
