import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { DRAIN_ANNOTATION, FAILBACK_AT_ANNOTATION, FORCE_ANNOTATION, PIN_ANNOTATION } from "../../api/meta.ts";
import { rfc3339 } from "../../plan/select/annotation-time.ts";
import { manualStates } from "../../plan/select/manual.ts";
import { pinOf } from "../../plan/select/pin.ts";
import type { SteerConfig } from "../config/steer-config.ts";

/** A change of one annotation, or the reason why there is none. */
export type SteerChange =
  | { readonly kind: "change"; readonly annotation: string; readonly value: string | null; readonly done: string }
  | { readonly kind: "refused"; readonly message: string };

/**
 * Returns the change of an annotation that a command makes. If the controller would ignore the value, returns the controller's
 * message instead.
 */
export function steerChange(alias: DnsAlias, config: SteerConfig, now: Millis): SteerChange {
  switch (config.command) {
    case "drain":
      return checked(alias, DRAIN_ANNOTATION, listValue(alias, config, now), now);
    case "force":
      return checked(alias, FORCE_ANNOTATION, listValue(alias, config, now), now);
    case "pin":
      return checked(alias, PIN_ANNOTATION, `${config.words.join(", ")} until ${rfc3339(now + config.forMs)}`, now);
    case "failback":
      return checked(alias, FAILBACK_AT_ANNOTATION, rfc3339(now + ROUNDED_UP_MS), now);
    case "unpin":
      return { kind: "change", annotation: PIN_ANNOTATION, value: null, done: `${PIN_ANNOTATION} is removed` };
  }
}

/** Rounds a time up to whole seconds, the precision of the annotation, because the value must be later than the last switch. */
const ROUNDED_UP_MS: Millis = 999;

/** The value of the annotation: the targets of the command, and the other targets that it already has, each with its own end. */
function listValue(alias: DnsAlias, { command, words, forMs }: SteerConfig, now: Millis): string {
  const { drained, forced } = manualStates(alias, now);
  const others = [...(command === "drain" ? drained : forced)].filter(([name]) => !words.includes(name));
  const ends = [...others, ...words.map((name) => [name, now + forMs] as const)];
  return ends.map(([name, end]) => `${name} until ${rfc3339(end)}`).join(", ");
}

function checked(alias: DnsAlias, annotation: string, value: string, now: Millis): SteerChange {
  const annotations = { ...alias.meta.annotations, [annotation]: value };
  const changed = { ...alias, meta: { ...alias.meta, annotations } };
  const { problem } = pinOf(changed, now);
  const problems = [...manualStates(changed, now).problems, ...(problem === undefined ? [] : [problem])];
  const own = problems.find((one) => one.annotation === annotation);
  return own === undefined
    ? { kind: "change", annotation, value, done: `${annotation} is "${value}"` }
    : { kind: "refused", message: own.message };
}
