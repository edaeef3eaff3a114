import type { Verdict } from "./judge.ts";
import { type Mutant, roomOf } from "./mutant.ts";

export interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: Verdict | { readonly kind: "refused" };
}

export const WANTED_PERCENT = 95;
export const WANTED_ROOM_PERCENT = 90;
/** With fewer mutants a share says nothing about a folder. */
const ROOM_LEAST = 10;

export interface Report {
  readonly lines: readonly string[];
  /** One sentence for each rate that isn't met. */
  readonly shortfalls: readonly string[];
}

/** The table by folder. What is judged is the class "behavior": what a user could notice. */
export function reportOf(outcomes: readonly Outcome[]): Report {
  const judged = outcomes.filter(({ verdict }) => verdict.kind !== "refused");
  const noticeable = judged.filter(({ mutant }) => mutant.class === "behavior");
  const rooms = Object.entries(Object.groupBy(noticeable, ({ mutant }) => roomOf(mutant.file)))
    .map(([room, of = []]) => ({ room, tally: tallyOf(of) }))
    .sort((a, b) => (a.room < b.room ? -1 : 1));
  const whole = tallyOf(noticeable);
  const lines = [
    "| folder | mutants | killed | by unit tests | survived | no test runs it |",
    "|---|---|---|---|---|---|",
    ...rooms.map(({ room, tally }) => row(room, tally)),
    row("what a user could notice", whole),
    row("with metrics, pace, and indexes", tallyOf(judged)),
    "",
    `The compiler refused ${outcomes.length - judged.length} more mutants.`,
  ];
  return { lines, shortfalls: shortfallsOf(whole, rooms) };
}

interface Tally {
  readonly all: number;
  readonly killed: number;
  readonly byUnit: number;
  readonly survived: number;
  readonly untouched: number;
}

function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (fits: (verdict: Outcome["verdict"]) => boolean): number =>
    outcomes.filter(({ verdict }) => fits(verdict)).length;
  return {
    all: outcomes.length,
    killed: count(({ kind }) => kind === "killed"),
    byUnit: count((verdict) => verdict.kind === "killed" && verdict.stage === "unit"),
    survived: count(({ kind }) => kind === "survived"),
    untouched: count(({ kind }) => kind === "untouched"),
  };
}

function row(name: string, { all, killed, byUnit, survived, untouched }: Tally): string {
  return `| ${name} | ${all} | ${killed} (${share(killed, all)}) | ${byUnit} (${share(byUnit, all)}) | ${survived} | ${untouched} |`;
}

function share(part: number, all: number): string {
  return all === 0 ? "-" : `${((100 * part) / all).toFixed(1)} %`;
}

function shortfallsOf(
  whole: Tally,
  rooms: readonly { readonly room: string; readonly tally: Tally }[],
): readonly string[] {
  const isBelow = ({ killed, all }: Tally, percent: number): boolean => 100 * killed < percent * all;
  return [
    ...(isBelow(whole, WANTED_PERCENT)
      ? [`${share(whole.killed, whole.all)} are killed; wanted: ${WANTED_PERCENT} %`]
      : []),
    ...rooms
      .filter(({ tally }) => tally.all >= ROOM_LEAST && isBelow(tally, WANTED_ROOM_PERCENT))
      .map(
        ({ room, tally }) => `${room}: ${share(tally.killed, tally.all)} are killed; wanted: ${WANTED_ROOM_PERCENT} %`,
      ),
  ];
}
