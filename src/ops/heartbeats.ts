import type { Clock, Millis } from "../base/clock.ts";

/** The loops that must keep turning; a health check asks which of them do not. */
export interface Heartbeats {
  /** A loop that must beat at least every `limitMs` until it is disposed; registering it is its first beat. */
  register(name: string, limitMs: Millis): Heartbeat;
  /** One sentence for each loop that is late, by name. */
  late(): readonly string[];
}

interface Heartbeat extends Disposable {
  beat(): void;
}

export function createHeartbeats(clock: Clock): Heartbeats {
  const loops = new Set<Loop>();
  return {
    register(name, limitMs) {
      const loop: Loop = { name, limitMs, beatAt: clock.now() };
      loops.add(loop);
      return {
        beat() {
          loop.beatAt = clock.now();
        },
        [Symbol.dispose]() {
          loops.delete(loop);
        },
      };
    },
    late() {
      const now = clock.now();
      return [...loops]
        .filter(({ beatAt, limitMs }) => now - beatAt > limitMs)
        .map(
          ({ name, beatAt, limitMs }) =>
            `${name}: no sign of life for ${seconds(now - beatAt)}, limit ${seconds(limitMs)}`,
        )
        .sort();
    },
  };
}

interface Loop {
  readonly name: string;
  readonly limitMs: Millis;
  beatAt: Millis;
}

function seconds(ms: Millis): string {
  return `${Math.round(ms / 100) / 10} s`;
}
