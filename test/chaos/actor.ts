import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { textAt } from "../lab/kube-requests.ts";
import { answerData, dig } from "../support/dig.ts";
import { ALIASES_PATH, manifestOf, type ChaosAlias } from "./aliases.ts";
import type { ChaosEvent } from "./judge/chaos-event.ts";
import type { Disturbances } from "./disturbance.ts";
import type { Part, Place } from "./place/place.ts";
import type { Replica } from "./world/replica.ts";
import type { Action, Victim } from "./schedule.ts";
import { RESOLVER, type World } from "./world/world.ts";

export interface ActorDeps {
  readonly world: World;
  readonly aliases: readonly ChaosAlias[];
  readonly disturbances: Disturbances;
  readonly onEvent: (event: ChaosEvent) => void;
}

/** Does what the schedule says. */
export interface Actor {
  act(action: Action): Promise<void>;
  /** Counts by what was done. */
  readonly done: ReadonlyMap<string, number>;
}

export function createActor(deps: ActorDeps): Actor {
  const done = new Map<string, number>();
  const count = (text: string): void => {
    done.set(text, (done.get(text) ?? 0) + 1);
    deps.onEvent({ kind: "did", at: performance.now(), text });
  };
  const state: ActorState = { ...deps, count, lastLeader: 0, lines: new Map(), exists: new Set() };
  deps.aliases.filter(({ served }) => served === "always").forEach(({ id }) => state.exists.add(id));
  return {
    done,
    act: (action) => {
      if (action.kind === "change") {
        count("change of a target");
        return deps.world.targets.advance(action.target);
      }
      return action.kind === "toggle"
        ? inLine(state, action.alias, () => toggle(state, action.alias))
        : deps.disturbances.during(() => disturb(state, action));
    },
  };
}

interface ActorState extends ActorDeps {
  readonly count: (text: string) => void;
  /** Index of the replica that led when a leader was last looked for. */
  lastLeader: number;
  /** What is being done to one thing; the next action on it waits. */
  readonly lines: Map<string, Promise<void>>;
  /** Aliases that exist. */
  readonly exists: Set<string>;
}

type Fault = Exclude<Action, { readonly kind: "change" | "toggle" }>;

async function disturb(state: ActorState, action: Fault): Promise<void> {
  switch (action.kind) {
    case "kill":
      return inLine(state, "kill", () => kill(state, action));
    case "stop":
      state.count("SIGTERM of a controller");
      return replicaOf(state, action.victim).stop();
    case "freeze":
      return freeze(state, action);
    case "cut":
      return cut(state, action);
    case "restart":
      return inLine(state, action.server, () => restart(state, action));
    default:
      action satisfies never;
  }
}

function replicaOf(state: ActorState, victim: Victim): Replica {
  const { replicas } = state.world;
  const leader = replicas.findIndex((replica) => replica.leads());
  state.lastLeader = leader === -1 ? state.lastLeader : leader;
  return state.lastLeader === (victim === "leader" ? 0 : 1) ? replicas[0] : replicas[1];
}

const LEASE_PATH = "/apis/coordination.k8s.io/v1/namespaces/dns-system/leases/dnsalias";

async function kill(state: ActorState, action: Extract<Fault, { kind: "kill" }>): Promise<void> {
  if (action.victim === "leader") {
    await untilOneLeads(state.world.replicas);
    await delay(action.afterMs);
  }
  const replica = replicaOf(state, action.victim);
  const led = replica.leads();
  // A process that has just been killed is started again within 100 ms.
  while (!replica.kill()) {
    await delay(20);
  }
  state.count(led ? "SIGKILL of the leader" : "SIGKILL of a standby");
  if (led && action.frees) {
    // The API server may be away; then the Lease runs out by itself.
    await state.world.requests.remove(LEASE_PATH).then(
      () => state.count("Lease deleted after a SIGKILL"),
      () => undefined,
    );
  }
}

const LEADS_WITHIN_MS = 8_000;

/** Whoever it is that leads. Gives up after a while: a leader that is frozen or cut off keeps the other one waiting. */
async function untilOneLeads(replicas: readonly Replica[]): Promise<void> {
  const deadline = performance.now() + LEADS_WITHIN_MS;
  while (!replicas.some((replica) => replica.leads()) && performance.now() < deadline) {
    await delay(50);
  }
}

