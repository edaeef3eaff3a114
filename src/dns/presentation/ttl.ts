import type { Seconds } from "../record.ts";

/** RFC 2181 8. */
const MAX_TTL = 2 ** 31 - 1;

/** Parses seconds as a number or in BIND's form (`1h30m`, `2w`). Undefined: the text is not a TTL. */
export function ttlFromZoneText(text: string): Seconds | undefined {
  if (text.length > MAX_TEXT_LENGTH || !TTL.test(text)) {
    return undefined;
  }
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : [...text.matchAll(PART)].reduce((sum, [, count, unit]) => sum + Number(count) * secondsOf(unit ?? ""), 0);
  return seconds <= MAX_TTL ? seconds : undefined;
}

const MAX_TEXT_LENGTH = 40;
const TTL = /^(?:\d+|(?:\d+[smhdw])+)$/i;
const PART = /(\d+)([smhdw])/gi;

function secondsOf(unit: string): Seconds {
  switch (unit.toLowerCase()) {
    case "m":
      return 60;
    case "h":
      return 3600;
    case "d":
      return 86_400;
    case "w":
      return 604_800;
    default:
      return 1;
  }
}
