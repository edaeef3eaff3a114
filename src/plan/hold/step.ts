import { displayName } from "../../dns/name/name.ts";
import type { Reading } from "../../dns/lookup-result.ts";
import { onEmpty } from "./empty.ts";
import { onFailure } from "./failure.ts";
import { onPositive } from "./positive.ts";
import type { EmptyReading, FailureReading, HoldContext, HoldState } from "./state.ts";

/**
 * What is known of a key after one more reading: what stands, when to look again (`nextAt`, in milliseconds since the epoch), and which server to
 * avoid then. The rules are in docs/concepts/freshness.md.
 */
export function step(state: HoldState, reading: Reading, context: HoldContext): HoldState {
  switch (reading.kind) {
    case "positive":
      return onPositive(state, reading, context);
    case "nodata":
      return onEmpty(state, reading, context);
    case "nxdomain":
      return context.sibling?.outcome.kind === "positive"
        ? onFailure(state, inconsistent(state, reading), context)
        : onEmpty(state, reading, context);
    case "failure":
      return onFailure(state, reading, context);
  }
}

/** NXDOMAIN is for a name, not for a type (RFC 8020): it cannot be true while the other family has addresses. */
function inconsistent({ key }: HoldState, { server, chain }: EmptyReading): FailureReading {
  const other = key.family === "A" ? "AAAA" : "A";
  const detail = `${server} says that ${displayName(key.target)} does not exist, while it has ${other} records`;
  return { kind: "failure", reason: "inconsistent", detail, chain };
}
