import { systemClock, type Millis } from "../../src/base/clock.ts";
import { sameMembers } from "../../src/base/order.ts";
import type { AliasStatus } from "../../src/api/dns-alias.ts";
import { NO_LOOKS, noteLook, type Freshness } from "./demo-freshness.ts";
import { APEX, type DemoScene } from "./demo-scene.ts";
import { boundOf, readCounters, readStatus, type Bound, type Counters } from "./demo-status.ts";
import { FAMILIES, type Family } from "./demo-target.ts";
import { ask } from "./question.ts";

export const PLACES = ["server", "visitor"] as const;
/** The server of the zone itself, or a visitor behind a recursive server that caches. */
export type Place = (typeof PLACES)[number];

/** What stands beside the alias at the apex, as examples/demo has it. */
export const BESIDE: Readonly<Record<string, readonly string[]>> = {
  MX: ["10 mail.example.com."],
  TXT: ['"v=spf1 mx -all"'],
  CAA: ['0 issue "ca.example.net"'],
  NS: ["ns1.example.com.", "ns2.example.com."],
};

/** All that was seen so far. */
export interface Seen {
  readonly answers: Readonly<Record<Place, Readonly<Record<Family, readonly string[]>>>>;
  readonly freshness: Readonly<Record<Place, Readonly<Record<Family, Freshness>>>>;
  /** Answers with a CNAME at the apex. */
  readonly cnames: number;
  /** How often the server gave the same addresses with another TTL. */
  readonly ttlChanges: number;
  /** By type: the last answer was as it has to be. */
  readonly beside: Readonly<Record<string, boolean>>;
  readonly besideAsked: number;
  /** What stood there instead, each once. */
  readonly besideWrong: readonly string[];
  /** True when a serial went back. */
  readonly serialFell: boolean;
  readonly status: AliasStatus | undefined;
  readonly bound: Bound | undefined;
  /** False while no recursive server answers: the bound does not hold then. */
  readonly promised: boolean;
  readonly counters: Counters | undefined;
}

/** Asks all the time, over UDP. */
export interface Watch extends AsyncDisposable {
  seen(): Seen;
  /** True when the last look at this place had the present truth, for both families. */
  upToDate(place: Place): boolean;
  /** From now on staleness counts against the bound, or not. */
  promise(holds: boolean): void;
}

const EVERY_MS: Millis = 200;
/** Slower things are looked at in each fifth round. */
const SLOW_ROUNDS = 5;

/** The first round has been made when it is ready. */
export async function startWatch(scene: DemoScene): Promise<Watch> {
  const ending = new AbortController();
  const state = startState();
  await slowRound(scene, state);
  await fastRound(scene, state);
  const run = async (): Promise<void> => {
    for (let round = 1; !ending.signal.aborted; round += 1) {
      await Promise.all([fastRound(scene, state), round % SLOW_ROUNDS === 0 && slowRound(scene, state)]);
      await systemClock.sleep(EVERY_MS, ending.signal).catch(() => undefined);
    }
  };
  const running = run();
  return {
    seen: () => state,
    upToDate: (place) =>
      FAMILIES.every((family) => sameMembers(state.answers[place][family], scene.target.addresses(family))),
    promise: (holds) => {
      state.promised = holds;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
    },
  };
}

type State = { -readonly [Key in keyof Seen]: Seen[Key] } & {
  serial: number;
  readonly ttls: Record<Family, number>;
  answers: Record<Place, Record<Family, readonly string[]>>;
  freshness: Record<Place, Record<Family, Freshness>>;
};

function startState(): State {
  return {
    answers: { server: { A: [], AAAA: [] }, visitor: { A: [], AAAA: [] } },
    freshness: { server: { A: NO_LOOKS, AAAA: NO_LOOKS }, visitor: { A: NO_LOOKS, AAAA: NO_LOOKS } },
    cnames: 0,
    ttlChanges: 0,
    ttls: { A: 0, AAAA: 0 },
    beside: {},
    besideAsked: 0,
    besideWrong: [],
    serialFell: false,
    status: undefined,
    bound: undefined,
    counters: undefined,
    promised: true,
    serial: 0,
  };
}

async function fastRound(scene: DemoScene, state: State): Promise<void> {
  await Promise.all(PLACES.flatMap((place) => FAMILIES.map((family) => lookAt(scene, state, place, family))));
}

async function lookAt(scene: DemoScene, state: State, place: Place, family: Family): Promise<void> {
  const askedAt = systemClock.now();
  const records = await recordsAt(scene[place], APEX, family);
  const at = systemClock.now();
  const addresses = records.filter(({ type }) => type === family).map(({ data }) => data);
  state.cnames += records.some(({ type }) => type === "CNAME") ? 1 : 0;
  const before = state.freshness[place][family].looks === 0 ? undefined : state.answers[place][family];
  const allowedMs = place === "server" ? state.bound?.serverMs : state.bound?.clientMs;
  state.freshness[place][family] = noteLook(state.freshness[place][family], {
    askedAt,
    at,
    addresses,
    verdict: scene.target.judge(family, addresses),
    before: before && scene.target.judge(family, before),
    allowedMs: state.promised ? allowedMs : undefined,
  });
  if (place === "server") {
    const ttl = records[0]?.ttl ?? 0;
    const only = before !== undefined && sameMembers(before, addresses) && ttl !== state.ttls[family];
    state.ttlChanges += only ? 1 : 0;
    state.ttls[family] = ttl;
  }
  state.answers[place][family] = addresses;
}

async function slowRound(scene: DemoScene, state: State): Promise<void> {
  await Promise.all([
    ...Object.entries(BESIDE).map(([type, wanted]) => lookBeside(scene, state, type, wanted)),
    lookAtSerial(scene, state),
    lookAtController(scene, state),
  ]);
}

async function lookAtController(scene: DemoScene, state: State): Promise<void> {
  const status = await readStatus(scene);
  state.status = status ?? state.status;
  state.bound = boundOf(state.status);
  // A controller that is gone shows in the figures that matter.
  const counters = await readCounters(scene).catch(() => undefined);
  state.counters = counters ?? state.counters;
}

async function lookBeside(scene: DemoScene, state: State, type: string, wanted: readonly string[]): Promise<void> {
  const found = (await recordsAt(scene.server, APEX, type)).map(({ data }) => data);
  const right = sameMembers(found, wanted);
  state.besideAsked += 1;
  state.beside = { ...state.beside, [type]: right };
  if (!right) {
    state.besideWrong = [...new Set([...state.besideWrong, `${type}: ${found.join(", ") || "nothing"}`])];
  }
}

async function lookAtSerial(scene: DemoScene, state: State): Promise<void> {
  const [soa] = await recordsAt(scene.server, APEX, "SOA");
  const serial = Number(soa?.data.split(" ")[2] ?? 0);
  state.serialFell ||= serial < state.serial;
  state.serial = serial;
}

interface AnswerRecord {
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly data: string;
}

/** The answer section; empty where there is no answer. */
async function recordsAt(server: DemoScene[Place], name: string, type: string): Promise<readonly AnswerRecord[]> {
  const reply = await ask(server, name, type);
  return reply.kind !== "reply"
    ? []
    : reply.answers.map((line) => {
        const [, ttl, type = "", ...data] = line.split(" ");
        return { type, ttl: Number(ttl), data: data.join(" ") };
      });
}
