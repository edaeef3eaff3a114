import type { Millis } from "../../base/clock.ts";
import { parseDuration } from "../../api/schema/duration.ts";
import { type Reader, wrong } from "./settings.ts";

/** A command that sets or removes an annotation of one DnsAlias. */
export interface SteerConfig {
  readonly command: "drain" | "force" | "pin" | "unpin" | "failback";
  /** The name of the DnsAlias, for example "shop". */
  readonly name: string;
  /** The targets. For `pin`, one revision or the addresses. */
  readonly words: readonly string[];
  /** The time until the end of the effect. 0 for commands without an end. */
  readonly forMs: Millis;
}

export interface HistoryWords {
  readonly command: "history";
  readonly name: string;
  readonly json: boolean;
}

/** Reads the words and the duration of a command that sets or removes an annotation. */
export function steerConfig(from: Reader, command: SteerConfig["command"]): SteerConfig {
  const name = aliasName(from);
  const words = from.words.slice(1).flatMap((word) => word.split(",").filter((part) => part !== ""));
  if (command === "unpin" || command === "failback") {
    noMore(from);
    return { command, name, words, forMs: 0 };
  }
  if (words.length === 0) {
    throw wrong(
      command === "pin"
        ? "pin requires a revision or addresses: dnsalias pin shop r7 --for 2h"
        : `${command} requires a target: dnsalias ${command} shop main --for 2h`,
    );
  }
  return { command, name, words, forMs: forMs(from) };
}

/** Reads the words of the command `history`. */
export function historyWords(from: Reader): HistoryWords {
  const name = aliasName(from);
  noMore(from);
  return { command: "history", name, json: from.has("json") };
}

function aliasName({ command, words }: Reader): string {
  const [name] = words;
  if (name === undefined) {
    throw wrong(`${command} requires the NAME of a DnsAlias: dnsalias ${command} shop`);
  }
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) {
    throw wrong(`${command} requires the NAME of a DnsAlias, not "${name}": dnsalias ${command} shop --namespace web`);
  }
  return name;
}

function noMore({ command, words }: Reader): void {
  if (words[1] !== undefined) {
    throw wrong(`${command} takes one NAME: remove "${words[1]}"`);
  }
}

function forMs(from: Reader): Millis {
  const text = from.text("for");
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined || ms < MIN_MS || ms > MAX_MS) {
    throw wrong(
      text === undefined
        ? `${from.command} requires an end: --for 2h`
        : `${from.origin("for")} must be 1m to 168h, for example 2h, not "${text}"`,
    );
  }
  return ms;
}

const MIN_MS: Millis = 60_000;
/** The maximum duration: 7 days, which is also the limit of the annotations. */
const MAX_MS: Millis = 7 * 86_400_000;
