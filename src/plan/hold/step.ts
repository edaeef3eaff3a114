import { displayName } from "../../dns/name/name.ts";
import type { LookupResult } from "../../dns/lookup-result.ts";
import { onEmpty } from "./empty.ts";
import { onFailure } from "./failure.ts";
import { onPositive } from "./positive.ts";
import type { EmptyResult, FailureResult, HoldContext, HoldState } from "./state.ts";

/**
 * What is known of a key after one more reading: what stands, when to look again (`nextAt`, in milliseconds since the epoch), and which server to
 * avoid then. The rules are in docs/concepts/freshness.md.
 */
export function step(state: HoldState, result: LookupResult, context: HoldContext): HoldState {
  switch (result.kind) {
    case "positive":
      return onPositive(state, result, context);
    case "nodata":
      return onEmpty(state, result, context);
    case "nxdomain":
      return context.sibling?.outcome.kind === "positive"
        ? onFailure(state, inconsistent(state, result), context)
        : onEmpty(state, result, context);
    case "failure":
      return onFailure(state, result, context);
  }
}

/** NXDOMAIN is for a name, not for a type (RFC 8020): it cannot be true while the other family has addresses. */
function inconsistent({ key }: HoldState, { server, chain }: EmptyResult): FailureResult {
  const other = key.family === "A" ? "AAAA" : "A";
  const detail = `${server} says that ${displayName(key.target)} does not exist, while it has ${other} records`;
  return { kind: "failure", reason: "inconsistent", detail, chain };
}
