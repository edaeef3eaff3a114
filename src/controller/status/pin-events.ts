import type { Clock } from "../../base/clock.ts";
import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { pinIn, pinOf } from "../../plan/select/pin.ts";
import type { Observer } from "../ports/observer.ts";
import type { ReportedEvent, Reporter } from "../ports/reporter.ts";

/** The Events for a pin that begins or ends, from the change of the status. A restart therefore repeats none. */
function pinEvents(before: AliasStatus | undefined, after: AliasStatus): readonly ReportedEvent[] {
  const [was, is] = [pinnedText(before), pinnedText(after)];
  if (is !== undefined && is !== was) {
    return [{ type: "Normal", reason: "Pinned", message: `${is}.` }];
  }
  return was !== undefined && is === undefined
    ? [{ type: "Normal", reason: "PinEnded", message: "The pin has ended. The addresses of the targets apply again." }]
    : [];
}

function pinnedText(status: AliasStatus | undefined): string | undefined {
  return pinIn(status?.conditions.find(({ type }) => type === "Programmed")?.message ?? "");
}

export interface PinReportDeps {
  readonly clock: Clock;
  readonly reporter: Pick<Reporter, "event">;
  readonly observer: Pick<Observer, "pinned">;
  /** The invalid values of annotations that were reported. */
  readonly badPins: Map<ObjectKey, string>;
}

/** Reports the pin of an alias after an update of its status. `after`: undefined if the alias no longer exists. */
export function reportPin(
  { clock, reporter, observer, badPins }: PinReportDeps,
  key: ObjectKey,
  before: DnsAlias | undefined,
  after: DnsAlias | undefined,
): void {
  const { pin, problem } = after === undefined ? {} : pinOf(after, clock.now());
  observer.pinned(key, pin !== undefined && after?.spec.paused === false);
  if (after?.status !== undefined) {
    pinEvents(before?.status, after.status).forEach((event) => reporter.event(after, event));
  }
  // The end of a pin isn't a mistake. An annotation whose time was over before it had an effect is one.
  const isEnd = problem?.isOver === true && pinnedText(before?.status) !== undefined;
  if (after === undefined || problem === undefined) {
    badPins.delete(key);
  } else if (badPins.get(key) !== problem.value) {
    badPins.set(key, problem.value);
    if (!isEnd) {
      reporter.event(after, { type: "Warning", reason: "BadAnnotation", message: problem.message });
    }
  }
}
