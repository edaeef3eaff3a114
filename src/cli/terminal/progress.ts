import type { Millis } from "../../base/clock.ts";
import { duration, harmless, styled } from "./text.ts";
import type { Sink } from "./streams.ts";

/**
 * Shows the progress of a long step. On a terminal, it updates one line. Elsewhere, it prints a line at most every five seconds.
 */
export interface Progress extends Disposable {
  /** The number of finished items, and the total, which may grow. */
  update(done: number, total?: number, note?: string): void;
  /** Prints the last line. Later calls have no effect. */
  finish(note?: string): void;
}

export interface ProgressDeps {
  readonly sink: Sink;
  readonly now: () => Millis;
}

/** Begins a step, for example "Looking up targets". Disposal without `finish` ends the line. */
export function startProgress({ sink, now }: ProgressDeps, label: string): Progress {
  const startedAt = now();
  const pauseMs = sink.isTerminal ? TERMINAL_PAUSE_MS : PLAIN_PAUSE_MS;
  let shownAt = sink.isTerminal ? -Infinity : startedAt;
  let ended = false;

  const show = (text: string, last: boolean): void => {
    if (sink.isTerminal) {
      sink.write(`\r${ERASE_LINE}${clipped(text, sink.columns - 1)}${last ? "\n" : ""}`);
    } else {
      sink.write(`${text}\n`);
    }
  };
  if (!sink.isTerminal) {
    show(`${label} ...`, false);
  }
  return {
    update(done, total, note) {
      if (!ended && now() - shownAt >= pauseMs) {
        shownAt = now();
        show(`${label} ${count(done, total)}${progressText(note)}`, false);
      }
    },
    finish(note) {
      if (!ended) {
        ended = true;
        show(`${label}: ${styled(sink, "green", "done")} in ${duration(now() - startedAt)}${progressText(note)}`, true);
      }
    },
    [Symbol.dispose]() {
      if (!ended) {
        ended = true;
        show(`${label}: ${styled(sink, "yellow", "stopped")} after ${duration(now() - startedAt)}`, true);
      }
    },
  };
}

/** The minimum time between two updates on a terminal, which costs little time and still shows progress. */
const TERMINAL_PAUSE_MS: Millis = 100;
const PLAIN_PAUSE_MS: Millis = 5000;
const ERASE_LINE = "\u001b[2K";

function count(done: number, total: number | undefined): string {
  return total === undefined ? String(done) : `${done}/${total}`;
}

function progressText(note: string | undefined): string {
  return note === undefined || note === "" ? "" : ` (${harmless(note)})`;
}

/**
 * Cuts a line to the columns, because a longer line would wrap, and the next line would not cover it. A text with colour codes is
 * not cut.
 */
function clipped(text: string, columns: number): string {
  return text.length > columns && !text.includes("\u001b") ? text.slice(0, Math.max(1, columns)) : text;
}
