import type { MutantClass } from "./mutant.ts";

/**
 * Which class a mutant has. These rules are the whole judgement; nothing is sorted by hand.
 * Texts of logs and sentences aren't mutated at all: see mutate.ts.
 */
export function classOf(file: string, statement: string | undefined, edit?: ClassifiedEdit): MutantClass {
  if (edit?.kind === "number" && INDEX_FALLBACK.test(edit.before)) {
    return "index";
  }
  if (METRIC_FILES.has(file) || (statement !== undefined && OBSERVER_CALL.test(statement))) {
    return "metrics";
  }
  return PACE_FILES.has(file) || (statement !== undefined && PACE_CALL.test(statement)) ? "pace" : "behavior";
}

interface ClassifiedEdit {
  readonly kind: string;
  /** The source before the changed text. */
  readonly before: string;
}

/** `bytes[at] ?? 0` */
const INDEX_FALLBACK = /\]\s*\?\?\s*$/;

/** They do nothing but declare metrics and count. */
const METRIC_FILES: ReadonlySet<string> = new Set([
  "src/ops/series.ts",
  "src/ops/responder-series.ts",
  "src/ops/metrics.ts",
  "src/cli/compose/metrics-observer.ts",
  "src/responder/counters.ts",
]);

/** How long to wait before a retry, how many turns a loop takes before it lets others run. */
const PACE_FILES: ReadonlySet<string> = new Set(["src/base/backoff.ts", "src/schedule/turn-gate.ts"]);

/** A call of whoever counts, like `context.report.observer.drift(zone)`, `counters.add("queries")`, or `counters.errors += 1`. */
const OBSERVER_CALL = /^(?:\w+\??\.)*(?:(?:observer|observe|counters|heartbeat)\??\.\w+\(|counters\.\w+ \+= )/;

/** A timer that doesn't keep the process alive. */
const PACE_CALL = /\.unref\(\);?$/;
