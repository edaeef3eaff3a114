import { EDNS, queryBytes } from "../dns-query.ts";
import { servedAnswer, textOf } from "./plane-comparison.ts";
import { PLANE_EXCEPTIONS, type PlaneException } from "./plane-exceptions.ts";
import { factsOf, type QueryFacts, variantsOf } from "./plane-facts.ts";
import { PLANE_NAMES, PLANE_TYPES, publishedZones } from "./plane-scene.ts";
import type { PlaneStage } from "./plane-stage.ts";
import { publishedAnswer, type PlaneAnswer } from "./published-answer.ts";
import { isOfAlias, ttlFault } from "./plane-ttl.ts";

/** What the comparisons of some histories came to. */
export interface PlaneTally {
  comparisons: number;
  /** By the id of an exception, how many comparisons it excused. */
  readonly excused: Map<string, number>;
}

export function createTally(): PlaneTally {
  return { comparisons: 0, excused: new Map() };
}

export interface PlaneQuery {
  readonly name: string;
  readonly type: string;
}

/** Published records follow a lookup or an object after a moment: a difference that lasts is one. */
const ROUNDS = 4;
const ROUND_MS = 4_000;

/** Queries the responder for every name and type, compares the answers with the published records, and returns the faults. */
export async function comparePlanes(plane: PlaneStage, tally: PlaneTally): Promise<readonly string[]> {
  let open = PLANE_NAMES.flatMap((name) => PLANE_TYPES.map((type): PlaneQuery => ({ name, type })));
  let faults = new Map<PlaneQuery, string>();
  for (let round = 0; round < ROUNDS && open.length > 0; round += 1) {
    const answers = new Map<PlaneQuery, PlaneAnswer>();
    const pending = Promise.all(open.map((query) => askResponder(plane, query).then((got) => answers.set(query, got))));
    await plane.world.clock.settle();
    // Answers that wait for a lookup are compared in the next round.
    faults = new Map(open.map((query) => [query, `no answer: ${query.name} ${query.type}`]));
    const zones = publishedZones(plane);
    for (const [query, got] of answers) {
      const fault = faultOf(factsOf(plane, zones, query), got, tally);
      if (fault === undefined) {
        faults.delete(query);
      } else {
        faults.set(query, fault);
      }
    }
    open = [...faults.keys()];
    await plane.world.clock.advance(ROUND_MS);
    await pending;
  }
  return [...faults.values()];
}

/** The answer of the responder that is queried. */
export async function askResponder({ replica }: PlaneStage, { name, type }: PlaneQuery): Promise<PlaneAnswer> {
  return servedAnswer(await replica.responder.query(queryBytes(name, type, { edns: EDNS })));
}

/** What is wrong with an answer of the responder, by what is published and by what happened; undefined: nothing. */
export function faultOf(facts: QueryFacts, got: PlaneAnswer, tally: PlaneTally): string | undefined {
  const { zones, name, type } = facts;
  const want = publishedAnswer(zones, name, type);
  const isEqual = textOf(want) === textOf(got);
  const excuse = isEqual ? undefined : excuseOf(facts, want, got);
  if (!isEqual && excuse === undefined) {
    return `differs: ${name} ${type}: published ${textOf(want)}; responder ${textOf(got)}`;
  }
  const fault = ttlFaultBy(excuse?.zonesAbove === undefined ? facts : undefined, zonesAboveOf(facts, want, got), got);
  if (fault !== undefined) {
    return fault;
  }
  tally.comparisons += 1;
  for (const id of [...(excuse === undefined ? [] : [excuse.id]), ...permanentDifferences(facts, want, got)]) {
    tally.excused.set(id, (tally.excused.get(id) ?? 0) + 1);
  }
  return undefined;
}

/** What is wrong with the TTLs of an answer, by the published zone and by each of the others that it can be of. */
function ttlFaultBy(
  published: QueryFacts | undefined,
  above: readonly QueryFacts[],
  got: PlaneAnswer,
): string | undefined {
  const faults = [...(published === undefined ? [] : [published]), ...above].map((facts) => {
    const want = publishedAnswer(facts.zones, facts.name, facts.type);
    return ttlFault(facts, textOf(want) === textOf(got) ? want : undefined, got);
  });
  return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
}

/** The zones above the published one, by each exception for which the answer can be theirs. */
function zonesAboveOf(facts: QueryFacts, want: PlaneAnswer, got: PlaneAnswer): readonly QueryFacts[] {
  return variantsOf(facts).flatMap((variant) =>
    PLANE_EXCEPTIONS.flatMap(({ zonesAbove, applies, permits }) =>
      zonesAbove !== undefined && applies(variant) && permits(variant, want, got) ? [zonesAbove(variant)] : [],
    ),
  );
}

/** The first exception by the names that are leaving, or else without them. */
function excuseOf(facts: QueryFacts, want: PlaneAnswer, got: PlaneAnswer): PlaneException | undefined {
  for (const variant of variantsOf(facts)) {
    const excuse = PLANE_EXCEPTIONS.find(({ applies, permits }) => applies(variant) && permits(variant, want, got));
    if (excuse !== undefined) {
      return excuse;
    }
  }
  return undefined;
}

/** The differences that are always allowed, as their values are judged elsewhere: {@link ttlFault}, {@link textOf}. */
function permanentDifferences(facts: QueryFacts, want: PlaneAnswer, got: PlaneAnswer): readonly string[] {
  const pairs = [...got.answers, ...got.authorities].flatMap((set) =>
    [...want.answers, ...want.authorities]
      .filter(({ name, type }) => name === set.name && type === set.type)
      .map((other) => ({ set, other })),
  );
  return [
    ...(pairs.some(({ set, other }) => isOfAlias(facts, set) && set.ttl !== other.ttl) ? ["ttl"] : []),
    ...(pairs.some(({ set, other }) => isReordered(set.data, other.data)) ? ["order"] : []),
    ...(pairs.some(({ set, other }) => set.type === "SOA" && set.data[0] !== other.data[0]) ? ["serial"] : []),
  ];
}

function isReordered(data: readonly string[], other: readonly string[]): boolean {
  return data.join() !== other.join() && data.toSorted().join() === other.toSorted().join();
}