async function freeze(state: ActorState, { victim, forMs }: Extract<Fault, { kind: "freeze" }>): Promise<void> {
  const replica = replicaOf(state, victim);
  state.count("SIGSTOP and SIGCONT of a controller");
  replica.freeze();
  await delay(forMs);
  replica.thaw();
}

async function cut(state: ActorState, { victim, from, forMs }: Extract<Fault, { kind: "cut" }>): Promise<void> {
  const replica = replicaOf(state, victim);
  const { network } = replica;
  const servers = state.world.peers[from] ?? [];
  state.count(`network cut from ${from}`);
  const deprived = from === RESOLVER ? [replica] : [];
  tellResolver(state, deprived, "unresolved");
  await Promise.all(servers.map((server) => network.cut(server)));
  await delay(forMs);
  await Promise.all(servers.map((server) => network.heal(server)));
  tellResolver(state, deprived, "resolved");
}

function tellResolver({ onEvent }: ActorState, replicas: readonly Replica[], kind: "unresolved" | "resolved"): void {
  replicas.forEach(({ responder }) => onEvent({ kind, at: performance.now(), server: responder }));
}

async function restart(state: ActorState, { server, how, forMs }: Extract<Fault, { kind: "restart" }>): Promise<void> {
  const part = state.world.parts[server];
  if (part === undefined) {
    throw new Error(`there is no ${server}`);
  }
  state.count(`restart of ${server}`);
  const tell = (kind: "away" | "back"): void =>
    part.silences.forEach((name) => state.onEvent({ kind, at: performance.now(), server: name }));
  const deprived = server === RESOLVER ? state.world.replicas : [];
  tell("away");
  tellResolver(state, deprived, "unresolved");
  await (how === "stop" ? part.daemon.stop() : part.daemon.kill());
  await delay(forMs);
  await part.daemon.start();
  await servesAgain(state.world.places, part);
  tell("back");
  tellResolver(state, deprived, "resolved");
}

/** A server that answers may not have its zones yet, or not have found what it reads from. */
async function servesAgain(places: readonly Place[], { silences }: Part): Promise<void> {
  for (const { servers, foreign } of places) {
    for (const [name, at] of Object.entries(servers).filter(([name]) => silences.includes(name))) {
      const [question] = foreign;
      if (question !== undefined) {
        const look = async (): Promise<void> => {
          const found = answerData(await dig(at, question.name, question.type), question.type);
          if (found.length === 0) {
            throw new Error(`${name} has no ${question.type} of ${question.name}`);
          }
        };
        await waitFor(`${name} to serve its zone`, look, { withinMs: 60_000 });
      }
    }
  }
}

/** The API server may be away at every step; a request that took effect without an answer is made again. */
async function toggle(state: ActorState, id: string): Promise<void> {
  const alias = state.aliases.find((one) => one.id === id);
  if (alias === undefined) {
    throw new Error(`there is no alias ${id}`);
  }
  const { requests } = state.world;
  const { name, targets } = alias;
  if (state.exists.has(id)) {
    state.exists.delete(id);
    state.onEvent({ kind: "unwanted", at: performance.now(), name });
    await patiently(`${id} to be deleted`, () => requests.remove(`${ALIASES_PATH}/${id}`), /: 404 /);
    state.count("alias deleted");
    return;
  }
  // One that is being deleted keeps its name until its records are gone.
  await patiently(
    `${id} to be gone`,
    async () => {
      const object = await requests.get(`${ALIASES_PATH}/${id}`);
      throw new Error(`deleted at ${textAt(object, "metadata", "deletionTimestamp")}`);
    },
    /: 404 /,
  );
  state.exists.add(id);
  state.onEvent({ kind: "wanted", at: performance.now(), name, targets });
  await patiently(`${id} to be created`, () => requests.create(ALIASES_PATH, manifestOf(alias)), /: 409 /);
  state.count("alias created");
}

async function patiently(what: string, work: () => Promise<void>, isDone: RegExp): Promise<void> {
  const look = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isDone.test(String(error))) {
        throw error;
      }
    }
  };
  await waitFor(what, look, { withinMs: 300_000, everyMs: 250 });
}

async function inLine({ lines }: ActorState, key: string, work: () => Promise<void>): Promise<void> {
  const next = (lines.get(key) ?? Promise.resolve()).then(work);
  lines.set(key, next);
  return next;
}
