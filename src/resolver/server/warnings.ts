import type { Clock, Millis } from "../../base/clock.ts";

type Warn = (server: string, warning: string) => void;

/**
 * Reports each warning about a server once an hour. It remembers at most 1,024 warnings. The oldest one is removed first, and can
 * be reported again.
 */
export function onceAnHour(clock: Pick<Clock, "now">, warn: Warn): Warn {
  const told = new Map<string, Millis>();
  return (server, warning) => {
    const text = `${server} ${warning}`;
    const now = clock.now();
    if (now - (told.get(text) ?? -Infinity) < HOUR_MS) {
      return;
    }
    told.delete(text);
    told.set(text, now);
    const [oldest] = told.keys();
    if (told.size > MAX_WARNINGS && oldest !== undefined) {
      told.delete(oldest);
    }
    warn(server, warning);
  };
}

const HOUR_MS: Millis = 3_600_000;
const MAX_WARNINGS = 1_024;
