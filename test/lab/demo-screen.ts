import { stripVTControlCharacters } from "node:util";
import { systemClock, type Millis } from "../../src/base/clock.ts";
import type { Sink } from "../../src/cli/terminal/streams.ts";
import { styled } from "../../src/cli/terminal/text.ts";

/** A log of what happens, and on a terminal a picture below it that is drawn anew in place. */
export interface Screen extends Disposable {
  /** A line that stays, with the time since the start. */
  say(text: string): void;
  /** Lines that stay, as they are. */
  print(text: string): void;
  /** Begins to show pictures: all on a terminal, a one-line one every 5 s elsewhere. */
  show(picture: () => Picture): void;
  /** Ends that; the last picture stays on a terminal. */
  hide(): void;
}

export interface Picture {
  readonly lines: readonly string[];
  /** The same in a line. */
  readonly short: string;
}

const DRAW_MS: Millis = 200;
const PLAIN_MS: Millis = 5_000;

export function createScreen(sink: Sink): Screen {
  const startedAt = systemClock.now();
  let drawn = 0;
  let picture: (() => Picture) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const erased = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`);
  const pictureText = (): string => {
    const lines = sink.isTerminal && picture !== undefined ? picture().lines.map((line) => clipped(sink, line)) : [];
    drawn = lines.length;
    return lines.map((line) => `${line}\n`).join("");
  };
  const write = (text: string): void => {
    // One write, so that the picture does not flicker.
    const erase = erased();
    sink.write(`${erase}${text}${pictureText()}`);
  };
  const stamp = (): string =>
    styled(sink, "dim", `${((systemClock.now() - startedAt) / 1000).toFixed(1).padStart(5)}s`);
  const say = (text: string): void => write(`${clipped(sink, `${stamp()}  ${text}`)}\n`);
  const hide = (): void => {
    clearInterval(timer);
    picture = undefined;
    drawn = 0;
  };
  return {
    say,
    print: (text) => write(text),
    show: (next) => {
      hide();
      picture = next;
      const tick = sink.isTerminal ? () => write("") : () => say(next().short);
      timer = setInterval(tick, sink.isTerminal ? DRAW_MS : PLAIN_MS);
      write("");
    },
    hide,
    [Symbol.dispose]: hide,
  };
}

/** A line that breaks on a terminal would not be covered by the next picture. */
function clipped({ isTerminal, columns }: Sink, line: string): string {
  const plain = stripVTControlCharacters(line);
  const width = columns > 0 ? columns : 80; // 0: a terminal that does not say
  return !isTerminal || plain.length < width ? line : `${plain.slice(0, Math.max(1, width - 2))}…`;
}
