import type { Millis } from "../../base/clock.ts";
import { markup, type Html } from "./html.ts";
import { agoText, spanText } from "./span-text.ts";
import type { AliasView, SelectionView } from "./status-view.ts";

/** Which targets are selected, why, and how long a switch takes. */
export function selectionSection(
  { targets, reason, lastTransitionTime, boundMs, problem }: SelectionView,
  now: Millis,
): Html {
  const bound = boundMs === undefined ? "no healthy standby" : `a switch takes at most ${spanText(boundMs)}`;
  return markup`<p class="selection">
      Selected: <strong>${targets.join(", ")}</strong> (${reason})
      <time datetime="${lastTransitionTime}">${agoText(now, lastTransitionTime)}</time> · ${bound}
    </p>
    ${problem === undefined ? undefined : markup`<p class="why"><strong>${problem.reason}</strong> ${problem.message}</p>`}`;
}

/** The share of a target for its caption. Empty without weights. */
export function shareText({ share }: AliasView["targets"][number]): string {
  if (share === undefined) {
    return "";
  }
  const { wanted, published } = share;
  return ` · share ${published} %${wanted === published ? "" : ` instead of ${wanted} %`}`;
}

/** The health of a target for its caption; empty without a health check. */
export function healthText(target: AliasView["targets"][number], now: Millis): Html | undefined {
  const { name, health, healthTransitionTime, message } = target;
  if (health === undefined) {
    return undefined;
  }
  const since = healthTransitionTime ?? "";
  return markup` · ${name}: ${health} since <time datetime="${since}">${agoText(now, since)}</time>${message === undefined ? "" : `, ${message}`}`;
}
