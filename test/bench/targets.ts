import { startKnot, type Knot } from "../support/knot.ts";
import { startUnbound, type Unbound } from "../support/unbound.ts";
import { TARGET_ZONE, targetZoneText, type Population } from "./population.ts";

/** The targets of a population, which never change, on Knot; Unbound between. */
export interface Targets extends AsyncDisposable {
  readonly resolver: Unbound;
  /** Questions that Unbound has got, and those of them that it had to ask Knot for. */
  readonly questions: () => Promise<{ readonly asked: number; readonly upstream: number }>;
}

export async function startTargets(population: Population): Promise<Targets> {
  await using starting = new AsyncDisposableStack();
  const knot: Knot = starting.use(await startKnot({ zones: { [TARGET_ZONE]: targetZoneText(population) } }));
  const resolver = starting.use(
    await startUnbound({ stubs: [{ zone: TARGET_ZONE, servers: [knot] }], moreServer: BIG }),
  );
  const owned = starting.move();
  return {
    resolver,
    questions: async () => {
      const statistics = await resolver.control("stats_noreset");
      return { asked: valueOf(statistics, "total.num.queries"), upstream: await knot.questionCount() };
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** Room for every target: the default cache holds fewer. */
const BIG = "msg-cache-size: 64m\n  rrset-cache-size: 128m\n  num-queries-per-thread: 4096\n  outgoing-range: 8192";

function valueOf(statistics: string, name: string): number {
  return Number(new RegExp(`^${name.replaceAll(".", "\\.")}=(\\d+)$`, "m").exec(statistics)?.[1]);
}
