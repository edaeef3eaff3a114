import type { Millis } from "../../src/base/clock.ts";
import type { Sink } from "../../src/cli/terminal/streams.ts";
import { duration, styled } from "../../src/cli/terminal/text.ts";
import { documentedBoundMs, type BoundParts } from "../support/staleness.ts";
import type { Freshness } from "./demo-freshness.ts";
import type { Played } from "./demo-play.ts";
import { FAMILIES } from "./demo-target.ts";
import { BESIDE, type Place, type Seen } from "./demo-watch.ts";

/** A promise, whether it was kept, and the figures. */
export interface Held {
  readonly promise: string;
  readonly held: boolean;
  readonly figures: string;
}

export interface Evidence {
  /** From the start of the controller until its status was Ready. */
  readonly startedInMs: Millis;
  readonly played: Played;
  readonly seen: Seen;
  readonly ranMs: Millis;
}

/** Judges what was seen. */
export function judgePromises({ startedInMs, played, seen, ranMs }: Evidence): readonly Held[] {
  return [
    follows(played, seen),
    beside(seen),
    ...fresh(startedInMs, played, seen),
    neverBlank(seen),
    outage(played),
    ...thrift(played, seen, ranMs),
  ];
}

/** The summary as it is printed: a table, or with the figures below each promise where a terminal is too narrow for it. */
export function reportText(sink: Sink, promises: readonly Held[]): string {
  const width = Math.max(...promises.map(({ promise }) => promise.length));
  const needed = MARGIN + width + 2 + Math.max(...promises.map(({ figures }) => figures.length));
  const between = (promise: string): string =>
    sink.isTerminal && needed > sink.columns ? `\n${" ".repeat(MARGIN)}` : `${" ".repeat(width - promise.length)}  `;
  const lines = promises.map(({ promise, held, figures }) => {
    const mark = held ? styled(sink, "green", "kept  ") : styled(sink, "red", "BROKEN");
    return `  ${mark}  ${promise}${between(promise)}${figures}`;
  });
  return ["", styled(sink, "bold", "Promises and results"), ...lines, ""].join("\n");
}

/** The mark and the spaces around it. */
const MARGIN = 10;

function follows({ followedMs }: Played, { cnames, freshness }: Seen): Held {
  const wrong = sumOf(freshness, "server", ({ wrong }) => wrong);
  const longest = duration(Math.max(...followedMs));
  return {
    promise: "the apex has the target's A and AAAA",
    held: wrong === 0 && cnames === 0,
    figures: `${followedMs.length} changes followed in ${duration(Math.min(...followedMs))} to ${longest}; ${cnames} CNAMEs, ${wrong} wrong answers`,
  };
}

function beside({ besideAsked, besideWrong, serialFell }: Seen): Held {
  const types = Object.keys(BESIDE).join(", ");
  return {
    promise: `${types} do not change`,
    held: besideAsked > 0 && besideWrong.length === 0 && !serialFell,
    figures: `${besideAsked} answers, ${besideWrong.length === 0 ? "all correct" : `wrong: ${besideWrong.join("; ")}`}; the serial ${serialFell ? "DECREASED" : "never decreased"}`,
  };
}

/** Folder mode and a target TTL of 4 s: 4 + 5 + 4 until it is looked up, 0.5 + 2.5 until it is served, 4 in a cache: 20 s. */
const DOCUMENTED: BoundParts = { refreshMs: 13_000, deliveryMs: 3_000, ttlMs: 4_000 };

function fresh(startedInMs: Millis, { followedMs, outage }: Played, { freshness }: Seen): readonly Held[] {
  // The first delivery and the one after the outage are measured by the product, too, and make the bound longer if they were slow.
  const documentedMs = documentedBoundMs(DOCUMENTED, [startedInMs, ...followedMs, outage.recoveredMs]);
  const at = (place: Place, promise: string, mostMs: Millis): Held => {
    const both = FAMILIES.map((family) => freshness[place][family]);
    const over = both.reduce((sum, { over }) => sum + over, 0);
    const stated = both.flatMap(({ allowedMs }) => allowedMs ?? []);
    const longest = Math.max(...both.map(({ longestMs }) => longestMs));
    const range = stated.length === 0 ? "none" : rangeText(Math.min(...stated), Math.max(...stated));
    return {
      promise,
      held: stated.length > 0 && over === 0 && Math.max(...stated) <= Math.ceil(mostMs / 1_000) * 1_000,
      figures: `at most ${duration(longest)}; bound in the status ${range}, documented ${duration(mostMs)}; ${both.reduce((sum, { looks }) => sum + looks, 0)} answers, ${over} above`,
    };
  };
  return [
    at("server", "staleness within the bound, at the server", documentedMs - DOCUMENTED.ttlMs),
    at("visitor", "staleness within the bound, behind a cache", documentedMs),
  ];
}

function neverBlank({ freshness }: Seen): Held {
  const blank = sumOf(freshness, "server", ({ blank }) => blank) + sumOf(freshness, "visitor", ({ blank }) => blank);
  return {
    promise: "the name always has addresses",
    held: blank === 0,
    figures: `${sumOf(freshness, "server", ({ looks }) => looks) + sumOf(freshness, "visitor", ({ looks }) => looks)} answers, ${blank} without addresses`,
  };
}

function outage({ outage: { lastedMs, kept, status, statusAfterMs, writes, recoveredMs } }: Played): Held {
  const name = kept ? "unchanged" : "CHANGED";
  return {
    promise: "without a resolver, the records stay",
    held: kept && writes === 0,
    figures: `${name} for ${duration(lastedMs)}, ${writes} writes; status "${status}" after ${duration(statusAfterMs)}; correct again after ${duration(recoveredMs)}`,
  };
}

/** A key is looked up once in 5 s at most, but for a second opinion when over half of a set is gone, and retries. */
const LOOK_EVERY_MS: Millis = 5_000;

function thrift({ followedMs }: Played, { counters, ttlChanges }: Seen, ranMs: Millis): readonly Held[] {
  const changes = followedMs.length + 1;
  const { lookups, failed, writes } = counters ?? { lookups: Number.NaN, failed: 0, writes: Number.NaN };
  const most = FAMILIES.length * (Math.ceil(ranMs / LOOK_EVERY_MS) + 1 + changes) + failed;
  return [
    {
      promise: "no more lookups than the TTL requires",
      held: lookups <= most,
      figures: `${lookups} lookups of 2 families in ${duration(ranMs)}, ${failed} of them failed`,
    },
    {
      promise: "writes only after a change",
      // The start writes the zone, and then each family when it is known.
      held: writes <= 1 + FAMILIES.length * (changes + 1) + ttlChanges,
      figures: `${writes} writes for the start, ${changes} changes of both families, and ${ttlChanges} changes of only the TTL`,
    },
  ];
}

function sumOf(freshness: Seen["freshness"], place: Place, figure: (of: Freshness) => number): number {
  return FAMILIES.reduce((sum, family) => sum + figure(freshness[place][family]), 0);
}

function rangeText(least: Millis, most: Millis): string {
  return least === most ? duration(least) : `${duration(least)} to ${duration(most)}`;
}
