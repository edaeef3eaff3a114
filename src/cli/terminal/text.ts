import type { Sink } from "./streams.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** The text with a style if the sink has colours, otherwise unchanged. */
export function styled(sink: Sink, style: Style, text: string): string {
  const [on, off] = CODES[style];
  return sink.colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** One JSON document for programs, which is also readable for users. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Replaces characters that control a terminal by escapes, in a text from the network or a file. */
export function harmless(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** "850 ms", "12 s", "5 min", "3 h 20 min": a duration for users. */
export function duration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) {
    return `${ms < 10_000 ? Math.round(ms / 100) / 10 : seconds} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) {
    return `${minutes} min`;
  }
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** ECMA-48 8.3.117 */
const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};
